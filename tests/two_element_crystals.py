"""Crystals of diamond and their bonds, and made-up parameters of two elements, for classical potentials."""

from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb.atoms.pairs import list_pairs
from carvsdb_refine.potential import StillingerWeber, Tersoff
from carvsdb_refine.potential.classical.lammps_parameters import Triples

Floats = NDArray[np.float64]

FCC = np.array([[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]]) / 2
DIAMOND = np.concatenate([FCC, FCC + 0.25])


def two_elements(triples: Triples, changes: dict[int, float]) -> Triples:
    """Return made-up parameters of Ar and Kr: those of silicon, some of them stretched with each Kr."""
    (row,) = triples.values()
    found: Triples = {}
    for first, second, third in product(("Ar", "Kr"), repeat=3):
        weight = (first == "Kr") + 0.5 * ((second == "Kr") + (third == "Kr"))
        found[first, second, third] = tuple(
            value * changes.get(place, 1.0) ** weight for place, value in enumerate(row)
        )
    return found


SW_TRIPLES = two_elements(StillingerWeber.silicon().triples, {0: 1.1, 1: 0.95, 3: 0.9, 4: 1.05, 8: 1.02})
TERSOFF_TRIPLES = two_elements(Tersoff.silicon().triples, {2: 1.05, 3: 0.9, 6: 1.1, 9: 0.95, 12: 1.02})


def silicon(times: int, edge: float, shake: float = 0.0, symbols: tuple[str, ...] = ("Si",)) -> AtomicModel:
    """Return a box of diamond, shaken, with elements in turn."""
    corners = np.stack(np.unravel_index(np.arange(times**3), [times] * 3), axis=1)
    positions = (corners[:, None] + DIAMOND).reshape(-1, 3) * edge
    positions += np.random.default_rng(3).normal(0, shake, positions.shape)
    elements = tuple(symbols[index * 7 // 3 % len(symbols)] for index in range(len(positions)))
    return AtomicModel(elements, positions, times * edge * np.eye(3))


def evaluate(potential: Any, model: AtomicModel, positions: Floats | None = None) -> Floats:
    places = model.positions if positions is None else positions
    return np.asarray(potential.energies(model.elements, places, model.cell), np.float64)


def bonds_of(model: AtomicModel, within: float) -> Any:
    from carvsdb.net import Net

    pairs = list_pairs(model.positions, model.cell, within)
    inverse = np.linalg.inv(model.cell)
    between = pairs.vectors - model.positions[pairs.seconds] + model.positions[pairs.firsts]
    rows = np.column_stack([pairs.firsts, pairs.seconds, np.rint(between @ inverse).astype(np.int64)])
    net = Net.from_edges(rows, model.n_atoms)
    return Net.from_edges(net.edges, model.n_atoms, positions=model.positions @ inverse, cell=model.cell)
