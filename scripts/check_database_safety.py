#!/usr/bin/env python3
"""Look for what would make this project unsafe; exit 1 if anything does."""

import sys

from app.ops.check import command
from tierguard.tools import run_command

if __name__ == "__main__":
    sys.exit(run_command(command, name="check_database_safety.py"))
