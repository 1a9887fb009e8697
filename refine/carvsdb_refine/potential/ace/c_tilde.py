"""The C-tilde form, `.yace`: what pacemaker and ace-jax write for molecular dynamics."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
from carvsdb_refine.potential.ace.form import AceForm, Bond, Centre, Function
from carvsdb_refine.potential.ace.radial_forms import TABULATED

Floats = NDArray[np.float64]
NAMES = {"basis": "radbasename", "width": "dcut", "parameters": "radparameters"}


def c_tilde_form(content: dict[Any, Any], path: Path) -> AceForm:
    """Bring the mapping of a `.yace` into shape."""
    elements = tuple(str(symbol) for symbol in content["elements"])
    spacing = float(content.get("deltaSplineBins", 0.001))
    bonds = content["bonds"]
    for (a, b), text in bonds.items():
        refuse_unbuilt_basis(text["radbasename"], f"{elements[a]}-{elements[b]}", path)
    zero = zero_energies_of(content.get("E0"), elements, path)
    functions = [
        tuple(_function(text) for text in content["functions"].get(index) or ()) for index in range(len(elements))
    ]
    embeddings = [content["embeddings"][index] for index in range(len(elements))]
    named = [embedding_of(text["npoti"], text["FS_parameters"], int(text["ndensity"]), path) for text in embeddings]
    form = AceForm(
        elements=elements,
        bonds={
            (int(a), int(b)): _bond(text, elements[a], elements[b], spacing, path) for (a, b), text in bonds.items()
        },
        centres=tuple(
            Centre(
                zero_energy=zero[index],
                embedding=named[index][1],
                functions=functions[index],
                embedding_name=named[index][0],
                core_limit=core_limit_of(
                    text.get("rho_core_cutoff", CORE_LIMIT[0]), text.get("drho_core_cutoff", CORE_LIMIT[1]), path
                ),
            )
            for index, text in enumerate(embeddings)
        ),
        is_pooled=bool(content.get("summed_neighbour_A", False)),
    )
    return _widened(form)


def _bond(text: dict[str, Any], centre: str, neighbour: str, spacing: float, path: Path) -> Bond:
    pair = f"{centre}-{neighbour}"
    shape = radial_shape(text["nradmax"], text["lmax"], text["nradbasemax"])
    table = None
    if text["radbasename"] == TABULATED:
        table, coefficients = _tables(text["radtable"], shape, pair, path)
    else:
        coefficients = coefficients_of(text["radcoefficients"], shape, pair, path)
    bond = Bond(
        cutoff=float(text["rcut"]),
        coefficients=coefficients,
        radial=radial_of(text, NAMES, spacing, table, pair, path),
        inner=inner_of(
            text.get("inner_cutoff_type", "density"), text.get("rcut_in", 0), text.get("dcut_in", 0), pair, path
        ),
        repulsion=(float(text.get("prehc", 0)), float(text.get("lambdahc", 0))),
    )
    return checked_bond(with_charges(bond, (centre, neighbour)), pair, path)


def _tables(text: dict[str, Any], shape: tuple[int, int, int], pair: str, path: Path) -> tuple[Floats, Floats]:
    """Return tabulated functions, those of rank 1 and then each R_nl, and the coefficients that pick the R_nl."""
    n_bins = int(text["nbins"])
    of_rank_1, of_products = text.get("gk") or (), text.get("rnl") or ()
    table = np.zeros((n_bins + 1, 2, shape[2] + len(of_products)))
    coefficients = np.zeros((*shape[:2], table.shape[2]))
    places = [int(entry["k"]) - 1 for entry in of_rank_1]
    if any(not 0 <= place < shape[2] for place in places):
        raise InputError(f"radtable of {pair}: expected k from 1 to {shape[2]}", path=path)
    for index, entry in enumerate(of_products):
        n, l = int(entry["n"]), int(entry["l"])
        if not (1 <= n <= shape[0] and 0 <= l < shape[1]):
            raise InputError(f"radtable of {pair}: n = {n}, l = {l} is beyond nradmax or lmax", path=path)
        places.append(shape[2] + index)
        coefficients[n - 1, l, shape[2] + index] = 1.0
    for place, entry in zip(places, (*of_rank_1, *of_products), strict=True):
        columns = np.array([entry["f"], entry["df"]], dtype=np.float64)
        if columns.shape != (2, n_bins + 1) or not np.all(np.isfinite(columns)):
            raise InputError(
                f"radtable of {pair}: expected nbins + 1 = {n_bins + 1} numbers in each f and df", path=path
            )
        table[:, :, place] = columns.T
    return table, coefficients


def _function(text: dict[str, Any]) -> Function:
    rank, n_combinations = int(text["rank"]), int(text["num_ms_combs"])
    return Function(
        elements=tuple(int(number) for number in text["mus"]),
        n=tuple(int(number) for number in text["ns"]),
        l=tuple(int(number) for number in text["ls"]),
        m=np.array(text["ms_combs"], dtype=np.int64).reshape(n_combinations, rank),
        weights=np.array(text["ctildes"], dtype=np.float64).reshape(n_combinations, int(text["ndensity"])),
    )


def _widened(form: AceForm) -> AceForm:
    """Let each bond have as many functions as its centre's functions name, up to the most that any bond has.

    LAMMPS makes every bond as large as the largest: g_n beyond those of the bond are there, R_nl beyond are zero.
    """
    shapes = [bond.coefficients.shape for bond in form.bonds.values()]
    most = tuple(max(shape[axis] for shape in shapes) for axis in range(3))
    bonds = dict(form.bonds)
    for pair, bond in form.bonds.items():
        named = [
            (n if len(function.elements) > 1 else 0, l + 1, n if len(function.elements) == 1 else 0)
            for function in form.centres[pair[0]].functions
            for element, n, l in zip(function.elements, function.n, function.l, strict=True)
            if element == pair[1]
        ]
        has = bond.coefficients.shape
        needs = [max([has[axis], *(min(some[axis], most[axis]) for some in named)]) for axis in range(3)]
        if bond.radial.table is None and tuple(needs) != has:
            coefficients = np.pad(bond.coefficients, [(0, needs[axis] - has[axis]) for axis in range(3)])
            bonds[pair] = Bond(bond.cutoff, coefficients, bond.radial, bond.inner, bond.repulsion, bond.charges)
    return AceForm(form.elements, bonds, form.centres, form.is_pooled)
