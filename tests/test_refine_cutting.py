"""Pieces of large models: what stays as it was, what is gone at the faces, and a loop that labels pieces."""

import json
from pathlib import Path

import numpy as np
import pytest
from learn_folder import CONFIG
from numpy.typing import NDArray
from program import carvsdb
from refine_folder import silicon

from carvsdb.atoms.model import AtomicModel
from carvsdb.atoms.pairs import list_pairs
from carvsdb_ingest.readers.models import read_model
from carvsdb_ingest.writers.models import write_model
from carvsdb_refine.active_learning.cutting import Cutting, centres, cut
from carvsdb_refine.backmap import random_packing
from carvsdb_refine.labels import read_frames
from carvsdb_refine.learning.active_set_file import read_active_set
from carvsdb_refine.learning.projections import Projector
from carvsdb_refine.potential import StillingerWeber, read_ace
from carvsdb_refine.run import calculate_scattering
from carvsdb_refine.run.watch import grades_of

SW = StillingerWeber.silicon()
CUTTING = Cutting(edge=11.0, core=4.0, steps=30)


def environment(model: AtomicModel, atom: int, longest: float) -> NDArray[np.float64]:
    """Return the vectors from an atom to its neighbours, in an order of their own."""
    pairs = list_pairs(model.positions, model.cell, longest)
    vectors = pairs.vectors[pairs.firsts == atom]
    return np.asarray(vectors[np.lexsort(np.round(vectors, 6).T)], np.float64)


@pytest.mark.parametrize("centre", [101, 333])
def test_the_core_is_as_it_was(centre: int) -> None:
    model = silicon(cells=4, jitter=0.2, seed=centre)
    piece = cut(model, centre, CUTTING, SW)
    assert piece.relaxed
    assert piece.atoms[0] == centre
    np.testing.assert_allclose(environment(piece.model, 0, 4.0), environment(model, centre, 4.0), atol=1e-9)
    # Every atom of the core is where it was, seen from the centre.
    inverse = np.linalg.inv(model.cell)
    apart = (model.positions[piece.atoms] - model.positions[centre]) @ inverse
    apart = (apart - np.rint(apart)) @ model.cell
    core = piece.is_core
    np.testing.assert_allclose((piece.model.positions - piece.model.positions[0])[core], apart[core], atol=1e-9)
    assert core.sum() == (np.linalg.norm(apart, axis=1) <= 4.0).sum() > 1
    assert len(set(piece.atoms)) == piece.model.n_atoms < model.n_atoms
    # Nothing overlaps at the faces, and the density is about that of the model.
    shortest = list_pairs(model.positions, model.cell, 4.0).distances.min()
    assert list_pairs(piece.model.positions, piece.model.cell, 4.0).distances.min() > 0.79 * shortest
    assert piece.model.number_density == pytest.approx(model.number_density, rel=0.12)
    # The relaxation lowers the energy, and is the same again.
    rough = cut(model, centre, Cutting(edge=11.0, core=4.0, steps=0), SW)
    energies = [SW.energies(one.model.elements, one.model.positions, one.model.cell).sum() for one in (piece, rough)]
    assert energies[0] < energies[1]
    again = cut(model, centre, CUTTING, SW).model
    assert again.positions.tobytes() == piece.model.positions.tobytes()


def test_a_crystal_whose_cell_is_a_multiple_is_whole() -> None:
    model = silicon(cells=4, jitter=0.0)
    piece = cut(model, 5, Cutting(edge=2 * 5.431, core=4.0, steps=20), SW)
    assert piece.model.n_atoms == 64
    assert piece.n_removed == 0
    energies = SW.energies(piece.model.elements, piece.model.positions, piece.model.cell)
    np.testing.assert_allclose(energies, -4.3366, atol=1e-3)


