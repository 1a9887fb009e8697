"""What must not matter to any clustering: the order of atoms, the origin, the cell, and how many cells there are."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from core_mof import installed_archive, read_archive
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carvsdb.atoms.structure import Structure
from carvsdb.errors import CarvsdbError
from carvsdb.topology import identify
from carvsdb_ingest.bonds import find_bonds
from carvsdb_ingest.clustering import CLUSTERINGS, cluster, clusterings
from carvsdb_ingest.files.text_file import TextFile
from carvsdb_ingest.readers.cif.cif import read_cif

# One for each rule: bridged metals (also by N-C-N), a ring of four Cu, alkali ions, phosphates, metalloligands, rods.
REFCODES = (
    "UHASED_clean",
    "BEYSEF_clean",
    "BEVQUP_clean",
    "ECIYEU_clean",
    "KOZSOJ_clean",
    "FIJDOS_clean",
    "SETRAM_clean",
    "RIRDED_clean",
)


@cache
def structures() -> dict[str, Structure]:
    contents = read_archive(installed_archive(), REFCODES)
    return {name: read_cif(TextFile.decode(contents[name], f"{name}.cif"))[0] for name in REFCODES}


def keys(structure: Structure) -> list[str | None]:
    """Return the key by each clustering, None where there is no net."""
    found = clusterings(structure, find_bonds(structure), CLUSTERINGS)
    return [None if isinstance(one, CarvsdbError) else identify(one.net).key for one in found]


@cache
def expected(refcode: str) -> list[str | None]:
    return keys(structures()[refcode])


def superlattices(test: Callable[..., None], examples: int) -> Callable[..., None]:
    settle = settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    draw = given(
        st.sampled_from(REFCODES), st.integers(0, 2**32 - 1), st.integers(0, 2), st.tuples(*[st.integers(-2, 2)] * 3)
    )
    return settle(draw(test))


def check_keys(refcode: str, seed: int, doubled: int, shears: tuple[int, int, int]) -> None:
    structure, generator = structures()[refcode], np.random.default_rng(seed)
    # Two cells along one axis, sheared: another cell of a superlattice of index 2.
    change = np.diag(np.where(np.arange(3) == doubled, 2, 1)) @ np.array(
        [[1, shears[0], shears[1]], [0, 1, shears[2]], [0, 0, 1]]
    )
    step = np.zeros(3, int)
    step[doubled] = 1
    places = np.concatenate([structure.positions, structure.positions + step]) + generator.random(3)
    order = generator.permutation(len(places))
    places = places[order] @ np.linalg.inv(change) + generator.integers(-2, 3, (len(places), 3))
    elements = tuple((structure.elements * 2)[index] for index in order)
    other = Structure(elements, places, change @ structure.cell, elements)
    assert expected(refcode)[0] is not None
    assert keys(other) == expected(refcode)


def test_every_clustering_gives_the_same_key() -> None:
    superlattices(check_keys, 6)()


@pytest.mark.slow
def test_every_clustering_gives_the_same_key_of_many_cells() -> None:
    superlattices(check_keys, 48)()


def test_alkali_ions_of_infinite_units_are_guests() -> None:
    structure = structures()["BEVQUP_clean"]
    clustered = cluster(structure, find_bonds(structure), "single-node")
    assert clustered.quality == ("alkali ions taken as guests, or inorganic units would be infinite: 2 Rb",)
    assert {structure.elements[atom] for atom in np.flatnonzero(clustered.site_to_vertex < 0)} >= {"Rb"}
    # Of rock salt nothing repeats without its sodium, which stays.
    places = np.array([[0, 0, 0], [0.5, 0.5, 0.5]])
    cell = 2.82 * np.array([[0, 1.0, 1.0], [1.0, 0, 1.0], [1.0, 1.0, 0]])
    salt = Structure(("Na", "Cl"), places, cell, ("Na", "Cl"))
    found = cluster(salt, find_bonds(salt), "single-node")
    assert not any("alkali" in sentence for sentence in found.quality)
    assert identify(found.net).key is not None
