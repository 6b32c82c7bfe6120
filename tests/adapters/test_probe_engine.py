"""The ready probe, over engines of every kind and on a real database."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import URL, create_engine
from sqlalchemy.ext.asyncio import create_async_engine

from tierguard import AccessRefused
from tierguard.adapters.fastapi import Claim, TierMiddleware, probe_engine
from tierguard.model import Tier
from tierguard.text import conninfo

PROJECT = "conformance"


def sqlalchemy_url(url, driver):
    parts = conninfo.parse(url).effective()
    return URL.create(driver, parts["user"], None, parts["host"], int(parts["port"]), parts["dbname"])


def test_an_engine_is_asked_by_its_own_connections(arena):
    engine = create_engine(sqlalchemy_url(arena.make(tier="int"), "postgresql+psycopg"))
    try:
        assert probe_engine(engine)() == Claim(Tier.INT, PROJECT, "bound")
        assert engine.pool.checkedin() == 1
    finally:
        engine.dispose()


@pytest.mark.parametrize("driver", ["postgresql+psycopg", "postgresql+asyncpg"])
def test_an_asynchronous_engine_is_asked_beside_its_loop(arena, driver):
    engine = create_async_engine(sqlalchemy_url(arena.make(tier="int"), driver))

    async def serve():
        async with engine.connect():
            answer = await asyncio.to_thread(probe_engine(engine))
        async with engine.connect():  # the pool still belongs to this loop
            pass
        await engine.dispose()
        return answer

    assert asyncio.run(serve()) == Claim(Tier.INT, PROJECT, "bound")


def test_an_engine_may_be_chosen_as_late_as_the_first_request(arena):
    made = []

    def choose():
        made.append(create_engine(sqlalchemy_url(arena.make(tier="int"), "postgresql+psycopg")))
        return made[-1]

    probe = probe_engine(choose)
    assert made == []
    assert probe().tier is Tier.INT
    made[0].dispose()


def test_what_the_gate_refuses_is_said_with_its_reason(arena, capsys):
    engine = create_engine(sqlalchemy_url(arena.make(tier="prod", rows=1), "postgresql+psycopg"))
    probe = probe_engine(engine)
    with pytest.raises(AccessRefused):
        probe()
    capsys.readouterr()
    sent = []

    async def application(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def serve():
        async def send(message):
            sent.append(message)

        await TierMiddleware(application, probe, patience=30)({"type": "http", "method": "GET"}, None, send)

    asyncio.run(serve())
    assert sent[0]["headers"] == [(b"x-database-tier", b"unknown")]
    assert "may use at most INT" in capsys.readouterr().err
    engine.dispose()
