"""Progress bars of calls that may be long.

The `progress` of such a call is None (a bar on a terminal or in a notebook, once the call has taken a second), True (a
bar on stderr wherever that goes), or False (none).
"""

import sys
from collections.abc import Iterable, Iterator, Sized
from typing import Any, TypeVar

Item = TypeVar("Item")

_PATIENCE = 1.0  # seconds without a bar


def is_shown(progress: bool | None) -> bool:
    """Tell whether a bar is to be shown: by default where somebody looks."""
    if progress is not None:
        return bool(progress)
    return "ipykernel" in sys.modules or (sys.stderr is not None and sys.stderr.isatty())


def bar_options(what: str, progress: bool | None) -> dict[str, Any]:
    """Return the options of a bar of tqdm.

    Examples
    --------
    >>> bar_options("pairs", False)["disable"]
    True
    """
    return {
        "desc": what,
        "disable": not is_shown(progress),
        "delay": 0 if progress else _PATIENCE,
        "leave": bool(progress),
        "dynamic_ncols": True,
        "file": sys.stderr,
    }


def bar(what: str, progress: bool | None, total: int | None = None) -> Any:
    """Return a bar, which is moved on by its ``update(number)`` and let go of by ``with``."""
    from tqdm import tqdm

    class Bar(tqdm):  # type: ignore[misc]  # tqdm ships no types
        monitor_interval = 0  # no thread: processes are started meanwhile

    return Bar(total=total, **bar_options(what, progress))


def counted(items: Iterable[Item], what: str, progress: bool | None, total: int | None = None) -> Iterator[Item]:
    """Yield items, with a bar that counts them.

    Examples
    --------
    >>> list(counted([1, 2], "numbers", False))
    [1, 2]
    """
    if not is_shown(progress):
        yield from items
        return
    if total is None and isinstance(items, Sized):
        total = len(items)
    with bar(what, progress, total) as shown:
        for item in items:
            yield item
            shown.update()