def test_composition_and_skewed_cells(shared: Path) -> None:
    glass = read_model(shared / "data/amorphous-mof/sio2/asio2-gap_22-topology.data")
    glass = AtomicModel(glass.elements, glass.positions, glass.cell)
    for centre in (0, 5000):
        piece = cut(glass, centre, Cutting(edge=12.0, core=5.0, steps=0), SW)
        elements = piece.model.elements
        assert elements.count("O") / elements.count("Si") == pytest.approx(2, abs=0.25)
        assert not piece.relaxed
    # The same atoms in another cell of the same crystal give the same piece.
    plain = silicon(cells=4, jitter=0.15, seed=9)
    skewed = plain.cell.copy()
    skewed[1] += skewed[0]
    other = AtomicModel(plain.elements, plain.positions, skewed)
    first, second = (cut(one, 77, Cutting(edge=11.0, core=4.0, steps=0), SW) for one in (plain, other))
    assert sorted(first.atoms) == sorted(second.atoms)


def test_centres_lie_apart_and_there_is_always_one() -> None:
    model = silicon(cells=3)
    grades = np.linspace(0, 10, model.n_atoms)
    chosen = centres(model, grades, 5.0, Cutting(edge=11.0, core=4.0, pieces=4))
    assert chosen[0] == model.n_atoms - 1
    assert len(chosen) == 4
    for place, atom in enumerate(chosen):
        for other in chosen[:place]:
            apart = (model.positions[atom] - model.positions[other]) @ np.linalg.inv(model.cell)
            assert np.linalg.norm((apart - np.rint(apart)) @ model.cell) >= 4.0
    assert len(centres(model, grades, 50.0, CUTTING)) == 1


def test_a_loop_labels_pieces(tmp_path: Path) -> None:
    packed = random_packing([("Si", 96)], number_density=0.05, rng=np.random.default_rng(5)).model
    model = AtomicModel(packed.elements, packed.positions, packed.cell)
    write_model(model, tmp_path / "start.xyz")
    np.savetxt(tmp_path / "data.txt", np.array(list(calculate_scattering(model).columns.values())).T)
    cutting = "select = 1.5\n[learn.cut]\nedge = 9.0\npieces = 2\nsteps = 10\n[[learn.initial]]"
    text = CONFIG.replace("[[learn.initial]]", cutting, 1).replace("iterations = 3", "iterations = 1")
    config = tmp_path / "si.toml"
    config.write_text(text.replace("moves = 400", "moves = 100"))
    done = carvsdb("refine", "learn", config, "--json")
    assert done.code in (0, 8), done.err
    assert done.json["iterations"][0]["added"] > 0
    folder = tmp_path / "si/iteration-01"
    records = json.loads((folder / "pieces.json").read_text())["pieces"]
    added = read_frames(tmp_path / "si/frames.xyz")[-done.json["iterations"][0]["added"] :]
    assert [len(frame.model.elements) for frame in added] == [record["atoms"] for record in records]
    potential = read_ace(folder / "potential.yaml")
    active = read_active_set(folder / "potential.asi", potential.form)
    for frame, record in zip(added, records, strict=True):
        assert record["atoms"] < record["of_atoms"] == 96
        assert record["origin"] in done.err
        # The centre has all its neighbours, and so its grade; others of the core miss some.
        assert record["gamma_centre_in_piece"] == pytest.approx(record["gamma_centre"], rel=1e-6)
        own = grades_of(Projector(potential.form), active, frame.model)
        assert own[0] == pytest.approx(record["gamma_centre_in_piece"], rel=1e-6)
        _, forces = SW.energies_and_forces(frame.model.elements, frame.model.positions, frame.model.cell)
        np.testing.assert_allclose(frame.forces, forces, atol=1e-8)
    assert carvsdb("refine", "learn", config, "--json").json == done.json
    config.write_text(config.read_text().replace("edge = 9.0", "edge = 7.0"))
    assert "at least twice the cut-off" in carvsdb("refine", "learn", config).err
