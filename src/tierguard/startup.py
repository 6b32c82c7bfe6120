"""What the start-up file of this environment knows: the environment variables from before any code of yours."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import NoReturn

MODULE = "_tierguard_startup"  # beside tierguard.pth in site-packages; not imported here, where nobody started it


def environment() -> Mapping[str, str] | None:
    """Return the environment as it was when this process began, or None where the start-up file did not run then.

    A forked child answers as its parent: nothing of it began anew.
    """
    remembered = getattr(sys.modules.get(MODULE), "remembered", None)
    return None if remembered is None else Remembered(remembered())


class Remembered(Mapping[str, str]):
    """An environment that neither a prompt nor a traceback nor a pickle shows."""

    __slots__ = ("_get",)

    def __init__(self, values: dict[str, str]) -> None:
        self._get: Callable[[], dict[str, str]] = lambda: values

    def __getitem__(self, name: str) -> str:
        return self._get()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._get())

    def __len__(self) -> int:
        return len(self._get())

    def __repr__(self) -> str:
        return f"<{len(self)} environment variables>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("The environment is not written down.")
