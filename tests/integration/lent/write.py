"""Spend what may be changed unasked, ask the person, and spend what they added; in front, or as a shell's job."""

import json
import os
import signal
import sys
from pathlib import Path

import tierguard
from tierguard.model import Entry, Tier
from tierguard.process.chosen import current_process
from tierguard.process.consent import Question

if sys.argv[1] == "behind a job":  # as an interactive shell does: a group of its own, which has the terminal
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    os.setpgid(0, 0)
    os.tcsetpgrp(0, os.getpgrp())
tierguard.resolve()
lent = current_process().lent
question = Question(
    Tier.PROD,
    ("Twenty rows would go.",),
    "app/prod",
    "rolled back",
    "again",
    "typed-name",
    Entry("operation"),
    wordy=True,
)
said = [f"spent {lent.spend({'public.person': 8})}", f"too much {lent.spend({'public.person': 3})}"]
stop, _ = os.pipe()
said.append(f"agreed {lent.ask(question, stop)}")
lent.extend(20, frozenset({"public.person"}))
said += [f"spent {lent.spend({'public.person': 20})}", f"again {lent.spend({'public.person': 3})}"]
Path("write.json").write_text(json.dumps(said))
if sys.argv[1] == "behind a job":
    assert os.tcgetpgrp(0) == os.getpgrp()
