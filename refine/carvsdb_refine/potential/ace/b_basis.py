"""The B-basis form, `.yaml`: what pacemaker fits; each function is an invariant with one coefficient per density."""

from pathlib import Path
from typing import Any

import numpy as np

from carvsdb.errors import InputError
from carvsdb_refine.potential.ace.bonds import (
    CORE_LIMIT,
    checked_bond,
    coefficients_of,
    core_limit_of,
    embedding_of,
    inner_of,
    radial_of,
    radial_shape,
    refuse_unbuilt_basis,
    with_charges,
    zero_energies_of,
)
from carvsdb_refine.potential.ace.coupling import half_invariant
from carvsdb_refine.potential.ace.form import AceForm, Bond, Centre, Function

Blocks = dict[tuple[str, ...], dict[str, Any]]
NAMES = {"basis": "radbase", "width": "dcutij", "parameters": "radparameters"}


def b_form(content: dict[Any, Any], path: Path) -> AceForm:
    """Bring a B-basis to C-tilde form; `content` is the file's mapping."""
    blocks = _blocks(content["species"])
    about = content.get("global") or {}
    for symbols, block in blocks.items():
        if "radbase" in block:
            refuse_unbuilt_basis(block["radbase"], "-".join(symbols * (3 - len(symbols))), path)
    elements = tuple(sorted({symbol for symbols in blocks for symbol in symbols}))
    lacking = [symbol for symbol in elements if (symbol,) not in blocks]
    if lacking:
        raise InputError(f"there is no speciesblock of {', '.join(lacking)} alone", path=path)
    places = {symbol: index for index, symbol in enumerate(elements)}
    zero = zero_energies_of(about.get("E0"), elements, path)
    spacing = float(about.get("DeltaSplineBins", 0.001))
    functions: list[list[Function]] = [[] for _ in elements]
    for symbols, block in blocks.items():
        for text in block.get("nbody") or ():
            if not text.get("skip", False):
                functions[places[symbols[0]]].append(_function(text, symbols, places))
    return AceForm(
        elements=elements,
        bonds={
            (places[a], places[b]): _bond(blocks, a, b, spacing, path)
            for a in elements
            for b in elements
        },
        centres=tuple(_centre(blocks[symbol,], zero[place], tuple(functions[place]), path)
                      for place, symbol in enumerate(elements)),
    )  # fmt: skip


def _blocks(species: list[dict[str, Any]]) -> Blocks:
    """Return the blocks by the different symbols in their names, in order: "Al Al" is "Al"."""
    blocks: Blocks = {}
    for block in species:
        symbols = tuple(dict.fromkeys(str(block["speciesblock"]).split()))
        if symbols in blocks:
            raise ValueError(f"two blocks of {' '.join(symbols)}")
        blocks[symbols] = block
    return blocks


def _centre(block: dict[str, Any], zero_energy: float, functions: tuple[Function, ...], path: Path) -> Centre:
    name, embedding = embedding_of(block["npoti"], block["parameters"], int(block["ndensityi"]), path)
    limit = block.get("rho_core_cut", CORE_LIMIT[0]), block.get("drho_core_cut", CORE_LIMIT[1])
    return Centre(zero_energy, embedding, functions, name, core_limit_of(*limit, path))


def _bond(blocks: Blocks, centre: str, neighbour: str, spacing: float, path: Path) -> Bond:
    """Return the bond of a pair; what its block does not say, that of its mirror does."""
    pair = f"{centre}-{neighbour}"
    symbols = (centre,) if centre == neighbour else (centre, neighbour)
    own, mirror = blocks.get(symbols), blocks.get(symbols[::-1])
    if own is None and mirror is None:
        # Nothing is said of the pair, so nothing is between the two.
        return Bond(1.0, np.zeros((0, 1, 1)))
    said = [block for block in (own, mirror) if block is not None]
    radial = next((block for block in said if "radbase" in block), None)
    if radial is None:
        raise InputError(f"no speciesblock says the radial basis of {pair}", path=path)
    core = next((block for block in said if "core-repulsion" in block), radial)
    shape = radial_shape(radial["nradmaxi"], radial["lmaxi"], radial["nradbaseij"])
    prefactor, decay = core.get("core-repulsion") or (0, 0)
    bond = Bond(
        cutoff=float(radial["rcutij"]),
        coefficients=coefficients_of(radial["radcoefficients"], shape, pair, path),
        radial=radial_of(radial, NAMES, spacing, None, pair, path),
        inner=inner_of(
            core.get("inner_cutoff_type", "density"), core.get("r_in", 0), core.get("delta_in", 0), pair, path
        ),
        repulsion=(float(prefactor), float(decay)),
    )
    return checked_bond(with_charges(bond, (centre, neighbour)), pair, path)


def _function(text: dict[str, Any], block: tuple[str, ...], places: dict[str, int]) -> Function:
    symbols = str(text["type"]).split()
    if symbols[0] != block[0] or not set(symbols) <= set(block):
        raise ValueError(f"a function of {' '.join(symbols)} in the speciesblock of {' '.join(block)}")
    elements = tuple(places[symbol] for symbol in symbols[1:])
    ns, ls = tuple(int(n) for n in text["nr"]), tuple(int(l) for l in text["nl"])
    if not len(elements) == len(ns) == len(ls):
        raise ValueError("a function whose type, nr and nl differ in length")
    between = tuple(int(momentum) for momentum in text.get("lint") or ())
    ms, coupling = half_invariant(tuple(zip(elements, ns, ls, strict=True)), between)
    coefficients = np.atleast_1d(np.array(text["c"], dtype=np.float64))
    return Function(elements, ns, ls, ms, np.outer(coupling, coefficients), coupling, between)
