"""The B-basis form, `.yaml`: what pacemaker fits; each function is an invariant with one coefficient per density."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb_refine.potential.ace.c_tilde import bond_of, embedding_of
from carvsdb_refine.potential.ace.coupling import invariant
from carvsdb_refine.potential.ace.form import AceForm, Bond, Centre, Function

Factor = tuple[int, int, int, int]


def b_form(content: dict[Any, Any], path: Path) -> AceForm:
    """Bring a B-basis to C-tilde form; `content` is the file's mapping."""
    blocks = {tuple(str(block["speciesblock"]).split()): block for block in content["species"]}
    elements = tuple(sorted({symbols[0] for symbols in blocks}))
    places = {symbol: index for index, symbol in enumerate(elements)}
    zero = (content.get("global") or {}).get("E0") or {}
    if not isinstance(zero, dict):
        zero = dict(zip(elements, zero, strict=True))
    functions: list[list[Function]] = [[] for _ in elements]
    for symbols, block in blocks.items():
        for text in block.get("nbody") or ():
            functions[places[symbols[0]]].append(_function(text, places))
    return AceForm(
        elements=elements,
        bonds={
            (places[a], places[b]): _bond(blocks, a, b, path)
            for a in elements
            for b in elements
        },
        centres=tuple(
            Centre(
                zero_energy=float(zero.get(symbol, 0.0)),
                embedding=embedding_of(
                    blocks[symbol,]["npoti"], blocks[symbol,]["parameters"], int(blocks[symbol,]["ndensityi"]), path
                ),
                functions=tuple(functions[place]),
            )
            for place, symbol in enumerate(elements)
        ),
    )  # fmt: skip


def _bond(blocks: dict[tuple[str, ...], Any], centre: str, neighbour: str, path: Path) -> Bond:
    """Return the bond of a pair; a pair that has no block has that of its mirror."""
    if centre == neighbour:
        block = blocks[centre,]
    else:
        block = blocks.get((centre, neighbour), {})
        block = block if "radbase" in block else blocks[neighbour, centre]
    return bond_of(
        pair=f"{centre}-{neighbour}",
        basis=block["radbase"],
        unbuilt=(*block.get("core-repulsion", ()), block.get("r_in", 0), block.get("delta_in", 0)),
        cutoff=block["rcutij"],
        shape=(int(block["nradmaxi"]), int(block["lmaxi"]) + 1, int(block["nradbaseij"])),
        coefficients=block["radcoefficients"],
        path=path,
    )


def _function(text: dict[str, Any], places: dict[str, int]) -> Function:
    """Sum what belongs to one and the same product, and to it and its complex conjugate."""
    elements = tuple(places[symbol] for symbol in text["type"].split()[1:])
    ns, ls = tuple(text["nr"]), tuple(text["nl"])
    if not len(elements) == len(ns) == len(ls):
        raise ValueError("a function whose type, nr and nl differ in length")
    sums: dict[tuple[Factor, ...], float] = {}
    chosen: dict[tuple[Factor, ...], tuple[int, ...]] = {}
    for ms, coefficient in invariant(ls, tuple(text.get("lint", ()))).items():
        mirrored = tuple(-m for m in ms)
        one, other = (tuple(sorted(zip(elements, ns, ls, some, strict=True))) for some in (ms, mirrored))
        key = max(one, other)
        chosen.setdefault(key, ms)
        sums[key] = sums.get(key, 0.0) + coefficient
    kept = [key for key, total in sums.items() if abs(total) > 1e-12]
    weights: NDArray[np.float64] = np.outer([sums[key] for key in kept], np.array(text["c"], dtype=np.float64))
    ms_kept = np.array([chosen[key] for key in kept], dtype=np.int64).reshape(len(kept), len(ls))
    return Function(elements=elements, n=ns, l=ls, m=ms_kept, weights=weights)
