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


def unlike(first: Iterable[Made], second: Iterable[Made]) -> str:
    """Say in what two entries, or pools of them, were made differently; empty if in nothing.

    Examples
    --------
    >>> unlike([("a", "node-linker", "Zn-N 2.5 Å")], [("a", "node-linker", "Zn-N 3.0 Å")])
    'bond rules'
    >>> unlike([("a", "node-linker", "Zn-N 2.5 Å")], [("sod", "as given", "as given")])
    ''
    """
    both = [net for net in (*first, *second) if net[1] != _AS_GIVEN]
    ways = ("clusterings", "bond rules")
    return " and ".join(way for column, way in enumerate(ways, 1) if len({net[column] for net in both}) > 1)


def how_made(nets: Iterable[Made]) -> str:
    """Say by what clustering and bond rule nets were made of atoms; empty if all were given as nets.

    Examples
    --------
    >>> how_made([("a", "node-linker", "Zn-N 2.5 Å"), ("sod", "as given", "as given")])
    'clustering: node-linker; bonds: Zn-N 2.5 Å'
    """
    of_atoms = [net for net in nets if net[1] != _AS_GIVEN]
    if not of_atoms:
        return ""
    clusterings, rules = (list(dict.fromkeys(net[column] for net in of_atoms)) for column in (1, 2))
    return f"clustering: {', '.join(clusterings)}; bonds: {_listed(rules)}"


def _listed(labels: list[str]) -> str:
    more = len(labels) - _SHOWN
    return ", ".join(labels[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
