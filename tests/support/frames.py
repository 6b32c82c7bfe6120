"""What a traceback with locals would print: rich's, pytest's -l, an error tracker's."""

from __future__ import annotations

from pathlib import Path
from traceback import walk_tb

import tierguard

OURS = str(Path(tierguard.__file__).parent)


def leaks(error, secret):
    """Return where a local variable of tierguard's own frames, in an error and in what led to it, shows the secret."""
    found, seen, left = [], set(), [error]
    while left:
        one = left.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        left += [one.__cause__, one.__context__]
        for frame, line in walk_tb(one.__traceback__):
            if frame.f_code.co_filename.startswith(OURS):
                where = f"{frame.f_code.co_qualname}:{line}"
                found += [f"{where}: {name}" for name, value in frame.f_locals.items() if secret in repr(value)]
    return found
