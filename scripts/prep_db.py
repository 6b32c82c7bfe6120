#!/usr/bin/env python3
"""Prepare a database: python scripts/prep_db.py [int|stg|prod] [--keep] [--fresh] [--dry-run] [--json]."""

import sys

from app.ops.prepare import command
from tierguard.tools import run_command

if __name__ == "__main__":
    sys.exit(run_command(command, name="prep_db.py"))
