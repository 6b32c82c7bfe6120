"""Ask the person, and take the question back before they answer; then use the terminal as before."""

import os
import threading

import tierguard
from tierguard.model import Entry, Tier
from tierguard.process.chosen import current_process
from tierguard.process.consent import Question

tierguard.resolve()
question = Question(
    Tier.PROD, ("Twenty rows would go.",), "app/prod", "rolled back", "again", "typed-name", Entry("operation")
)
stop, stopping = os.pipe()
threading.Timer(0.5, os.close, [stopping]).start()
try:
    current_process().lent.ask(question, stop)
except tierguard.ConsentRefused as refused:
    print(refused)
print("heard", input("now type: "))
