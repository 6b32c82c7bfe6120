"""Connect anew until that is refused, whatever happens to the terminal, and write down why."""

import os
import signal
import sys

from read import read, write

signal.signal(signal.SIGHUP, signal.SIG_IGN)
while (said := read()).startswith("got"):
    print(f"at {os.environ['TIERGUARD_CONSENT']}.", flush=True)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
write(sys.argv[1], " ".join(said.split()))
