"""Signs that a coding agent runs this process. They can only tighten: their absence proves no human."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

# Set by the agents themselves for the commands that they run. Variables that the same vendors' editors set in
# every terminal are left out on purpose: a person types there too.
VARIABLES: Final[Mapping[str, str]] = {
    "CLAUDECODE": "claude-code",
    "CLAUDE_CODE": "claude-code",
    "CLAUDE_CODE_CHILD_SESSION": "claude-code",
    "CODEX_THREAD_ID": "codex",
    "CODEX_CI": "codex",
    "CODEX_SANDBOX": "codex",
    "CODEX_SANDBOX_NETWORK_DISABLED": "codex",
    "GEMINI_CLI": "gemini",
    "QWEN_CODE": "qwen-code",
    "CURSOR_AGENT": "cursor-agent",
    "COPILOT_CLI": "copilot",
    "OPENCODE": "opencode",
    "OPENCODE_CLIENT": "opencode",
    "CLINE_ACTIVE": "cline",
    "ROO_CODE_AGENT": "roo-code",
    "KILOCODE_AGENT": "kilocode",
    "CRUSH": "crush",
    "AUGMENT_AGENT": "augment",
    "ANTIGRAVITY_AGENT": "antigravity",
    "AMP_CURRENT_THREAD_ID": "amp",
    "GROK_SESSION_ID": "grok",
    "GOOSE_TERMINAL": "goose",
    "PI_CODING_AGENT": "pi",
    "OPENCLAW_AGENT": "openclaw",
    "WINDSURF_AGENT": "windsurf",
}
_VALUES: Final = {"OR_APP_NAME": {"Aider": "aider"}, "CURSOR_EXTENSION_HOST_ROLE": {"agent-exec": "cursor-agent"}}
_GENERIC: Final = ("AI_AGENT", "AGENT")
_PROGRAMS: Final = frozenset(
    {"claude", "claude-code", "codex", "cursor-agent", "gemini", "aider", "opencode", "amp", "crush", "goose", "devin"}
)
_DEEPEST = 32


def find_agent(environ: Mapping[str, str], ancestry: tuple[str, ...]) -> str:
    """Return the agent's name, or an empty string where nothing points to one."""
    for variable, name in VARIABLES.items():
        if environ.get(variable, "").strip():
            return name
    for variable, names in _VALUES.items():
        if name := names.get(environ.get(variable, ""), ""):
            return name
    if environ.get("REPLIT_SESSION", "").startswith("agent-"):
        return "replit"
    for variable in _GENERIC:
        if value := environ.get(variable, "").strip():
            return "".join(c for c in value[:64] if c.isalnum() or c in "-_.") or "unnamed"
    return next((program for program in ancestry if program in _PROGRAMS), "")


def read_ancestry(pid: int) -> tuple[str, ...]:
    """Return the program names of the processes above ``pid``, nearest first; empty where /proc is not there."""
    names = []
    for _ in range(_DEEPEST):
        try:
            stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            break
        name = stat[stat.find("(") + 1 : stat.rfind(")")]
        parent = int(stat[stat.rfind(")") + 2 :].split()[1])
        names.append(name)
        if parent <= 1:
            break
        pid = parent
    return tuple(names[1:])
