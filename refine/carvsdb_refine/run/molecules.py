"""Which atoms move together: pieces of a model held together by bonds."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from carvsdb.atoms.model import AtomicModel
from carvsdb.atoms.pairs import list_pairs
from carvsdb.errors import InputError
from carvsdb.net import Net, components


def molecules_by_bonds(model: AtomicModel, longest: Mapping[str, float]) -> AtomicModel:
    """Return a model whose molecules are the pieces that bonds hold together.

    Parameters
    ----------
    model : AtomicModel
        The model.
    longest : mapping of str to float
        The longest bond of each pair that bonds, in Å: ``{"C-N": 1.6}``.

    Raises
    ------
    InputError
        If a pair names an element that the model lacks, or a molecule goes through the cell without an end.

    Examples
    --------
    >>> model = AtomicModel(("N", "Ar", "N"), [[0, 0, 0.1], [4, 4, 4], [0, 0, 8.0]], 9 * np.eye(3))
    >>> molecules_by_bonds(model, {"N-N": 1.2}).molecule_ids.tolist()
    [1, 2, 1]
    """
    symbols = np.array(model.elements)
    cutoffs = {tuple(sorted(pair.split("-"))): length for pair, length in longest.items()}
    for pair in cutoffs:
        for symbol in pair:
            if symbol not in model.species:
                raise InputError(f"bonds of {'-'.join(pair)}: the model has no {symbol}")
    pairs = list_pairs(model.positions, model.cell, np.nextafter(max(cutoffs.values(), default=0.0), np.inf))
    limit = np.zeros(len(pairs.firsts))
    for (one, other), cutoff in cutoffs.items():
        for here, there in ((one, other), (other, one)):
            limit[(symbols[pairs.firsts] == here) & (symbols[pairs.seconds] == there)] = cutoff
    bonded = (pairs.distances <= limit) & (pairs.distances > 0)
    rows = np.column_stack([pairs.firsts, pairs.seconds, pairs.offsets])[bonded]
    molecule_ids = np.zeros(model.n_atoms, np.int64)
    for number, molecule in enumerate(components(Net.from_edges(rows, model.n_atoms)), 1):
        if molecule.periodicity:
            raise InputError(
                f"{len(molecule.vertices)} atoms are held together by bonds without an end: no rigid molecule",
                hint="shorten the bonds, or say molecules = 'none'",
            )
        molecule_ids[molecule.vertices] = number
    return replace(model, molecule_ids=molecule_ids)
