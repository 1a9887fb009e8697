"""Fits to labelled structures: what is known comes back, labels under many names, what cannot be fitted."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from labelled_frames import known_form, labelled, structure
from numpy.typing import NDArray

from carvsdb.errors import InputError
from carvsdb_refine.learning.basis import BasisLimits
from carvsdb_refine.learning.basis_choice import DEGREES_ALONE, Search, choose_candidates, with_the_best
from carvsdb_refine.learning.bayesian_ridge import Triangle, fit_ridge, refit
from carvsdb_refine.learning.data_set import DataSet, make_data_set
from carvsdb_refine.learning.design_rows import rows_of_frames
from carvsdb_refine.learning.fit import FitOptions, Regression, fit_potential
from carvsdb_refine.learning.frames import FitFrame, read_frames
from carvsdb_refine.learning.kept_rows import KeptRows
from carvsdb_refine.learning.label_names import LabelNames
from carvsdb_refine.learning.new_potential import NewPotential
from carvsdb_refine.learning.prior import Prior
from carvsdb_refine.learning.scales import Scales
from carvsdb_refine.potential import AcePotential

Floats = NDArray[np.float64]


def test_a_known_potential_comes_back() -> None:
    truth = known_form()
    frames = labelled(AcePotential("truth", truth), range(30))
    data = make_data_set(frames, 0.2, seed=1)
    assert (len(data.training), len(data.held_out)) == (24, 6)
    fitted = fit_potential(truth, data)
    assert fitted.held_out is not None
    assert fitted.held_out.energy_rms is not None
    assert fitted.held_out.energy_rms < 0.01
    assert fitted.held_out.force_rms is not None
    assert fitted.held_out.force_rms < 0.1
    for ours, theirs in zip(fitted.form.centres, truth.centres, strict=True):
        assert ours.zero_energy == pytest.approx(theirs.zero_energy, abs=1e-3)
    # More frames teach more; the last point is the fit itself, by the kernels and not by the rows.
    assert [point.n_frames for point in fitted.curve] == [3, 6, 12, 24]
    first, last = fitted.curve[0].force_rms, fitted.curve[-1].force_rms
    assert first is not None
    assert last is not None
    assert first > last
    assert fitted.doubts == ()


def test_stresses_alone_teach_the_same() -> None:
    truth = known_form()
    frames = labelled(AcePotential("truth", truth), range(30), stresses=True)
    only_stress = [FitFrame(f.source, f.elements, f.positions, f.cell, f.energy, None, f.strain_energy) for f in frames]
    data = make_data_set(only_stress[:24], frames[24:], seed=1)
    with_stress, without = (fit_potential(truth, data, FitOptions(with_stress=on)) for on in (True, False))
    assert with_stress.n_rows == 24 * 7
    assert without.n_rows == 24
    assert "24 labels for 50 functions" in without.doubts[0]
    assert with_stress.held_out is not None
    assert with_stress.held_out.force_rms is not None
    assert without.held_out is not None
    assert without.held_out.force_rms is not None
    assert with_stress.held_out.force_rms < 0.3 * without.held_out.force_rms


def test_the_energy_of_a_lone_atom_is_e0() -> None:
    truth = known_form()
    frames = labelled(AcePotential("truth", truth), range(20))
    lone = FitFrame("lone", ("Si",), np.zeros((1, 3)), 20 * np.eye(3), -7.0, np.zeros((1, 3)), None, True)
    fitted = fit_potential(truth, make_data_set([*frames, lone], 0.0, seed=1), FitOptions(zero_energies={"O": -1.0}))
    assert [centre.zero_energy for centre in fitted.form.centres] == [-1.0, -7.0]
    with pytest.raises(InputError, match="E0 is given of Zn"):
        fit_potential(truth, make_data_set(frames, 0.0, seed=1), FitOptions(zero_energies={"Zn": -1.0}))


def test_one_composition_does_not_tell_e0_apart() -> None:
    truth = known_form()
    frames = [frame for frame in labelled(AcePotential("truth", truth), range(40)) if frame.elements.count("Si") == 2]
    fitted = fit_potential(truth, make_data_set(frames, 0.0, seed=1))
    assert any("do not tell the E0" in doubt for doubt in fitted.doubts)
    assert fitted.training.energy_rms is not None
    assert fitted.training.energy_rms < 1.0


def test_ridge_is_that_of_scikit_learn() -> None:
    from sklearn.linear_model import BayesianRidge

    generator = np.random.default_rng(2)
    rows, truth = generator.normal(size=(300, 12)) @ generator.normal(size=(12, 12)), generator.normal(size=12)
    labels = rows @ truth + generator.normal(0, 0.5, 300)
    peer = BayesianRidge(fit_intercept=False, alpha_1=0, alpha_2=0, lambda_1=0, lambda_2=0, max_iter=5000, tol=1e-9)
    peer.fit(rows, labels)
    triangle = Triangle(13)
    for part in np.array_split(np.column_stack([rows, labels]), 7):
        triangle.add(part)
        triangle.close()
    ours = fit_ridge(triangle.matrix, 300, np.ones(12))
    np.testing.assert_allclose(ours.coefficients, peer.coef_, rtol=1e-4)
    np.testing.assert_allclose(ours.factor @ ours.factor.T, peer.sigma_, rtol=2e-3, atol=1e-9)
    assert (ours.beta, ours.alpha) == pytest.approx((peer.alpha_, peer.lambda_), rel=1e-3)


XYZ = 'Lattice="5 0 0 0 5 0 0 0 5" Properties=species:S:1:pos:R:3:{forces}:R:3 {labels} pbc="{pbc}"'
ROWS = "Si 0 0 0 0.1 0.2 0.3\nSi 2.4 0 0 -0.1 -0.2 -0.3\n"


def written(folder: Path, *labels: str, forces: str = "forces", pbc: str = "T T T", rows: str = ROWS) -> Path:
    path = folder / "data.xyz"
    path.write_text("".join(f"2\n{XYZ.format(forces=forces, labels=one, pbc=pbc)}\n{rows}" for one in labels))
    return path


@pytest.mark.parametrize(
    ("labels", "forces", "names"),
    [
        ("energy=-8.0", "forces", ("energy", "forces")),
        ("REF_energy=-8.0 energy=-1.0", "REF_forces", ("REF_energy", "REF_forces")),
        ("dft_energy=-8.0", "dft_forces", ("dft_energy", "dft_forces")),
        ("energy_corrected=-8.0", "forces", ("energy_corrected", "forces")),
        ("free_energy=-8.0", "force", ("free_energy", "force")),
        ("mine=-8.0 energy=3.0", "pulls", ("mine", "pulls")),
    ],
)
def test_labels_of_many_names(labels: str, forces: str, names: tuple[str, ...], tmp_path: Path) -> None:
    asked = LabelNames(energy="mine", forces="pulls") if "mine" in labels else None
    found = read_frames(written(tmp_path, labels, forces=forces), 5.0, asked)
    assert found.names == names
    assert found.frames[0].energy == -8.0
    assert found.frames[0].forces is not None
    assert found.frames[0].forces[0].tolist() == [0.1, 0.2, 0.3]
    assert bool(found.doubts) == ("REF" in labels or "corrected" in labels)


def test_capitals_of_keys_do_not_matter(tmp_path: Path) -> None:
    """GPUMD writes and reads them all alike; ASE takes a structure without `Lattice` for a molecule."""
    path = written(tmp_path, "energy=-8.0", 'energy=-7.0 virial="1 0 0 0 2 0 0 0 3"', forces="force")
    plain = read_frames(path, 5.0)
    text = path.read_text().replace("Lattice", "lattice").replace("Properties", "properties")
    path.write_text(text.replace("energy", "Energy").replace("virial", "Virial"))
    other = read_frames(path, 5.0)
    assert other.names == plain.names
    for one, same in zip(plain.frames, other.frames, strict=True):
        assert (one.key(), one.energy) == (same.key(), same.energy)
        for labels in ("forces", "strain_energy"):
            np.testing.assert_array_equal(getattr(one, labels), getattr(same, labels))


@pytest.mark.parametrize(("edge", "is_lone"), [(5.0, False), (5.5, True)])
def test_an_atom_in_a_large_periodic_box_is_a_lone_one(edge: float, is_lone: bool, tmp_path: Path) -> None:
    path = tmp_path / "lone.xyz"
    path.write_text(f'1\nLattice="{edge} 0 0 0 9 0 1 0 9" energy=-1 config_type=IsolatedAtom pbc="T T T"\nSi 0 0 0\n')
    assert read_frames(path, 5.2).frames[0].is_lone_atom == is_lone


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda frame: frame, ""),
        (
            lambda frame: replace(frame, strain_energy=-np.asarray(frame.strain_energy)),
            "stresses contradict the forces",
        ),
        (
            lambda frame: replace(frame, strain_energy=-1602.177 * np.asarray(frame.strain_energy)),
            "as stresses in kbar with the other sign",
        ),
        (lambda frame: replace(frame, energy=(frame.energy or 0.0) / 6), "as energies of one atom"),
        (lambda frame: replace(frame, energy=23.0605 * (frame.energy or 0.0)), "as energies in kcal/mol"),
        (lambda frame: replace(frame, forces=-np.asarray(frame.forces)), "explains less than half of the forces"),
    ],
)
def test_labels_that_contradict_each_other_are_told(spoil: Callable[[FitFrame], FitFrame], sentence: str) -> None:
    truth = known_form()
    frames = [spoil(frame) for frame in labelled(AcePotential("truth", truth), range(24), stresses=True)]
    doubts = " ".join(fit_potential(truth, make_data_set(frames, 0.0, seed=1)).doubts)
    assert (sentence in doubts) if sentence else ("contradict" not in doubts and "less than half" not in doubts)


def test_a_virial_is_minus_volume_times_stress(tmp_path: Path) -> None:
    stress = 'energy=-8 stress="0.01 0.004 0 0.004 0.02 0 0 0 0.03"'
    virial = 'energy=-8 virial="-1.25 -0.5 0 -0.5 -2.5 0 0 0 -3.75"'
    one, other = (read_frames(written(tmp_path, text), 5.0).frames[0].strain_energy for text in (stress, virial))
    assert one is not None
    assert other is not None
    np.testing.assert_allclose(one, [1.25, 2.5, 3.75, 0, 0, 0.5], atol=1e-12)
    np.testing.assert_allclose(other, one, atol=1e-12)


def test_units(tmp_path: Path) -> None:
    frame = read_frames(written(tmp_path, "energy=-1.0"), 5.0, LabelNames(units="hartree")).frames[0]
    assert frame.energy == pytest.approx(-27.211386, abs=1e-6)
    assert frame.forces is not None
    assert frame.forces[0, 0] == pytest.approx(5.1422067, abs=1e-6)


@pytest.mark.parametrize("pbc", ["F F F", "T T F", "F T F"])
def test_directions_that_do_not_repeat_have_no_images(pbc: str, tmp_path: Path) -> None:
    frame = read_frames(written(tmp_path, "energy=-8", pbc=pbc, rows="Si 0 0 0 0 0 0\nSi 1 1 2.2 0 0 0\n"), 4.2).frames[
        0
    ]
    truth = AcePotential("truth", known_form())
    energies = truth.energies(frame.elements, frame.positions, frame.cell)
    wide = np.diag([5.0 if flag == "T" else 40.0 for flag in pbc.split()])
    np.testing.assert_allclose(energies, truth.energies(frame.elements, frame.positions, wide), atol=1e-12)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (
            lambda folder: written(folder, "energy=-8", rows=ROWS.replace("0.1", "inf")),
            r"frame 1 is left out: forces is not finite",
        ),
        (lambda folder: written(folder, "power=-8", forces="speed"), r"no frame has an energy or forces"),
        (lambda folder: written(folder, "energy=-8", rows="Si 0 0 0\n"), r"declares 2 atoms, but there are 1"),
        (lambda folder: written(folder, "energy=-8", rows=ROWS.replace("2.4", "nan")), r"coordinate is not finite"),
    ],
)
def test_what_cannot_be_read_is_a_sentence(make: Callable[[Path], Path], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=sentence):
        read_frames(make(tmp_path), 5.0)


def test_repeats_and_outliers_are_left_out() -> None:
    frames = labelled(AcePotential("truth", known_form(0.3)), range(20))
    assert frames[1].energy is not None
    far = FitFrame("far", *structure(50, 2), frames[1].energy + 300.0, frames[1].forces)
    pulled = FitFrame("pulled", *structure(51, 2), frames[1].energy, np.full((6, 3), 1e4))
    data = make_data_set([*frames, frames[3], far, pulled], 0.0, seed=1)
    assert len(data.training) == 20
    text = " ".join(data.doubts)
    assert "1 frames are there twice" in text
    assert "far is left out: its energy" in text
    assert "pulled is left out: a force of 1e+04" in text


def test_elements_that_the_training_lacks_are_named() -> None:
    frames = labelled(AcePotential("truth", known_form()), range(6))
    only_silicon = [FitFrame(f.source, ("Si",) * 6, f.positions, f.cell, f.energy, f.forces) for f in frames[:3]]
    with pytest.raises(InputError, match="made 4: the training has no O"):
        make_data_set(only_silicon, frames[4:], seed=1)


def test_what_counts_towards_the_degree_is_chosen_on_parts_of_the_training(shared: Path) -> None:
    frames = read_frames(shared / "data/si-sw/train.xyz", 5.0).frames[::3]
    new = NewPotential(5.0, BasisLimits(functions=40))
    candidates = choose_candidates(new, DataSet(tuple(frames), ()), FitOptions())
    scores = {
        (one.limits.angular_weight, one.limits.rank_step): one.score for one in candidates if one.prior.narrowing == 100
    }
    # Errors are half of those with what counts where nothing can be chosen.
    assert candidates[0].score < scores[1.1, 3.0] - 0.3
    assert candidates[0].limits.functions == 40
    assert choose_candidates(new, DataSet(tuple(frames[:11]), ()), FitOptions()) == []


@pytest.mark.parametrize("search", [Search(), DEGREES_ALONE])
def test_scores_of_candidates_are_those_of_fits_one_by_one(search: Search) -> None:
    potential = AcePotential("known", known_form())
    data = DataSet(tuple(labelled(potential, range(15))), ())
    new, options = NewPotential(4.2, BasisLimits((3, 2, 2), (0, 1, 1), functions=12)), FitOptions()
    for candidate in choose_candidates(new, data, options, search)[:2]:
        form = NewPotential(4.2, candidate.limits).form(data.elements, data.shortest_distances(4.2))
        regression = Regression.of(form, data.training, options)
        rows = list(
            rows_of_frames(regression.projector, regression.baseline, data.training, options.scales, with_stress=False)
        )
        means = (np.concatenate([row.forces for row in rows]) ** 2).mean(axis=0)
        penalties = regression.penalties(means[:24], candidate.prior)
        strength = candidate.prior.strength_for(penalties[:24], means[:24], float(means[-1]))
        farthest = np.argsort([float((frame.forces**2).mean()) for frame in data.training if frame.forces is not None])
        squares = []
        for out in (*(range(part, 15, search.parts) for part in range(search.parts)), farthest[-4:].tolist()):
            stacked = np.concatenate(
                [part for place, row in enumerate(rows) if place not in out for part in (row.energy, row.forces)]
            )
            fitted = fit_ridge(np.asarray(np.linalg.qr(stacked, mode="r")), len(stacked), penalties, 2, strength)
            rest = np.append(fitted.coefficients, -1.0)
            squares.append(
                [
                    sum(((getattr(rows[place], name) @ rest) ** 2).sum() for place in out)
                    for name in ("energy", "forces")
                ]
            )
        parts, far = np.sum(squares[:-1], axis=0), np.array(squares[-1])
        assert candidate.score == pytest.approx(0.5 * np.log([*parts, *far]).mean(), rel=1e-5)


@pytest.mark.parametrize("functions", [25, 14])
def test_rows_that_are_kept_are_those_that_a_fit_would_make(functions: int) -> None:
    # With 14 functions the others are made of the same structures, too; every other structure is not kept.
    frames = labelled(AcePotential("known", known_form()), range(9), stresses=True)
    data = DataSet(tuple(frames[:7]), tuple(frames[7:]))
    new = NewPotential(4.2, BasisLimits((3, 2, 2), (0, 2, 1), functions=25, rank_step=1.5))
    fewer = replace(new, limits=replace(new.limits, functions=functions))
    form = fewer.form(data.elements, data.shortest_distances(4.2))
    regression = Regression.of(form, data.training, FitOptions())
    rows = rows_of_frames(regression.projector, regression.baseline, frames[:7:2], Scales(), with_stress=True)
    kept = KeptRows(form, dict(zip(frames[:7:2], rows, strict=True)))
    once, twice = (fit_potential(new, data, FitOptions(), some) for some in (kept, None))
    np.testing.assert_array_equal(once.ridge.coefficients, twice.ridge.coefficients)
    assert once.curve == twice.curve


def test_rows_of_the_choice_are_handed_on() -> None:
    data = DataSet(tuple(labelled(AcePotential("known", known_form()), range(15))), ())
    chosen = with_the_best(NewPotential(4.2, BasisLimits((3, 2, 2), (0, 1, 1), functions=12)), data, FitOptions())
    assert chosen.rows is not None
    once, twice = (fit_potential(chosen.new, data, chosen.options, rows) for rows in (chosen.rows, None))
    np.testing.assert_array_equal(once.ridge.coefficients, twice.ridge.coefficients)


def test_the_curve_is_of_fits_to_fewer_structures() -> None:
    potential = AcePotential("known", known_form())
    data = DataSet(tuple(labelled(potential, range(8))), tuple(labelled(potential, range(20, 23))))
    new = NewPotential(4.2, BasisLimits((3, 2, 2), (0, 1, 1), functions=12))
    fitted = fit_potential(new, data)
    form, strength = fitted.form, fitted.ridge.alpha / fitted.ridge.beta
    regression = Regression.of(form, data.training, FitOptions())
    rows = [
        list(rows_of_frames(regression.projector, regression.baseline, some, Scales(), with_stress=False))
        for some in (data.training, data.held_out)
    ]
    means = (np.concatenate([row.forces for row in rows[0]]) ** 2).mean(axis=0)
    penalties = regression.penalties(means[:24], Prior())
    x = np.concatenate([part for row in rows[0][:4] for part in (row.energy, row.forces)])
    solved = np.linalg.solve(x[:, :-1].T @ x[:, :-1] + strength * np.diag(penalties**2), x[:, :-1].T @ x[:, -1])
    left = [np.concatenate([getattr(row, kind) for row in rows[1]]) @ [*solved, -1.0] for kind in ("energy", "forces")]
    point = fitted.curve[-2]
    assert point.n_frames == 4
    assert point.energy_rms == pytest.approx((left[0] ** 2).mean() ** 0.5, rel=1e-6)
    assert point.force_rms == pytest.approx(100 * (left[1] ** 2).mean() ** 0.5, rel=1e-6)


def test_a_narrower_prior_for_many_factors_helps_where_there_are_none(shared: Path) -> None:
    # Stillinger-Weber's energy is one of pairs and triples.
    frames = read_frames(shared / "data/si-sw/train.xyz", 5.0).frames
    data = DataSet(frames[:24], frames[24:48])
    new = NewPotential(5.0, BasisLimits(functions=60))
    errors = [fit_potential(new, data, FitOptions(prior=Prior(narrowing=size))).held_out for size in (1.0, 1000.0)]
    assert errors[0] is not None
    assert errors[1] is not None
    assert errors[0].force_rms is not None
    assert errors[1].force_rms is not None
    assert errors[1].force_rms < 0.9 * errors[0].force_rms


def test_a_given_strength_is_that_of_the_normal_equations() -> None:
    generator = np.random.default_rng(6)
    rows, penalties = generator.normal(size=(40, 9)), generator.uniform(0.5, 2.0, 8)
    fitted = fit_ridge(np.asarray(np.linalg.qr(rows, mode="r")), 40, penalties, strength=0.3)
    normal = rows[:, :-1].T @ rows[:, :-1] + 0.3 * np.diag(penalties**2)
    assert fitted.coefficients == pytest.approx(np.linalg.solve(normal, rows[:, :-1].T @ rows[:, -1]), rel=1e-10)
    assert fitted.alpha / fitted.beta == pytest.approx(0.3)
    assert fitted.factor @ fitted.factor.T == pytest.approx(np.linalg.inv(normal) / fitted.beta, rel=1e-9)


def test_a_refit_of_fewer_rows_needs_no_strong_prior() -> None:
    """Labels that a potential follows to the last digit make the prior weak, and a part of them does not span all."""
    generator = np.random.default_rng(7)
    rows, penalties = generator.normal(size=(5, 9)), generator.uniform(0.5, 2.0, 8)
    found = refit(np.asarray(np.linalg.qr(rows, mode="r")), penalties, 1e-26)
    smallest = np.linalg.pinv(rows[:, :-1] / penalties) @ rows[:, -1] / penalties
    assert found == pytest.approx(smallest, rel=1e-3)
    strong = refit(np.asarray(np.linalg.qr(rows, mode="r")), penalties, 0.3)
    normal = rows[:, :-1].T @ rows[:, :-1] + 0.3 * np.diag(penalties**2)
    assert strong == pytest.approx(np.linalg.solve(normal, rows[:, :-1].T @ rows[:, -1]), rel=1e-10)
