"""No object that holds an environment or a URL shows a secret, whatever prints it."""

import copy
import io
import logging
import pickle
import pprint
from dataclasses import asdict
from pathlib import Path

import pytest
from rich.console import Console
from rich.pretty import pretty_repr
from support.frames import leaks

from tierguard.errors import TierguardError
from tierguard.evidence.config import parse
from tierguard.model import Context, Target, Tier
from tierguard.process.chosen import Process
from tierguard.process.explanation import explain
from tierguard.process.gate import Gate
from tierguard.text import conninfo, masking
from tierguard.text.sealed import Sealed, SealedCall, SealedTexts

SECRET = "Zq7secret"
URL = f"postgresql://shop:{SECRET}@127.0.0.1:1/shop"
ENVIRON = {"TEST_DATABASE_URL": URL, "DATABASE_URL": URL, "SECRET_KEY": SECRET}


@pytest.fixture
def process(tmp_path):
    config = parse({"project": "shop"}, tmp_path / "tierguard.toml")
    made = Process(config, ENVIRON, Context())
    made.recorder.sink = Deaf()
    yield made
    masking._literals.clear()


class Deaf:
    """Takes every record."""

    def append(self, entry, *, durable):
        del entry, durable
        return 1


def shown(thing):
    """Return what a prompt, a log, an error tracker and the like would print of a thing."""
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    handler.setFormatter(logging.Formatter("%(message)s %(thing)s"))
    handler.emit(logging.makeLogRecord({"msg": "%r", "args": (thing,), "thing": [thing]}))
    console = Console(file=log, width=500)
    console.print([thing], {"thing": thing})
    from rich import inspect

    inspect(thing, console=console, private=True, methods=False)
    slots = {name: getattr(thing, name, "") for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ())}
    attributes = getattr(thing, "__dict__", {})
    text = "" if isinstance(thing, str) else str(thing)  # a URL's own text is what one asks for with str()
    return f"{text} {thing!r} {pprint.pformat(thing)} {pretty_repr(thing)} {slots} {attributes} {log.getvalue()}"


def things(process):
    target = process.target()
    texts = SealedTexts(ENVIRON)
    return {
        "url": target.url,
        "start of a url": target.url[:40],
        "process": process,
        "gate": Gate(process),
        "environment": process.environ,
        "target": target,
        "target as a dictionary": asdict(target),
        "sealed": Sealed(URL),
        "copied": copy.deepcopy([Sealed(URL), texts, copy.copy(texts)]),
        "joined": texts | {"OTHER": SECRET},
        "call": SealedCall(URL, password=SECRET),
        "parsed": conninfo.parse(URL),
        "parsed with options": conninfo.parse(f"postgresql:///shop?password={SECRET}"),
        "parsed as a dictionary": asdict(conninfo.parse(URL)),
        "parts": conninfo.parse(URL).effective(),
    }


def test_nothing_shows_a_secret(process):
    for name, thing in things(process).items():
        assert SECRET not in shown(thing), name


def test_names_are_shown_and_values_come_out_by_lookup(process):
    assert repr(process.environ) == "<sealed: DATABASE_URL, SECRET_KEY, TEST_DATABASE_URL>"
    assert process.environ["SECRET_KEY"] == SECRET
    assert process.environ.get("NOBODY") is None
    assert dict(process.environ) == ENVIRON == process.environ
    assert process.target().url == URL


@pytest.mark.parametrize("thing", [Sealed(URL), SealedTexts(ENVIRON), SealedCall(URL)], ids=repr)
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_secret_is_not_pickled(thing, protocol):
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(thing, protocol)


def test_what_holds_an_environment_is_not_pickled(process):
    for thing in (process, Gate(process), process.target(), conninfo.parse(URL)):
        with pytest.raises(TypeError):
            pickle.dumps(thing)


def test_sealed_texts_compare_as_what_they_hold():
    assert Sealed(URL) == Sealed(URL) != Sealed("")
    assert hash(Sealed(URL)) == hash(Sealed(URL))
    assert Target("shop", "default", Tier.INT, Sealed(URL), "R9", "") == Target(
        "shop", "default", Tier.INT, Sealed(URL), "R9", ""
    )
    assert bool(Sealed(URL))
    assert not Sealed("")


@pytest.mark.parametrize(
    "environ",
    [
        {"TEST_DATABASE_URL": f"postgresql://shop:{SECRET}@/@/"},
        {"TEST_DATABASE_URL": f"postgresql://shop:{SECRET}%@h/shop"},
        {"TEST_DATABASE_URL": f"postgresql://shop:{SECRET} @h/shop"},
        {"TEST_DATABASE_URL": f"postgresql://shop:{SECRET}@h:99999/shop"},
        {"TEST_DATABASE_URL": f"postgresql://shop:{SECRET}\udcff@h/shop"},
        {"TEST_DATABASE_URL": f"mysql://shop:{SECRET}@h/shop"},
        {"TEST_DATABASE_URL": f"embedded://shop:{SECRET}@h/shop"},
        {"TEST_DATABASE_URL": "", "DATABASE_URL": URL},
        {"TEST_DATABASE_URL": URL, "PGHOSTADDR": "10.0.0.1"},
        {"TEST_DATABASE_URL": f"postgresql:///shop?password={SECRET}&bare"},
        {"USE_STG_DATABASE": URL},
        {"USE_PROD_DATABASE": "true", "USE_STG_DATABASE": "true", "DATABASE_URL": URL},
        {"USE_PROD_DATABASE": "true", "DATABASE_URL": URL},
    ],
    ids=str,
)
def test_no_frame_of_an_error_shows_a_secret(process, environ):
    process.environ = SealedTexts(environ)
    with pytest.raises(TierguardError) as caught:
        process.target()
    assert leaks(caught.value, SECRET) == []
    assert SECRET not in str(caught.value)


def test_no_frame_of_an_explanation_shows_an_environment(tmp_path):
    (tmp_path / "tierguard.toml").write_text('project = "shop"\n')
    assert explain(environ=ENVIRON | {"CI": SECRET}, root=Path(tmp_path)).outcome == "error"
    with pytest.raises(TierguardError) as caught:
        conninfo.parse(Sealed(f"postgresql://shop:{SECRET}@/@/"))
    assert leaks(caught.value, SECRET) == []
