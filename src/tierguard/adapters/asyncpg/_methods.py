"""The methods of asyncpg's protocol object that have the server do something, by what their first argument is."""

from __future__ import annotations

from typing import Final

BY_TEXT: Final = ("query", "copy_in", "copy_out")
BY_STATEMENT: Final = ("bind", "execute", "bind_execute", "bind_execute_many")
PREPARING: Final = "prepare"
UNHURRIED: Final = 86_400.0  # seconds: None would be the program's own limit to its statements
