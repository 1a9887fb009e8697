"""Molecules by bonds, and the net and coordination of a model."""

import numpy as np
import pytest
from refine_folder import silicon

from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError
from carvsdb_refine.run.molecules import molecules_by_bonds
from carvsdb_refine.run.net_of_model import BondedModel, bond_angles, coordination, rings_of_model
from carvsdb_schemas.refinement import OutputsTable

CELL = np.array([[9.0, 0, 0], [2.0, 8.0, 0], [-1.0, 1.5, 7.0]])
WATER = np.array([[0, 0, 0], [0.96, 0, 0], [-0.24, 0.93, 0]])


def waters(shifts: int) -> AtomicModel:
    """Return three molecules of water, also across faces and with atoms in other cells."""
    places = np.array([[0.01, 0.02, 0.01], [0.98, 0.5, 0.5], [0.45, 0.99, 0.4]]) @ CELL
    positions = (places[:, None] + WATER).reshape(-1, 3)
    moved = np.random.default_rng(shifts).integers(-1, 2, (9, 3)) if shifts else np.zeros((9, 3), int)
    return AtomicModel(("O", "H", "H") * 3, positions + moved @ CELL, CELL)


@pytest.mark.parametrize("shifts", range(4))
def test_molecules_do_not_depend_on_images(shifts: int) -> None:
    found = molecules_by_bonds(waters(shifts), {"O-H": 1.2})
    assert found.molecule_ids is not None
    assert found.molecule_ids.tolist() == [1, 1, 1, 2, 2, 2, 3, 3, 3]


def test_molecules_without_an_end_are_refused() -> None:
    with pytest.raises(InputError, match="64 atoms are held together by bonds without an end"):
        molecules_by_bonds(silicon(), {"Si-Si": 2.6})
    with pytest.raises(InputError, match="bonds of N-O: the model has no N"):
        molecules_by_bonds(waters(0), {"N-O": 1.2})


def test_a_small_cell_has_bonds_to_images() -> None:
    """Two atoms in a cell of 2.4 Å along z: each is bonded to the other in two cells, a chain without an end."""
    model = AtomicModel(("Si", "Si"), np.array([[1, 1, 0.1], [1, 1, 1.3]]), np.diag([9.0, 9.0, 2.4]))
    with pytest.raises(InputError, match="without an end"):
        molecules_by_bonds(model, {"Si-Si": 1.25})
    found = molecules_by_bonds(model.moved_to(np.array([[1, 1, 0.1], [1, 1, 1.2]])), {"Si-Si": 1.15})
    assert found.molecule_ids is not None
    assert found.molecule_ids.tolist() == [1, 1]


def test_the_net_of_silicon_is_diamond() -> None:
    outputs = OutputsTable(bonds={"Si-Si": 2.85})
    found = rings_of_model(BondedModel.of(silicon(jitter=0.05), outputs), outputs)
    assert (found.name, found.clustering) == ("dia", "atoms")
    assert found.census.carvs().vector[5] == 12
    perfect = BondedModel.of(silicon(), outputs)
    assert {pair: counts.tolist() for pair, counts in coordination(perfect).items()} == {"Si-Si": [0, 0, 0, 0, 64]}
    angles = bond_angles(perfect)
    assert list(angles) == ["Si-Si-Si"]
    assert len(angles["Si-Si-Si"]) == 64 * 6
    assert angles["Si-Si-Si"] == pytest.approx(np.degrees(np.arccos(-1 / 3)))
    # With a cut-off that is too short nothing is bonded.
    assert coordination(BondedModel.of(silicon(), OutputsTable(bonds={"Si-Si": 2.0}))) == {}
