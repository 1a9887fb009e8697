"""Well-known nets as exact quotient graphs, for examples, tests and the reference data set."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import numpy as np

from carvsdb.errors import NotFoundError
from carvsdb.net.graph import Net

SOURCE = "RCSR: O'Keeffe, Peskov, Ramsden & Yaghi, Acc. Chem. Res. 41, 1782 (2008), doi:10.1021/ar800124u"


def names() -> list[str]:
    """Return the names of all nets in the library, sorted."""
    return sorted(_table())


def load(name: str) -> Net:
    """Return a net by its RCSR name, in any capitals.

    Raises
    ------
    NotFoundError
        If the library has no such net.

    Examples
    --------
    >>> dia = load("dia")
    >>> dia.n_vertices, dia.n_edges
    (2, 4)
    """
    known = name if name in names() or not isinstance(name, str) else name.lower()
    if known not in names():
        raise NotFoundError(
            f"the library of exact nets has no {name!r}",
            item=str(name),
            hint=f"it has {', '.join(names())}; carvsdb.reference_nets().net(NAME) has all names of the archive",
        )
    return Net.from_edges(np.array(_table()[known]), name=known)


def load_all() -> Iterator[Net]:
    """Yield all nets of the library, by name."""
    for name in names():
        yield load(name)


@cache
def _table() -> dict[str, list[list[int]]]:
    text = (files("carvsdb.net.data") / "reference_nets.txt").read_text(encoding="utf-8")
    table = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        name, dimension, *numbers = line.split()
        width = 2 + int(dimension)
        flat = [int(number) for number in numbers]
        table[name] = [flat[start : start + width] for start in range(0, len(flat), width)]
    return table
