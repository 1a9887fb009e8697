"""Weights of labels: what other programs' names mean, and that a weight of 2 is a structure twice."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from labelled_frames import known_form, labelled

from carvsdb.errors import InputError
from carvsdb_refine.learning.basis import BasisLimits
from carvsdb_refine.learning.basis_choice import Search, choose_candidates
from carvsdb_refine.learning.data_set import DataSet, make_data_set
from carvsdb_refine.learning.fit import FitOptions, fit_potential
from carvsdb_refine.learning.fit_files import FitRequest, fit_files
from carvsdb_refine.learning.frame_weights import Weighing, Weights, means_of, names_of_weights, weights_of
from carvsdb_refine.learning.frames import FitFrame, read_frames
from carvsdb_refine.learning.label_doubts import unexplained
from carvsdb_refine.learning.left_out import far_frames
from carvsdb_refine.learning.new_potential import NewPotential
from carvsdb_refine.potential import AcePotential

NEW = NewPotential(4.2, BasisLimits((3, 2, 2), (0, 1, 1), functions=12))


def frames(seeds: range) -> list[FitFrame]:
    return labelled(AcePotential("known", known_form()), seeds, stresses=True)


def moved(frame: FitFrame) -> FitFrame:
    """Return a structure with labels that contradict the others: it matters how much they count."""
    assert frame.energy is not None
    assert frame.forces is not None
    return replace(frame, energy=frame.energy + 0.3, forces=frame.forces + 0.4)


def test_weight_two_is_the_structure_twice() -> None:
    one, *others = frames(range(9))
    heavy = replace(moved(one), weights=Weights.alike(6, 2.0))
    weighted, twice, once = (
        fit_potential(NEW, DataSet((*some, *others), ()))
        for some in ((heavy,), (moved(one), moved(one)), (moved(one),))
    )
    np.testing.assert_allclose(weighted.ridge.coefficients, twice.ridge.coefficients, rtol=1e-6, atol=1e-6)
    assert (weighted.ridge.alpha, weighted.ridge.beta) == pytest.approx((twice.ridge.alpha, twice.ridge.beta), rel=1e-6)
    assert np.abs(once.ridge.coefficients / twice.ridge.coefficients - 1).max() > 0.01


def test_labels_and_atoms_of_weight_zero_are_not_there() -> None:
    one, *others = frames(range(7))
    weights = Weights(0.0, np.repeat([[0.0], [1.0]], 3, axis=0) * np.ones(3), 0.0)
    spoiled = replace(moved(one), weights=weights)
    assert one.forces is not None
    part = replace(one, energy=None, strain_energy=None, forces=one.forces + 0.4)
    told = fit_potential(NEW, DataSet((replace(spoiled, energy=None, strain_energy=None), *others), ()))
    worst = replace(
        spoiled, forces=np.where(weights.forces > 0, one.forces + 0.4, 1e3), energy=None, strain_energy=None
    )
    untold = fit_potential(NEW, DataSet((worst, *others), ()))
    np.testing.assert_array_equal(told.ridge.coefficients, untold.ridge.coefficients)
    assert told.n_rows == fit_potential(NEW, DataSet((part, *others), ())).n_rows - 9


def test_choices_heed_weights() -> None:
    some = frames(range(13))
    heavy = [replace(one, weights=Weights.alike(6, 2.0)) for one in some]
    scores = [
        choose_candidates(NEW, DataSet(tuple(one), ()), FitOptions(), Search(parts=2, others=(), strengths=(1e-6,)))[0]
        for one in (some, heavy)
    ]
    # Twice the squares of all errors; half of a prior that does not matter here.
    assert scores[1].score - scores[0].score == pytest.approx(0.5 * np.log(2), abs=0.01)


def test_only_what_weights_are_to_each_other_counts() -> None:
    some = frames(range(6))
    given = [replace(one, weights=Weights(7.0 + k, np.full((6, 3), 7.0 + k), 7.0)) for k, one in enumerate(some)]
    more = [replace(one, weights=one.weights.times(5.0)) for one in given if one.weights is not None]
    one, other = (make_data_set(frames, 0.0, 1).training for frames in (given, more))
    for a, b in zip(one, other, strict=True):
        assert a.weights is not None
        assert b.weights is not None
        assert a.weights.energy == pytest.approx(b.weights.energy)
    total = sum(
        frame.weights.energy + frame.weights.forces.sum() + 6 * frame.weights.stress for frame in one if frame.weights
    )
    assert total == pytest.approx(6 * (1 + 18 + 6))


@pytest.mark.parametrize(
    ("labels", "energy", "forces", "stress"),
    [
        # MACE: of a structure, and of one kind.
        ({"config_weight": 2.0, "config_energy_weight": 5.0, "config_virials_weight": 0.5}, 10.0, [2.0, 2.0], 1.0),
        ({"Config_Weight": 2}, 2.0, [2.0, 2.0], 2.0),
        # GPUMD.
        ({"weight": 0.5}, 0.5, [0.5, 0.5], 0.5),
        ({"energy_weight": 3.0, "forces_weight": [1.0, 4.0]}, 3.0, [1.0, 4.0], 1.0),
        # pacemaker: means of 0.2 and 0.05.
        ({"w_energy": 0.4, "w_forces": np.array([0.05, 0.1])}, 2.0, [1.0, 2.0], 1.0),
        # GAP: errors of a whole structure of two atoms, of forces, and forces that are not to be fitted.
        ({"energy_sigma": 0.004, "virial_sigma": 0.08}, 0.25, [1.0, 1.0], 0.25),
        ({"force_sigma": 0.2, "force_atom_sigma": [0.1, 0.05]}, 1.0, [1.0, 4.0], 1.0),
        ({"force_mask": [False, True]}, 1.0, [1.0, 0.0], 1.0),
        ({"config_type": "Liquid", "weight": 2}, 6.0, [6.0, 6.0], 6.0),
        ({"config_type": "other"}, 0.5, [0.5, 0.5], 0.5),
    ],
)
def test_names_of_other_programs(labels: dict[str, Any], energy: float, forces: list[float], stress: float) -> None:
    by_type = {"liquid": 3.0, "default": 0.5} if "config_type" in labels else {}
    weights = weights_of(labels, 2, Weighing(by_type=by_type), {"w_energy": 0.2, "w_forces": 0.05})
    assert weights is not None
    assert (weights.energy, weights.stress) == pytest.approx((energy, stress))
    np.testing.assert_allclose(weights.forces, np.array(forces)[:, np.newaxis] * np.ones(3))


def test_weights_that_say_nothing_and_means() -> None:
    plain: dict[str, Any] = {"config_weight": 1.0, "forces_weight": [1, 1], "molecular_weight": 18.0}
    assert weights_of(plain, 2, Weighing(), {}) is None
    assert weights_of({"weight": 3.0}, 2, Weighing(by_labels=False), {}) is None
    described: list[tuple[dict[str, Any], int]] = [
        ({"w_energy": 0.1, "w_forces": 0.3}, 2),
        ({"w_energy": 0.3, "w_forces": [0.1, 0.1, 0.1, 0.5]}, 4),
    ]
    assert means_of(described) == pytest.approx({"w_energy": 0.2, "w_forces": (2 * 0.3 + 0.8) / 6})


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        ({"config_weight": -1.0}, "config_weight is -1, expected 0 or more"),
        ({"energy_sigma": 0.0}, "energy_sigma is 0, expected more than 0"),
        ({"weight": "high"}, "weight is no number"),
        ({"weight": [1.0, 2.0]}, "weight has 2 numbers, expected 1"),
        ({"forces_weight": [1.0, 2.0, 3.0]}, "forces_weight has 3 numbers, expected 1 or 2 or 6"),
        ({"config_energy_weight": np.nan}, "config_energy_weight is not finite"),
    ],
)
def test_what_is_no_weight(labels: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        weights_of(labels, 2, Weighing(), {})
    assert caught.value.message == sentence


def test_masked_forces_are_no_labels() -> None:
    """What is wrong with them is told of no frame: not as an outlier, in no error, and by no sentence."""
    mask = np.repeat([[0.0], [1.0]], 3, axis=0) * np.ones(3)

    def masked(wrong: float) -> list[FitFrame]:
        return [
            replace(one, forces=np.where(mask > 0, one.forces, wrong / (1 + k)), weights=Weights(1.0, mask, 1.0))
            for k, one in enumerate(frames(range(20)))
            if one.forces is not None
        ]

    spoiled, plain = make_data_set(masked(1e3), 0.25, 1), make_data_set(masked(0.0), 0.25, 1)
    assert (len(spoiled.training), len(spoiled.held_out), spoiled.doubts) == (15, 5, ())
    one, other = fit_potential(NEW, spoiled), fit_potential(NEW, plain)
    assert (one.training, one.held_out, one.curve, one.doubts) == (
        other.training, other.held_out, other.curve, other.doubts,
    )  # fmt: skip
    np.testing.assert_array_equal(far_frames(masked(1e3)), far_frames(masked(0.0)))
    assert unexplained(1e9, spoiled.training) == unexplained(1e9, plain.training)


def test_what_weights_are_said() -> None:
    plain: dict[str, Any] = {"weight": 1, "force_mask": [False, False], "energy_sigma": None}
    assert names_of_weights([plain]) == ([], [])
    assert names_of_weights([{"force_mask": [True, True], "force_sigma": 1.0, "w": 2, "our_weight": 2}]) == (
        ["force_mask", "force_sigma"],
        ["our_weight"],
    )


def test_weights_of_a_file(tmp_path: Path) -> None:
    said = ["config_weight=0", "config_weight=2", "config_energy_weight=0", "config_weight=-1", "", "config_type=bulk"]
    text = "".join(
        f'2\nLattice="6 0 0 0 6 0 0 0 6" Properties=species:S:1:pos:R:3:forces:R:3 pbc="T T T" energy=-8.{k} {one}\n'
        f"Si 0 0 0 0.1 0 0\nSi 2.{k} 0.1 0 -0.1 0 0\n"
        for k, one in enumerate(said)
    )
    path = tmp_path / "data.xyz"
    path.write_text(text)
    found = read_frames(path, 4.0, weighing=Weighing())
    assert [frame.source[-1] for frame in found.frames] == ["2", "3", "5", "6"]
    assert [frame.energy is None for frame in found.frames] == [False, True, False, False]
    assert found.names == ("energy", "forces")
    sentences = "\n".join(found.said)
    assert "labels are weighted by config_energy_weight, config_weight (--no-frame-weights: all alike)" in sentences
    assert "frames of weight 0 are left out: 1" in sentences
    assert "frame 4 is left out: config_weight is -1, expected 0 or more" in found.doubts[0]
    alike = read_frames(path, 4.0)
    assert len(alike.frames) == 6
    assert "config_energy_weight, config_weight: weights are not heeded, all frames count alike" in alike.said[0]
    with pytest.raises(InputError, match="no frame has the config_type glass that --type-weights names"):
        fit_files([path], tmp_path / "si.yaml", FitRequest(NEW, weighing=Weighing(by_type={"glass": 2.0})))
