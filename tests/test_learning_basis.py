"""A basis of one's own: enumeration, projections and their gradients, files that read back."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from published_zif import POTENTIAL

from carvsdb.errors import InputError
from carvsdb_refine.learning.basis import BasisLimits, functions_of, pacemaker_order
from carvsdb_refine.learning.new_potential import NewPotential, with_coefficients
from carvsdb_refine.learning.projections import Projector
from carvsdb_refine.potential import AcePotential, read_ace
from carvsdb_refine.potential.ace.form import AceForm
from carvsdb_refine.potential.ace.reference import functions_of_atom
from carvsdb_refine.potential.ace.written import write_form

Floats = NDArray[np.float64]
Atoms = tuple[NDArray[np.int64], Floats, Floats]


def few_atoms(n_elements: int, seed: int, width: float = 0.25) -> Atoms:
    """Return a few atoms in a small, oblique cell, well apart from one another."""
    generator = np.random.default_rng(seed)
    cell = np.array([[5.2, 0, 0], [1.3, 4.4, 0], [-0.9, 1.1, 4.9]])
    fractional = np.array([[0, 0, 0], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5], [0.5, 0.5, 0.5]])
    positions = fractional @ cell + generator.uniform(-width, width, (5, 3))
    return np.arange(5) % n_elements, positions, cell


def two_elements(radial: str = "chebyshev", core: bool = True) -> AceForm:
    """Return a small potential of two elements with coefficients at random."""
    limits = BasisLimits(n_radial=(5, 3, 2, 1), l_max=(0, 3, 2, 2), degree=12.5)
    form = NewPotential(4.5, limits, radial, core).form(("O", "Si"), {(0, 1): 1.5, (1, 1): 2.4})
    generator = np.random.default_rng(3)
    n_functions = sum(len(centre.functions) for centre in form.centres)
    return with_coefficients(form, generator.normal(size=n_functions), np.array([-1.0, -2.5]))


@pytest.fixture(scope="module")
def published(shared: Path) -> Projector:
    return Projector(read_ace((shared / POTENTIAL).with_suffix(".yaml")).form, "zif-ace-24.yaml")


def test_projections_are_those_of_the_naive_twin(published: Projector) -> None:
    elements, positions, cell = few_atoms(4, 2)
    values = published.values(elements, positions, cell)
    for atom in (0, 1, 2, 3):
        twin = functions_of_atom(published.form, elements, positions, cell, atom)
        assert len(twin) == 600
        np.testing.assert_allclose(values[atom][0], twin, rtol=0, atol=1e-10)


@pytest.mark.parametrize(("radial", "cores"), [("sbessel", "both"), ("chebyshev", "both"), ("sbessel", "O alone")])
def test_sums_and_gradients_make_the_energies_and_forces_of_the_kernels(radial: str, cores: str) -> None:
    # Atoms so near that ZBL takes over, too: what is left of the expansion has a gradient of its own.
    form = two_elements(radial)
    if cores == "O alone":
        whole = two_elements(radial, core=False).bonds
        form = replace(form, bonds={pair: (whole if pair[0] else form.bonds)[pair] for pair in form.bonds})
    potential, projector = AcePotential("made", form), Projector(form)
    elements, positions, cell = few_atoms(2, 5)
    positions[1] = positions[0] + [1.0, 0.7, 0.5]
    atoms = elements, positions, cell
    coefficients = np.concatenate([[f.coefficients[0] for f in centre.functions] for centre in form.centres])
    bare = AcePotential("bare", with_coefficients(form, 0 * coefficients, np.array([-1.0, -2.5])))
    energies, forces = potential.energies_and_forces(*atoms)
    bare_energies, bare_forces = bare.energies_and_forces(*atoms)
    summed = projector.summed(*atoms, with_strains=True)
    assert energies.sum() == pytest.approx(bare_energies.sum() + coefficients @ summed.values, abs=1e-8)
    np.testing.assert_allclose((coefficients @ summed.forces).reshape(-1, 3), forces - bare_forces, atol=1e-7)
    assert bare_energies[0] > -0.9  # the core is at work
    assert np.abs(energies - bare_energies)[0] > 1e-3  # but not alone


def test_gradients_are_finite_differences() -> None:
    projector = Projector(two_elements())
    elements, positions, cell = few_atoms(2, 7)
    summed = projector.summed(elements, positions, cell, with_strains=True)
    step = 1e-5
    for atom, axis in ((0, 0), (1, 1), (4, 2)):
        moved = [positions.copy(), positions.copy()]
        for sign, places in zip((1, -1), moved, strict=True):
            places[atom, axis] += sign * step
        ahead, behind = (projector.summed(elements, places, cell).values for places in moved)
        np.testing.assert_allclose(summed.forces[:, 3 * atom + axis], -(ahead - behind) / (2 * step), atol=2e-6)
    assert summed.strains is not None
    for place, (i, j) in enumerate([(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)]):
        strain = np.zeros((3, 3))
        strain[i, j] += step / 2
        strain[j, i] += step / 2
        ahead, behind = (
            projector.summed(elements, positions @ (np.eye(3) + e), cell @ (np.eye(3) + e)).values
            for e in (strain, -strain)
        )
        np.testing.assert_allclose(summed.strains[:, place], (ahead - behind) / (2 * step), atol=5e-6)


def test_projections_of_kept_bases_are_those_of_a_model() -> None:
    from carvsdb.atoms.model import AtomicModel

    form = two_elements("sbessel")
    projector = Projector(form)
    elements, positions, cell = few_atoms(2, 1)
    copies = np.array([[i, j, k] for i in range(3) for j in range(3) for k in range(3)])
    many = np.concatenate([positions + shift @ cell for shift in copies])
    kinds = np.tile(elements, 27)
    bound = AcePotential("made", form).bind(AtomicModel(tuple(form.elements[e] for e in kinds), many, 3 * cell))
    atoms = np.flatnonzero(kinds == 1)
    found = projector.values_of_bases(1, bound._bases, atoms)
    np.testing.assert_allclose(found, projector.values(kinds, many, 3 * cell)[1], atol=1e-11)


@pytest.mark.parametrize("suffix", [".yaml", ".yace"])
@pytest.mark.parametrize("radial", ["sbessel", "chebyshev"])
def test_a_written_potential_reads_back(suffix: str, radial: str, tmp_path: Path) -> None:
    form = two_elements(radial)
    write_form(form, tmp_path / f"made{suffix}", {"seed": "1", "of": 'a "quoted" \\ text: # no comment\n'})
    again = read_ace(tmp_path / f"made{suffix}")
    atoms = few_atoms(2, 4, width=0.5)
    for ours, theirs in zip(
        AcePotential("made", form).energies_and_forces(*atoms), again.energies_and_forces(*atoms), strict=True
    ):
        np.testing.assert_allclose(theirs, ours, rtol=1e-12, atol=1e-11)
    if suffix == ".yaml":
        for mu, (ours_of, theirs_of) in enumerate(zip(form.centres, again.form.centres, strict=True)):
            # In the order of the file's blocks: like atoms first.
            blocks = [[f for f in ours_of.functions if (set(f.elements) == {mu}) is alike] for alike in (True, False)]
            in_blocks = blocks[0] + blocks[1]
            assert [(f.n, f.l, f.between) for f in theirs_of.functions] == [(f.n, f.l, f.between) for f in in_blocks]


def test_what_has_no_b_functions_is_refused(shared: Path, tmp_path: Path) -> None:
    exported = read_ace(shared / POTENTIAL)
    with pytest.raises(InputError, match=r"no functions of its own.*B-basis"):
        Projector(exported.form, exported.name).values(*few_atoms(4, 1))
    with pytest.raises(InputError, match="cannot be written as B-basis"):
        write_form(exported.form, tmp_path / "no.yaml")


def test_functions_are_independent() -> None:
    # Random environments: as many independent columns as functions.
    limits = BasisLimits(n_radial=(2, 2, 2, 2), l_max=(0, 2, 2, 2), degree=20.5)
    form = NewPotential(4.5, limits, "sbessel", core=False).form(("Si",), {})
    projector = Projector(form)
    n_functions = projector.n_functions[0]
    rows = np.concatenate(
        [
            projector.values(np.zeros(5, np.int64), *few_atoms(1, seed, 0.9)[1:])[0]
            for seed in range(n_functions // 5 + 12)
        ]
    )
    singular = np.linalg.svd(rows / np.sqrt((rows**2).mean(axis=0)), compute_uv=False)
    assert singular[-1] > 1e-8 * singular[0]
    assert len(singular) == n_functions > 100


def test_limits_by_rank_and_by_number() -> None:
    limits = BasisLimits(n_radial=(8, 3, 2), l_max=(0, 2, 1))
    functions = functions_of(2, limits)
    by_rank = {rank: sum(len(f.n) == rank for f in functions) for rank in (1, 2, 3)}
    # 2 elements x 8; pairs of 6 channels (element, n), with repetition, at each of l = 0, 1, 2.
    assert by_rank[1] == 16
    assert by_rank[2] == 3 * 21
    assert max(max(f.n) for f in functions if len(f.n) == 3) == 2
    some = functions_of(2, replace(limits, functions=40))
    assert len(some) == 40
    assert {(f.elements, f.n, f.l) for f in some} <= {(f.elements, f.n, f.l) for f in functions}
    assert pacemaker_order(tuple(some)).tolist() == list(range(40))
    with pytest.raises(InputError, match="more than"):
        functions_of(8, BasisLimits(n_radial=(20, 10, 10, 10), l_max=(0, 6, 6, 6)))


@pytest.mark.parametrize(("n_elements", "step"), [(1, 1.5), (1, 12.0), (2, 3.0)])
def test_a_number_takes_the_lowest_degrees(n_elements: int, step: float) -> None:
    limits = BasisLimits((8, 5, 3), (0, 3, 2), rank_step=step)

    def degrees(limits: BasisLimits) -> list[float]:
        functions = functions_of(n_elements, limits)
        return sorted(limits.level(tuple(zip(f.elements, f.n, f.l, strict=True))) for f in functions)

    every = degrees(limits)
    for number in (1, 9, 40, 100):
        np.testing.assert_allclose(degrees(replace(limits, functions=number)), every[:number], atol=1e-9)
