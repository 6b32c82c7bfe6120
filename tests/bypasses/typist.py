"""Runs a command at a pseudo-terminal and types whatever its questions ask for, as an agent would. No route itself."""

import os
import sys

import pexpect

QUESTION = r"Type (\S+) to go on[^:]*:"

# A second's patience, for as long as a route may take. An environment made from nothing has none.
patience = 60 * float(os.environ.get("LIMIT", "1"))
child = pexpect.spawn(sys.argv[1], sys.argv[2:], encoding="utf-8", timeout=patience, dimensions=(40, 200))
child.logfile_read = sys.stdout
while child.expect([QUESTION, pexpect.EOF]) == 0:
    child.send(f"{child.match[1]}\r")
child.close()
sys.exit(child.exitstatus)
