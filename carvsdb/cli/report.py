"""A description, written for reading."""

from itertools import groupby

from carvsdb.topology import short_id
from carvsdb_schemas.description import Description

_SHOWN = 3
_LONG = 12
"""Angles of a node, from which on equal ones in a vertex symbol are counted: ten of a 5-c node are written out."""


def report(description: Description, *, stored: bool = False) -> str:
    """Write a description for reading; of what is stored it is not known which atoms are guests."""
    what = f"{description.n_nodes} nodes"
    if description.n_linkers:
        what += f", {description.n_linkers} linkers"
    lines = [f"{description.label}: {what}, {description.n_edges} edges per cell, {description.periodicity}-periodic"]

    def line(name: str, text: str) -> None:
        lines.append(f"  {name:<17} {text}")

    line("clustering", f"{description.clustering} ({description.bond_rule})")
    if description.formula is not None:
        line("atoms", _atoms(description, stored))
    line("coordination", _listed({f"{size}": n for size, n in description.coordination.items()}))
    kind = "strong rings" if description.ring_kind == "strong" else "rings per cell"
    line(kind, "  ".join(f"{size}:{n}" for size, n in description.ring_counts.items()) or "none")
    searched = f"searched to {description.max_ring_size}-rings"
    proof = "smaller strong rings make all cycles" if description.ring_kind == "strong" else "the net has no cycle"
    complete = {
        "proved": f"proved complete: {proof}",
        "observed": f"complete as far as observed: nothing beyond {description.largest_ring}",
        "no": "not shown to be complete",
    }[description.completeness]
    line("", f"{searched}, {complete}")
    line("CARVS", description.carvs.symbol if description.ring_counts else "no rings")
    line("vertex symbols", _listed({shortened(symbol): n for symbol, n in description.vertex_symbols.items()}))
    line("point symbols", _listed(description.point_symbols))
    line("TD10", f"{description.td10:.2f}".rstrip("0").rstrip("."))
    line("name", _name(description))
    return "\n".join(lines)


def _atoms(description: Description, stored: bool) -> str:
    whole = f"{description.formula}, {description.density:.3f} g/cm³"
    if description.framework_formula is None:
        return f"{whole} (all atoms, guests too)" if stored else whole
    framework = f"{description.framework_formula}, {description.framework_density:.3f} g/cm³"
    return f"{framework} without guests; {whole} with them"


def local_report(description: Description) -> str:
    """Write the local geometry of a net, and its CARVS by coordination, for reading."""
    lines = []
    for one in description.geometry:
        if one.quantity == "coordination":
            continue
        spread = "" if one.mean is None else f"{one.mean:.3f} ± {one.deviation:.3f} {one.unit}"
        lines.append(f"  {one.quantity:<25} {spread}, {sum(one.counts)} values")
    for part in description.carvs_by_coordination:
        share = part.n_nodes / description.n_nodes
        what = f"{part.coordination}-coordinated"
        lines.append(f"  {what:<17} {part.n_nodes} nodes ({100 * share:.1f} %)  {part.symbol}")
    if not description.geometry:
        lines.insert(0, "  geometry          none: only atoms that become nodes and linkers have distances and angles")
    return "\n".join(lines)


def _which(derived_name: str) -> str:
    """Say a name that is no archive's: that of a subnet is its own, a chain is one of many."""
    return f"the subnet {derived_name}" if "-" in derived_name else f"a {derived_name}"


def _name(description: Description) -> str:
    """Write who the net is, and of how many pieces it is made."""
    if description.key is None:
        cause = f", {description.cause}" if description.cause else ""
        return f"none ({description.status}{cause})"
    derived = f", {_which(description.derived_name)}" if description.derived_name else ""
    name = description.name or f"none, known as {short_id(description.key)}{derived}"
    periodic = [part for part in description.components if part.periodicity]
    copies = [f"{part.multiplicity} x {', '.join(part.names) or short_id(part.key or '')}" for part in periodic]
    several = len(periodic) > 1 or any(part.multiplicity > 1 for part in periodic)
    how = "interpenetrating" if all(part.periodicity == 3 for part in periodic) else "in a cell"
    pieces = f", {' + '.join(copies)} {how}" if several else ""
    return name + pieces + ("" if description.stable else ", unstable")


def _listed(counts: dict[str, int]) -> str:
    """Write the most frequent values of a count."""
    if len(counts) == 1:
        return next(iter(counts))
    shown = [f"{value} x{number}" for value, number in list(counts.items())[:_SHOWN]]
    rest = len(counts) - len(shown)
    return ", ".join(shown) + (f", and {rest} more" if rest else "") if shown else "none"


def shortened(symbol: str) -> str:
    """Count equal angles of a long vertex symbol.

    Examples
    --------
    >>> shortened("[4.4.6.6.6.6]"), shortened("[" + ".".join(["3"] * 24 + ["4(2)"] * 36) + "]")
    ('[4.4.6.6.6.6]', '[3(x24).4(2)(x36)]')
    """
    angles = symbol.strip("[]").split(".")
    if len(angles) < _LONG:
        return symbol
    counted = [(angle, len(list(same))) for angle, same in groupby(angles)]
    return f"[{'.'.join(angle if number == 1 else f'{angle}(x{number})' for angle, number in counted)}]"
