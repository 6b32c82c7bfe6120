#!/usr/bin/env python3
"""Drop everything in INT, or in STG when asked: python scripts/reset_schema.py [int|stg]."""

import sys

from app.ops.reset import command
from tierguard.tools import run_command

if __name__ == "__main__":
    sys.exit(run_command(command, name="reset_schema.py"))
