"""What the supporting information of a paper says of a net: `carvsdb describe --si`."""

import math

from carvsdb.cli.report import shortened
from carvsdb.topology import short_id, transitivity
from carvsdb_ingest.analysis.references import references
from carvsdb_schemas.description import Description

_NUMBER_WORDS = {1: "none", 2: "twofold", 3: "threefold", 4: "fourfold"}


def si_text(description: Description) -> str:
    """Write a net as the supporting information of a paper does, with what to cite."""
    periodic = [part for part in description.components if part.periodicity]
    copies = sum(part.multiplicity for part in periodic)
    unnamed = f"none; {short_id(description.key)}" if description.key else f"none ({description.cause})"
    interpenetration = _NUMBER_WORDS.get(copies, f"{copies}-fold") if len(periodic) == 1 else _of_several(description)
    lines = {
        "underlying net": description.name or unnamed,
        "nodal coordination": ",".join(sorted(description.coordination, key=int)) + "-c",
        "point symbol": with_stoichiometry(description.point_symbols),
        "vertex symbols": ", ".join(shortened(symbol) for symbol in description.vertex_symbols),
        "transitivity": _transitivity(description),
        "periodicity": f"{description.periodicity}-periodic",
        "interpenetration": interpenetration,
        "TD10": f"{description.td10:.2f}".rstrip("0").rstrip("."),
        "CARVS": f"{description.carvs.symbol} (rings to {description.max_ring_size})",
        "clustering": f"{description.clustering}; bonds: {description.bond_rule}",
        "program": f"carvsdb {description.version}",
        "doubts": "; ".join(description.quality) or "none",
        "to cite": f"\n  {'':<19} ".join(one.text for one in references([description])),
    }
    return "\n".join([description.label, *(f"  {name:<19} {text}" for name, text in lines.items())])


def with_stoichiometry(symbols: dict[str, int]) -> str:
    """Write point symbols with how often each occurs, as ToposPro does.

    Examples
    --------
    >>> with_stoichiometry({"{6^3}": 32, "{6^2.8^2.10^2}": 24})
    '{6^2.8^2.10^2}3{6^3}4'
    >>> with_stoichiometry({"{6^6}": 8})
    '{6^6}'
    """
    divisor = math.gcd(*symbols.values()) if symbols else 1
    return "".join(
        f"{symbol}{number // divisor if number > divisor else ''}" for symbol, number in sorted(symbols.items())
    )


def _transitivity(description: Description) -> str:
    """Write the numbers of kinds of vertices and edges as RCSR does: ``[2 1]``."""
    keys = [part.key for part in description.components if part.periodicity]
    if not keys:
        return "none"
    found = [transitivity(key) if key else None for key in keys]
    written = " + ".join("[? ?]" if one is None else f"[{one[0]} {one[1]}]" for one in found)
    return f"{written} (kinds of vertices, of edges)"


def _of_several(description: Description) -> str:
    if not any(part.periodicity for part in description.components):
        return "none"
    return "nets of several sorts: " + " + ".join(
        f"{part.multiplicity} x {', '.join(part.names) or short_id(part.key or '')}"
        for part in description.components
        if part.periodicity
    )
