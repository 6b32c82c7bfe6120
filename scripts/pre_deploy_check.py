#!/usr/bin/env python3
"""Say whether this checkout may be deployed; exit 1 if not."""

import sys

from app.ops.predeploy import command
from tierguard.tools import run_command

if __name__ == "__main__":
    sys.exit(run_command(command, name="pre_deploy_check.py"))
