#!/usr/bin/env python3
"""Try every deployment scenario against the rules; exit 1 where one is wrong."""

import sys

from app.ops.scenarios import command
from tierguard.tools import run_command

if __name__ == "__main__":
    sys.exit(run_command(command, name="test_deployment_scenarios.py"))
