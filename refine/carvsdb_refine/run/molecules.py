"""Which atoms move together: pieces of a model held together by bonds."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError


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
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    symbols = np.array(model.elements)
    fractions = model.positions @ np.linalg.inv(model.cell)
    fractions -= np.floor(fractions)
    cutoffs = {tuple(sorted(pair.split("-"))): length for pair, length in longest.items()}
    for pair in cutoffs:
        for symbol in pair:
            if symbol not in model.species:
                raise InputError(f"bonds of {'-'.join(pair)}: the model has no {symbol}")
    reach = max(cutoffs.values(), default=0.0)
    layers = np.ceil(reach / model.heights).astype(int)
    shifts = np.array([(u, v, w) for u in _span(layers[0]) for v in _span(layers[1]) for w in _span(layers[2])])
    # Only images near the cell can be neighbours: the margin is the reach in fractions of each height.
    margin = reach / model.heights
    images = fractions[None] + shifts[:, None]
    near = ((images > -margin - 1e-9) & (images < 1 + margin + 1e-9)).all(axis=2)
    which, owner = np.nonzero(near)
    tree = cKDTree(images[which, owner] @ model.cell)
    home = cKDTree(fractions @ model.cell)
    found = home.sparse_distance_matrix(tree, reach, output_type="coo_matrix")
    first, second, shift, length = found.row, owner[found.col], shifts[which[found.col]], found.data
    limit = np.zeros(len(first))
    for (one, other), cutoff in cutoffs.items():
        matches = (symbols[first] == one) & (symbols[second] == other)
        matches |= (symbols[first] == other) & (symbols[second] == one)
        limit[matches] = cutoff
    bonded = (length <= limit) & (length > 0)
    first, second, shift = first[bonded], second[bonded], shift[bonded]
    graph = coo_array((np.ones(len(first)), (first, second)), shape=(model.n_atoms, model.n_atoms))
    _, labels = connected_components(graph, directed=False)
    _check_finite(first, second, shift, labels)
    return replace(model, molecule_ids=labels.astype(np.int64) + 1)


def _span(layers: int) -> range:
    return range(-layers, layers + 1)


def _check_finite(
    first: NDArray[np.int64], second: NDArray[np.int64], shift: NDArray[np.int64], labels: NDArray[np.int32]
) -> None:
    """Raise if going round a molecule leads to another image of where it began."""
    neighbours: dict[int, list[tuple[int, NDArray[np.int64]]]] = {}
    for one, other, by in zip(first.tolist(), second.tolist(), shift, strict=True):
        neighbours.setdefault(one, []).append((other, by))
    place: dict[int, NDArray[np.int64]] = {}
    for start in neighbours:
        if start in place:
            continue
        place[start] = np.zeros(3, np.int64)
        stack = [start]
        while stack:
            atom = stack.pop()
            for other, by in neighbours[atom]:
                there = place[atom] + by
                if other not in place:
                    place[other] = there
                    stack.append(other)
                elif (place[other] != there).any():
                    size = int((labels == labels[atom]).sum())
                    raise InputError(
                        f"{size} atoms are held together by bonds without an end: no rigid molecule",
                        hint="shorten the bonds, or say molecules = 'none'",
                    )
