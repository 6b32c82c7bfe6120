"""Secrets as values: held, handed on and compared by name, and shown by nothing until they are opened.

Whatever prints a variable or an object (``repr``, a traceback with locals, a notebook, an error tracker, ``vars``,
``dataclasses.asdict``) shows that there is a secret. The text hangs in a closure, so there is no attribute to walk to.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Self


class _Unshown:
    """What every sealed value shares: it is its own copy, and it never leaves the process by itself."""

    __slots__ = ()

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a secret cannot be pickled: let the other process read its own settings")


class Sealed(_Unshown):
    """One text that holds a secret. ``open()`` returns it: call it where the text is used, and keep no name for it."""

    __slots__ = ("open",)

    def __init__(self, text: str) -> None:
        self.open: Callable[[], str] = lambda: text

    def open_quietly(self) -> str:
        """Return the text as one whose ``repr`` does not show it: for callers who keep a name for it."""
        return _Quiet(self.open())

    def __repr__(self) -> str:
        return "<sealed>"

    def __bool__(self) -> bool:
        return bool(self.open())

    def __eq__(self, other: object) -> bool:
        return self.open() == other.open() if isinstance(other, Sealed) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.open())


class _Quiet(str):
    __slots__ = ()

    def __repr__(self) -> str:
        return "<sealed: str() returns it>"

    def __getitem__(self, key: Any) -> str:
        return _Quiet(str(self)[key])  # whoever cuts off a long text to show it, shows as much as of the whole


class SealedCall(_Unshown):
    """The arguments of somebody's call that is handed on: one of them may be a URL or a password."""

    __slots__ = ("args", "kwargs")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.args: Callable[[], tuple[Any, ...]] = lambda: args
        self.kwargs: Callable[[], dict[str, Any]] = lambda: kwargs

    def __repr__(self) -> str:
        return "<sealed call>"


class SealedTexts(_Unshown, Mapping[str, str]):
    """An environment, or the parts of a URL: its names are shown, its values come out by look-up only."""

    __slots__ = ("_look_up", "_names")

    def __init__(self, texts: Mapping[str, str]) -> None:
        held = dict(texts)
        self._look_up = held.__getitem__
        self._names = tuple(held)

    def __getitem__(self, name: str) -> str:
        return self._look_up(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __or__(self, other: Mapping[str, str]) -> SealedTexts:
        return SealedTexts({**self, **other})

    def __repr__(self) -> str:
        return f"<sealed: {', '.join(sorted(self._names))}>"


def seal(text: str | Sealed) -> Sealed:
    """Return ``text`` sealed; what is sealed already stays as it is."""
    return text if isinstance(text, Sealed) else Sealed(text)
