"""Hard spheres from the closest contacts of a model."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.elements import HYDROGEN, METALLOIDS, NOBLE_GASES, covalent_radius, is_metal
from carvsdb.atoms.model import AtomicModel
from carvsdb.atoms.molecules import atoms_of_molecules
from carvsdb.atoms.pairs import list_pairs

Pair = tuple[str, str]

OVERLAP, NO_BOND = "an overlap", "no bond where one should be"
# What is nearer than this part of the sum of covalent radii is an overlap, which a run is to take away; what is
# farther than the second is no bond.
_NEAREST, _FARTHEST_BOND = 0.75, 1.25
_BOND = 0.85
_REACH = 6.0


@dataclass(frozen=True, slots=True)
class Sphere:
    """A shortest distance of a pair of elements.

    Attributes
    ----------
    pair : str
        Such as ``O-Si``.
    distance : float
        In Å, that a run is to keep.
    closest : float
        In Å, of the model.
    doubt : str
        Why `distance` comes from covalent radii and not from `closest`; empty if it does not.
    """

    pair: str
    distance: float
    closest: float
    doubt: str = ""


def spheres_of(model: AtomicModel, part: float) -> list[Sphere]:
    """Return a shortest distance for each pair of elements: a part of the closest contact of the model.

    Contacts within one molecule, which move together, do not count. A random packing has no bonds: there the closest
    contact says nothing of those that a run is to make.

    Examples
    --------
    >>> model = AtomicModel(("Si", "O"), [[0, 0, 0], [0, 0, 1.6]], np.eye(3) * 8)
    >>> spheres_of(model, 0.95)
    [Sphere(pair='O-Si', distance=1.52, closest=1.6, doubt='')]
    """
    molecule = np.empty(model.n_atoms, np.int64)
    for index, atoms in enumerate(atoms_of_molecules(model)):
        molecule[atoms] = index
    pairs = list_pairs(model.positions, model.cell, min(_REACH, float(model.heights.min()) / 2))
    number = model.atom_to_species
    first, second = number[pairs.firsts], number[pairs.seconds]
    apart = molecule[pairs.firsts] != molecule[pairs.seconds]
    within = _closest(model, first[~apart], second[~apart], pairs.distances[~apart])
    between = _closest(model, first[apart], second[apart], pairs.distances[apart])
    should_bond = _without_bonds(model.species, within, between)
    found = []
    for pair, distance in between.items():
        bond = _bond(pair)
        doubt = OVERLAP if distance < _NEAREST * bond else NO_BOND if pair in should_bond else ""
        kept = _BOND * bond if doubt else part * distance
        found.append(Sphere("-".join(pair), float(np.floor(kept * 100 + 1e-9) / 100), distance, doubt))
    return found


def _closest(
    model: AtomicModel, first: NDArray[np.int64], second: NDArray[np.int64], lengths: NDArray[np.float64]
) -> dict[Pair, float]:
    found = {}
    for one, symbol in enumerate(model.species):
        for other in range(one, len(model.species)):
            of_pair = lengths[(first == one) & (second == other)]
            if len(of_pair):
                found[symbol, model.species[other]] = float(of_pair.min())
    return found


def _without_bonds(species: tuple[str, ...], within: dict[Pair, float], between: dict[Pair, float]) -> set[Pair]:
    """Return the pairs that should bond, but do not: those of elements that are bonded to nothing.

    A metal or metalloid bonds to nonmetals if there are any, everything else to whatever there is.
    """
    bonded = {
        symbol
        for closest in (within, between)
        for pair, length in closest.items()
        if length <= _FARTHEST_BOND * _bond(pair)
        for symbol in pair
    }
    lonely = set(species) - bonded - NOBLE_GASES
    nonmetals = {symbol for symbol in species if not (is_metal(symbol) or symbol in METALLOIDS)} - NOBLE_GASES
    found = set()
    for pair in between:
        for symbol, partner in (pair, pair[::-1]):
            fits = partner in nonmetals - HYDROGEN if nonmetals - HYDROGEN - {symbol} else True
            if symbol in lonely and fits and (symbol not in nonmetals or partner not in nonmetals or len(species) == 1):
                found.add(pair)
    return found


def _bond(pair: Pair) -> float:
    return covalent_radius(pair[0]) + covalent_radius(pair[1])
