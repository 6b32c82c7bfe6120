"""The variables and programs by which coding agents show, as data: what, whose, how much it says, and who says so.

Sources are the public lists that other tools keep, read in 2026: Prisma 6.15 to 7.9, detect-agent 0.6, agent-detector
2.0, agenthint 0.5, am-i-vibing, std-env, AWS CDK; and the agents' own documentation. Where they disagree, the grade is
the lower one: a variable that an editor or a user's own settings put into every terminal says nothing about who types.
"""

from __future__ import annotations

from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Grade(StrEnum):
    """How much a marker says. Only the first two make an agent; the third is recorded and counts for nothing."""

    AT_WORK = "at work"  # an agent sets it for the commands that it runs, and nobody else does
    GENERIC = "generic"  # a convention that any agent may follow
    EDITOR = "editor"  # set by an editor, a plug-in or a user's settings: a person types there too


class Marker(NamedTuple):
    """Variables that together point to an agent, each with a shell's pattern. Case does not count, nor do blanks."""

    agent: str
    grade: Grade
    source: str
    variables: tuple[tuple[str, str], ...]

    def fits(self, environ: Mapping[str, str]) -> bool:
        """Return whether every variable is there with such a value."""
        for name, pattern in self.variables:
            value = environ.get(name, "").strip()
            if not (value and fnmatchcase(value.casefold(), pattern.casefold())):
                return False
        return True


def _each(agent: str, grade: Grade, source: str, *names: str) -> tuple[Marker, ...]:
    return tuple(Marker(agent, grade, source, ((name, "*"),)) for name in names)


_WORK, _GENERIC, _EDITOR = Grade

