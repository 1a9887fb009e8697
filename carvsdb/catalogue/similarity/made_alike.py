"""Whether nets that are compared were made of atoms in the same way: by one clustering and one bond rule."""

from collections.abc import Iterable

_AS_GIVEN = "as given"
_SHOWN = 3

Made = tuple[str, str, str]
"""Label, clustering and bond rule of a net."""


def several_ways(nets: Iterable[Made]) -> tuple[str, ...]:
    """Say if nets were made by several clusterings, or by several bond rules; files of nets have neither.

    Examples
    --------
    >>> several_ways([("ZIF-8", "node-linker", "r + 0.3 Å"), ("HKUST-1", "all-node", "r + 0.3 Å")])
    ('nets of several clusterings are compared: node-linker (ZIF-8), all-node (HKUST-1)',)
    """
    of_atoms = [net for net in nets if net[1] != _AS_GIVEN]
    found = []
    for column, what in ((1, "clusterings"), (2, "bond rules")):
        labels: dict[str, list[str]] = {}
        for net in of_atoms:
            labels.setdefault(net[column], []).append(net[0])
        if len(labels) > 1:
            ways = [f"{way} ({_listed(list(dict.fromkeys(names)))})" for way, names in labels.items()]
            found.append(f"nets of several {what} are compared: {', '.join(ways)}")
    return tuple(found)


def _listed(labels: list[str]) -> str:
    more = len(labels) - _SHOWN
    return ", ".join(labels[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
