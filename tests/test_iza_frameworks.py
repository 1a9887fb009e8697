"""Every zeolite code of the archive, made of Si and O with cations in its rings, gives its code again."""

from collections import Counter

import numpy as np
import pytest
from numpy.typing import NDArray

from carvsdb.atoms.structure import Structure
from carvsdb.errors import CarvsdbError
from carvsdb.rings import find_rings
from carvsdb.topology import identify
from carvsdb.topology.archive import shipped
from carvsdb_ingest.bonds import find_bonds
from carvsdb_ingest.clustering import cluster, natural_clustering
from carvsdb_refine.backmap import BackmapOptions, Backmapped, backmap, node_net

SAMPLE = ("ABW", "AFO", "CGF", "GOO", "LEV", "MEL", "NAT", "SBE", "SOD", "-CHI")
CATIONS = ("Na", "K", "Ca", "NH4")


def codes() -> list[str]:
    """Codes of the International Zeolite Association: three capitals, with a dash if interrupted."""
    names = shipped().names()
    return [name for name in names if name.isupper() and len(name.lstrip("-*")) == 3 and name.lstrip("-*").isalpha()]


def decorated(code: str) -> Backmapped:
    cell = node_net(shipped().get(code), 3.07).cell
    assert cell is not None
    heights = 1 / np.linalg.norm(np.linalg.inv(cell), axis=0)
    first, second, third = np.ceil(6.5 / heights).astype(int).tolist()
    options = BackmapOptions(metal="Si", repeat=(first, second, third))
    return backmap(code, "oxygen", options, rng=np.random.default_rng(0))


def ring_centres(made: Backmapped) -> NDArray[np.float64]:
    """Return the centres of rings of six T atoms and more, fractional."""
    census = find_rings(made.net, 12)
    assert made.net.positions is not None
    places = made.model.positions[: made.net.n_vertices] @ np.linalg.inv(made.model.cell)
    places = made.net.positions + (shift := places - made.net.positions) - np.rint(shift)
    return np.array(
        [
            (places[census.vertices[start:end]] + census.offsets[start:end]).mean(axis=0)
            for start, end in zip(census.starts[:-1].tolist(), census.starts[1:].tolist(), strict=True)
            if end - start >= 6
        ]
    ).reshape(-1, 3)


def with_cations(made: Backmapped, cation: str, generator: np.random.Generator) -> Structure:
    """Put cations near ring centres, 2.2 Å or more from any atom: one for each four T atoms if there is room."""
    model = made.model
    inverse = np.linalg.inv(model.cell)
    elements, places = list(model.elements), list(model.positions @ inverse)
    corners = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) / np.sqrt(3)
    room = max(2, made.net.n_vertices // 4)
    for centre in generator.permutation(ring_centres(made)):
        place = centre + generator.normal(scale=0.3, size=3) @ inverse
        apart = np.array(places) - place
        nearest = np.linalg.norm((apart - np.rint(apart)) @ model.cell, axis=1).min()
        if nearest < (2.6 if cation == "NH4" else 2.2):
            continue
        elements += ["N", "H", "H", "H", "H"] if cation == "NH4" else [cation]
        places += [place, *(place + 1.03 * corners @ inverse)] if cation == "NH4" else [place]
        room -= 1
        if not room:
            break
    return Structure(tuple(elements), np.array(places), model.cell, tuple(elements))


def found(structure: Structure) -> tuple[str, ...]:
    bonds = find_bonds(structure)
    return identify(cluster(structure, bonds, natural_clustering(structure, bonds)).net).names


@pytest.mark.parametrize("code", SAMPLE)
def test_a_code_is_found_again(code: str) -> None:
    made = decorated(code)
    assert (made.missing, made.extra) == (0, 0)
    assert made.bond_lengths.mean() == pytest.approx(1.61, abs=0.03)
    cation = CATIONS[SAMPLE.index(code) % len(CATIONS)]
    structure = with_cations(made, cation, np.random.default_rng(1))
    assert structure.n_atoms >= made.model.n_atoms
    assert code in found(structure)


@pytest.mark.slow
def test_all_codes() -> None:
    collapsed, wrong, stuffed = {}, {}, Counter[str]()
    for number, code in enumerate(codes()):
        try:
            made = decorated(code)
            if made.missing or made.extra:
                collapsed[code] = f"{made.missing} bonds missing, {made.extra} too many"
                continue
        except CarvsdbError as error:
            collapsed[code] = str(error)
            continue
        cation = CATIONS[number % len(CATIONS)]
        structure = with_cations(made, cation, np.random.default_rng(number))
        stuffed[cation] += structure.n_atoms > made.model.n_atoms
        if code not in found(structure):
            wrong[code] = cation
    assert wrong == {}
    assert collapsed == {}
    assert min(stuffed.values()) >= 50
