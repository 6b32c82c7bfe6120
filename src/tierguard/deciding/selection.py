"""Which database: the rule table, first match wins. Pure: evidence and request in, a choice out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from tierguard.deciding.presence import find_absence
from tierguard.model import Authority, Choice, Context, Outcome, Request, Step, Tier

if TYPE_CHECKING:
    from collections.abc import Callable

NON_INTERACTIVE = "Production database access requested in non-interactive mode."
LAPSED = "The consent that tierguard run hands down is not this process's:"
UNASKED = "in a git work tree this never counts without a question"
TESTS_REFUSAL = "Tests run on INT; {tier} was asked for by argument."


class Rule(NamedTuple):
    """A row of the table: its id, what it looks at, when it matches, and the choice it makes."""

    id: str
    about: str
    matches: Callable[[Context, Request], bool]
    choose: Callable[[Context, Request], Choice]
    remark: Callable[[Context, Request], str] = lambda _, __: ""  # what the trace adds to what it looks at


def asked_for(request: Request) -> Tier | None:
    """Return the tier asked for: the argument, else the request variable, else the flag."""
    if request.argument or request.variable:
        return request.argument or request.variable
    if request.prod:
        return Tier.PROD
    return Tier.STG if request.stg else None


def _asks_for_prod(request: Request) -> bool:
    return asked_for(request) is Tier.PROD


def _ignored(request: Request) -> tuple[str, ...]:
    """Return the loud line for a request that a rule above it overrides."""
    asked = asked_for(replace(request, argument=None))
    return (f"The environment asks for {asked.label}; ignored here.",) if asked not in {None, Tier.INT} else ()


def _under_tests(context: Context, request: Request) -> Choice:
    if request.argument not in {None, Tier.INT}:
        reason = TESTS_REFUSAL.format(tier=request.argument.label)
        return Choice(Outcome.REFUSE, Tier.INT, "R1", reason, hint="Run the command outside the tests.")
    return Choice(Outcome.ALLOW, Tier.INT, "R1", f"running under {context.tests}", notices=_ignored(request))


def _both_flags(_: Context, __: Request) -> Choice:
    return Choice(
        Outcome.ERROR, None, "R2", "The STG flag and the PROD flag are both true.", hint="Unset one of the two."
    )


def _find_hearsay(context: Context, request: Request) -> str:
    """Return what a request for PROD rests on that counts for nothing unasked; an argument is never hearsay."""
    if not (context.git_tree and _asks_for_prod(request)):
        return ""
    said = context.hearsay
    asks = "" if request.argument else said.request if request.variable else said.flag
    return ", ".join(dict.fromkeys(filter(None, (asks, said.production_mode))))


def _remark(context: Context, request: Request) -> str:
    said = _find_hearsay(context, request)
    return f" ({UNASKED}: {said})" if said else ""


def _is_server(context: Context, request: Request) -> bool:
    handed_down = context.loan or context.lapsed  # a person's narrower word: it only tightens
    entitled = _asks_for_prod(request) and context.production_mode and not context.agent and not handed_down
    return entitled and (context.terminal or not _find_hearsay(context, request))


def _serve_prod(context: Context, request: Request) -> Choice:
    if context.terminal and context.git_tree:
        reason = "production mode at a terminal in a git work tree: a person's machine, so a person is asked"
        return _ask(context, request, "R3", reason)
    reason = "the server's own environment says production"
    return Choice(Outcome.ALLOW, Tier.PROD, "R3", reason, authority=Authority.SERVER)


def _ci_database(_: Context, request: Request) -> Choice:
    return Choice(Outcome.ALLOW, Tier.INT, "R4", "CI brought its own database", notices=_ignored(request))


def _ci_plain(_: Context, request: Request) -> Choice:
    return Choice(Outcome.ALLOW, Tier.INT, "R5", "running in CI", notices=_ignored(request))


def _person_present(context: Context, request: Request) -> bool:
    return _asks_for_prod(request) and not find_absence(context) and not request.service


def _ask_person(context: Context, request: Request) -> Choice:
    if context.loan is not None:
        reason = context.loan.describe()
        return Choice(Outcome.ALLOW, Tier.PROD, "R6", reason, authority=Authority.PERSON, loan=context.loan)
    return _ask(context, request, "R6", "PROD was asked for at a terminal")


def _ask(context: Context, request: Request, rule: str, reason: str) -> Choice:
    said = _find_hearsay(context, request)
    said_so = (f"{UNASKED[0].upper()}{UNASKED[1:]}: {said}.",) if said else ()
    notices = (*said_so, f"{LAPSED} {context.lapsed}.") if context.lapsed else said_so
    reason += _remark(context, request)
    return Choice(Outcome.CONFIRM, Tier.PROD, rule, reason, authority=Authority.PERSON, notices=notices)


def _prod_unanswered(context: Context, request: Request) -> bool:
    """Hold for every remaining request for PROD, but a development service just ignores a stray flag (R9)."""
    meant = context.production_mode or request.argument or not request.service
    return _asks_for_prod(request) and bool(meant)


def _refuse_prod(context: Context, request: Request) -> Choice:
    why = find_absence(context) or "a service takes PROD from its server's environment alone"
    remark = _remark(context, request)
    lapsed = f" {LAPSED} {context.lapsed}." if context.lapsed else ""
    first, server = "Remove the request for PROD from the environment", "For a server see"
    if remark:
        first = "Remove that"
        server = "A server has it in its unit file or its container's environment, not in a file of the checkout:"
    elif request.argument:
        first = "Leave the tier out"
    instead = f"{first} to use INT. {server} docs/rules/R7.md."
    if context.agent:
        instead = "Use INT, which needs no request, or STG, and ask a person about PROD."
    return Choice(Outcome.REFUSE, Tier.PROD, "R7", f"{NON_INTERACTIVE} Here {why}{remark}.{lapsed}", hint=instead)


def _named_tier(_: Context, request: Request) -> Choice:
    tier = asked_for(request) or Tier.INT
    return Choice(Outcome.ALLOW, tier, "R8", f"{tier.label} was asked for")


def _default(context: Context, request: Request) -> Choice:
    if request.service:
        ignored = _ignored(request) if _asks_for_prod(request) else ()
        return Choice(Outcome.ALLOW, Tier.STG, "R9", "a development service runs on STG", notices=ignored)
    hint = "STG keeps its data between sessions." if context.local else ""
    return Choice(Outcome.ALLOW, Tier.INT, "R9", "nothing else was asked for", hint=hint)


RULES: Final = (
    Rule("R1", "a test run", lambda c, _: bool(c.tests), _under_tests),
    Rule("R2", "both flags are true", lambda _, r: r.stg and r.prod, _both_flags),
    Rule("R3", "PROD asked for, production mode, no agent", _is_server, _serve_prod, _remark),
    Rule(
        "R4", "CI with DATABASE_URL, no argument", lambda c, r: c.ci and c.database_url and not r.argument, _ci_database
    ),
    Rule("R5", "CI, no argument", lambda c, r: c.ci and not r.argument, _ci_plain),
    Rule("R6", "PROD asked for, a person at a terminal or above", _person_present, _ask_person),
    Rule("R7", "PROD asked for otherwise", _prod_unanswered, _refuse_prod),
    Rule("R8", "STG or INT asked for", lambda _, r: asked_for(r) in {Tier.INT, Tier.STG}, _named_tier),
    Rule("R9", "nothing asked for", lambda _, __: True, _default),
)


def choose(context: Context, request: Request) -> Choice:
    """Return the choice of the first rule that matches, with the trace of those looked at before it."""
    if request.problem:
        return Choice(Outcome.ERROR, None, "setting-mismatch", request.problem)
    trace: list[Step] = []
    for rule in RULES:
        matched = rule.matches(context, request)
        trace.append(Step(rule.id, matched, rule.about + rule.remark(context, request)))
        if matched:
            return replace(rule.choose(context, request), trace=tuple(trace))
    raise AssertionError("R9 matches everything")  # pragma: no cover
