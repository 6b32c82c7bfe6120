#!/usr/bin/env python3
"""Show which database this process uses and whether it proves to be that."""

import sys

from app.ops.verify import command
from tierguard.tools import run_command

if __name__ == "__main__":
    sys.exit(run_command(command, name="verify_database_safety.py"))
