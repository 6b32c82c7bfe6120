"""Where the project lies, and its gate: all that a command needs which reads no settings of the application's own."""

from pathlib import Path
from typing import Final

import tierguard

ROOT: Final = Path(__file__).resolve().parents[2]

# From here on every driver of this process asks the database which tier it is.
tierguard.install(root=ROOT)
