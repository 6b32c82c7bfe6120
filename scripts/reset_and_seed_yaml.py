#!/usr/bin/env python3
"""Migrate and seed: python scripts/reset_and_seed_yaml.py [int|stg|prod]."""

import sys

from app.ops.seed import command
from tierguard.tools import run_command

if __name__ == "__main__":
    sys.exit(run_command(command, name="reset_and_seed_yaml.py"))