MARKERS: Final = (
    *_each("claude-code", _WORK, "Prisma", "CLAUDECODE"),
    *_each("claude-code", _WORK, "detect-agent", "CLAUDE_CODE", "CLAUDE_CODE_IS_COWORK"),
    *_each("claude-code", _WORK, "agent-detector", "CLAUDE_CODE_CHILD_SESSION"),
    *_each("claude-code", _WORK, "agenthint", "CLAUDECODE_CWD"),
    *_each("claude-code", _WORK, "Claude Code", "CLAUDE_CODE_ENTRYPOINT"),
    *_each("codex", _WORK, "Prisma", "CODEX_THREAD_ID", "CODEX_CI", "CODEX_SANDBOX", "CODEX_SANDBOX_NETWORK_DISABLED"),
    *_each("codex", _WORK, "agenthint", "CODEX_USER_AGENT"),
    *_each("gemini", _WORK, "Prisma", "GEMINI_CLI"),
    *_each("qwen-code", _WORK, "Prisma", "QWEN_CODE"),
    *_each("cursor-agent", _WORK, "Prisma", "CURSOR_AGENT"),
    Marker("cursor-agent", _WORK, "detect-agent", (("CURSOR_EXTENSION_HOST_ROLE", "agent-exec"),)),
    Marker("cursor-agent", _WORK, "am-i-vibing", (("CURSOR_TRACE_ID", "*"), ("PAGER", "head -n 10000 | cat"))),
    *_each("copilot", _WORK, "Prisma", "COPILOT_CLI"),
    *_each("opencode", _WORK, "Prisma", "OPENCODE", "OPENCODE_CLIENT"),
    *_each("opencode", _WORK, "am-i-vibing", "OPENCODE_SERVER", "OPENCODE_APP_INFO", "OPENCODE_MODES"),
    *_each("cline", _WORK, "Prisma", "CLINE_ACTIVE"),
    *_each("cline", _WORK, "agenthint", "CLINE_AGENT"),
    *_each("roo-code", _WORK, "agenthint", "ROO_CODE_AGENT", "ROO_CODE"),
    *_each("kilocode", _WORK, "agenthint", "KILOCODE_AGENT"),
    *_each("crush", _WORK, "Prisma", "CRUSH"),
    Marker("aider", _WORK, "Prisma", (("OR_APP_NAME", "aider"),)),
    *_each("augment", _WORK, "Prisma", "AUGMENT_AGENT"),
    *_each("antigravity", _WORK, "Prisma", "ANTIGRAVITY_AGENT"),
    *_each("amp", _WORK, "agent-detector", "AMP_CURRENT_THREAD_ID"),
    *_each("grok", _WORK, "agent-detector", "GROK_SESSION_ID", "GROK_AGENT"),
    *_each("grok", _WORK, "detect-agent", "GROK_PLUGIN_ROOT", "GROK_PLUGIN_DATA"),
    *_each("kimi", _WORK, "detect-agent", "KIMI_PLUGIN_ROOT"),
    *_each("goose", _WORK, "Goose", "GOOSE_TERMINAL"),
    *_each("pi", _WORK, "agenthint", "PI_CODING_AGENT"),
    *_each("openclaw", _WORK, "detect-agent", "OPENCLAW_SHELL"),
    *_each("openclaw", _WORK, "agenthint", "OPENCLAW_AGENT"),
    *_each("windsurf", _WORK, "agenthint", "WINDSURF_AGENT"),
    *_each("warp", _WORK, "am-i-vibing", "OZ_RUN_ID"),
    Marker("replit", _WORK, "Prisma", (("REPLIT_SESSION", "agent-*"),)),
    Marker("replit", _WORK, "am-i-vibing", (("REPLIT_MODE", "assistant"),)),
    Marker("jules", _WORK, "am-i-vibing", (("HOME", "/home/jules"), ("USER", "swebot"))),
    Marker("amazon-q", _WORK, "AWS CDK", (("AWS_EXECUTION_ENV", "*amazonq*"),)),
    *_each("", _GENERIC, "Prisma", "AI_AGENT", "AGENT"),
    Marker("devin", _EDITOR, "std-env", (("EDITOR", "*devin*"),)),  # or somebody of that name
    *_each("cursor", _EDITOR, "Prisma", "CURSOR_TRACE_ID"),
    *_each("copilot", _EDITOR, "detect-agent", "COPILOT_MODEL", "COPILOT_ALLOW_ALL", "COPILOT_GITHUB_TOKEN"),
    *_each("replit", _EDITOR, "Prisma", "REPL_ID", "REPLIT_CLI"),
    *_each("codex", _EDITOR, "agenthint", "CODEX_HOME"),
    *_each("kiro", _EDITOR, "agenthint", "KIRO_AGENT_PATH"),
    *_each("goose", _EDITOR, "detect-agent", "GOOSE_PROVIDER"),
    *_each("antigravity", _EDITOR, "detect-agent", "ANTIGRAVITY_CLI_ALIAS"),
    *_each("antigravity", _EDITOR, "am-i-vibing", "ANTIGRAVITY_PROJECT_ID"),
    *_each("junie", _EDITOR, "detect-agent", "JUNIE_DATA", "JUNIE_SHIM_PATH"),
    *_each("opencode", _EDITOR, "am-i-vibing", "OPENCODE_BIN_PATH"),
    *_each("aider", _EDITOR, "am-i-vibing", "AIDER_API_KEY"),
    *_each("aider", _EDITOR, "agenthint", "AIDER_MODEL"),
    *_each("windsurf", _EDITOR, "am-i-vibing", "CODEIUM_EDITOR_APP_ROOT"),
    *_each("a sandbox", _EDITOR, "agent-detector", "SAND_BOX_BOOT_ID"),
    Marker("bolt", _EDITOR, "am-i-vibing", (("SHELL", "/bin/jsh"), ("npm_config_yes", "*"))),
    Marker("pi", _EDITOR, "detect-agent", (("PATH", "*.pi/agent*"),)),
    Marker("kiro", _EDITOR, "detect-agent", (("TERM_PROGRAM", "*kiro*"),)),
    Marker("zed", _EDITOR, "am-i-vibing", (("TERM_PROGRAM", "zed"),)),
    Marker("vscode", _EDITOR, "am-i-vibing", (("TERM_PROGRAM", "vscode"),)),
)

# The names of agents' programs, and of the packages that an interpreter runs them from (npm's, and Python's modules).
PROGRAMS: Final[Mapping[str, str]] = {
    "claude": "claude-code",
    "claude-code": "claude-code",
    "@anthropic-ai/claude-code": "claude-code",
    "codex": "codex",
    "@openai/codex": "codex",
    "cursor-agent": "cursor-agent",
    "gemini": "gemini",
    "gemini-cli": "gemini",
    "@google/gemini-cli": "gemini",
    "qwen": "qwen-code",
    "@qwen-code/qwen-code": "qwen-code",
    "aider": "aider",
    "opencode": "opencode",
    "opencode-ai": "opencode",
    "amp": "amp",
    "@sourcegraph/amp": "amp",
    "crush": "crush",
    "@charmland/crush": "crush",
    "goose": "goose",
    "devin": "devin",
    "droid": "droid",
    "octofriend": "octofriend",
    "auggie": "augment",
    "@augmentcode/auggie": "augment",
    "copilot": "copilot",
    "@github/copilot": "copilot",
    "openhands": "openhands",
}
MACHINE: Final = ("/opt/.devin", "devin")  # a file that only this agent's own machines have (Prisma)
AT_WORK: Final = tuple(marker for marker in MARKERS if marker.grade is Grade.AT_WORK)
