"""ACE potentials: the published per-atom energies, the naive twin, the laws of energies and forces."""

from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from published_zif import ENERGIES, MODEL, POTENTIAL, SODALITE, short

from carvsdb.errors import InputError
from carvsdb_refine.potential import AcePotential, read_ace
from carvsdb_refine.potential.ace.coupling import invariant
from carvsdb_refine.potential.ace.form import Centre
from carvsdb_refine.potential.ace.reference import energy_of_atom, spherical_harmonic

Floats = NDArray[np.float64]


@pytest.fixture(scope="module")
def potential(shared: Path) -> AcePotential:
    return read_ace(shared / POTENTIAL)


@pytest.fixture(scope="module")
def b_basis(shared: Path) -> AcePotential:
    return read_ace((shared / POTENTIAL).with_suffix(".yaml"))


@pytest.fixture(scope="module")
def sodalite(shared: Path) -> tuple[list[str], Floats, Floats]:
    """Return symbols, positions and cell of a ZIF with 204 atoms, shaken by 0.05 Å."""
    lines = (shared / SODALITE).read_text().splitlines()
    cell = np.array(lines[1].split('Lattice="')[1].split('"')[0].split(), float).reshape(3, 3)
    rows = [line.split() for line in lines[2:]]
    positions = np.array([row[1:4] for row in rows], float)
    positions += np.random.default_rng(1).normal(0, 0.05, positions.shape)
    return [row[0] for row in rows], positions, cell


@pytest.fixture(scope="module")
def model(shared: Path) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Return elements, positions and cell of m1, by atom id."""
    lines = (shared / MODEL).read_text().splitlines()
    edge = next(float(line.split()[1]) for line in lines if line.endswith("xhi"))
    start = lines.index("Atoms # full") + 2
    rows = np.array([line.split() for line in lines[start : start + 29_376]], float)
    rows = rows[np.argsort(rows[:, 0])]
    return rows[:, 2].astype(np.int64) - 1, rows[:, 4:7], edge * np.eye(3)


def crystallite(seed: int, n_atoms: int = 5) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Return a few atoms in a small, oblique cell, well apart from one another."""
    generator = np.random.default_rng(seed)
    cell = np.array([[5.2, 0, 0], [1.3, 4.4, 0], [-0.9, 1.1, 4.9]]) @ rotation(generator)
    fractional = np.array([[0, 0, 0], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5], [0.5, 0.5, 0.5]])[:n_atoms]
    positions = fractional @ cell + generator.uniform(-0.25, 0.25, (n_atoms, 3))
    return generator.integers(0, 4, n_atoms), positions, cell


def rotation(generator: np.random.Generator) -> Floats:
    turned, _ = np.linalg.qr(generator.normal(size=(3, 3)))
    return np.asarray(turned * np.sign(np.linalg.det(turned)))


def test_what_it_says(potential: AcePotential) -> None:
    assert potential.elements == ("C", "H", "N", "Zn")
    assert potential.cutoff == 6.0
    assert repr(potential) == "AcePotential(name='zif-ace-24.yace')"
    assert [len(centre.functions) for centre in potential.form.centres] == [600] * 4


def test_both_forms_say_the_same(potential: AcePotential, b_basis: AcePotential) -> None:
    assert b_basis.elements == potential.elements
    for seed in range(4):
        structure = crystallite(seed)
        for first, second in zip(
            b_basis.energies_and_forces(*structure), potential.energies_and_forces(*structure), strict=True
        ):
            assert_near(first, second)
    # The same products with the same weights, in whatever order.
    for ours, theirs in zip(b_basis.form.centres, potential.form.centres, strict=True):
        assert len(ours.functions) == len(theirs.functions) == 600
        ours_by_label = products(ours)
        theirs_by_label = products(theirs)
        assert ours_by_label.keys() == theirs_by_label.keys()
        for label, weights in ours_by_label.items():
            np.testing.assert_allclose(weights, theirs_by_label[label], atol=1e-12)


def products(centre: Centre) -> dict[tuple[tuple[int, ...], ...], Floats]:
    """Sum the weights of each product and its complex conjugate."""
    found: dict[tuple[tuple[int, ...], ...], Floats] = {}
    for function in centre.functions:
        for combination, weights in zip(function.m.tolist(), function.weights, strict=True):
            one, other = (
                tuple(sorted(zip(function.elements, function.n, function.l, ms, strict=True)))
                for ms in (combination, [-m for m in combination])
            )
            # A radial function of rank 1 is another one than that of the same numbers in a product: ranks differ.
            label = max(one, other)
            found[label] = found.get(label, np.zeros(len(weights))) + weights
    return found


@pytest.mark.parametrize(("ls", "between"), [((1, 2, 3), (3,)), ((1, 1, 2, 2), (2, 2)), ((1, 1, 2, 1, 1), (1, 2, 1))])
def test_invariants_do_not_turn(ls: tuple[int, ...], between: tuple[int, ...]) -> None:
    generator = np.random.default_rng(5)
    turn = rotation(generator)
    directions = [vector / np.linalg.norm(vector) for vector in generator.normal(size=(len(ls), 3))]

    def value(vectors: list[Floats]) -> complex:
        total = 0j
        for ms, coefficient in invariant(ls, between).items():
            factors = (spherical_harmonic(l, m, v) for l, m, v in zip(ls, ms, vectors, strict=True))
            total += coefficient * complex(np.prod(list(factors)))
        return complex(total)

    assert abs(value(directions)) > 1e-3
    assert value([direction @ turn for direction in directions]) == pytest.approx(value(directions), abs=1e-12)


def test_published_model(potential: AcePotential, model: tuple[NDArray[np.int64], Floats, Floats]) -> None:
    energies = potential.energies(*model)
    assert energies.mean() == pytest.approx(-6.733474398079, abs=1e-11)
    for element, mean in enumerate([-6.443304, -5.439786, -8.152734, -10.559593]):
        assert energies[model[0] == element].mean() == pytest.approx(mean, abs=6e-7)


def test_published_energies_of_every_atom(
    potential: AcePotential, b_basis: AcePotential, model: tuple[NDArray[np.int64], Floats, Floats], shared: Path
) -> None:
    h5py = import_module("h5py")
    energies = potential.energies(*model)
    assert np.abs(b_basis.energies(*model) - energies).max() < 1e-9
    with h5py.File(shared / ENERGIES) as file:
        for element, symbol in enumerate(potential.elements):
            published = file["zif_ace"][symbol][:]
            assert np.abs(energies[model[0] == element] - published).max() < 1e-9


@pytest.mark.slow
def test_forces_of_the_published_model(
    potential: AcePotential, model: tuple[NDArray[np.int64], Floats, Floats]
) -> None:
    energies, forces = potential.energies_and_forces(*model)
    assert np.array_equal(energies, potential.energies(*model))
    assert np.abs(forces.sum(axis=0)).max() < 1e-9


def test_naive_twin(potential: AcePotential, sodalite: tuple[list[str], Floats, Floats]) -> None:
    symbols, positions, cell = sodalite
    elements = potential.element_indices(symbols)
    energies = potential.energies(symbols, positions, cell)
    for element in range(4):
        atom = int(np.argmax(elements == element))
        naive = energy_of_atom(potential.form, elements, positions, cell, atom)
        assert energies[atom] == pytest.approx(naive, abs=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_naive_twin_in_a_cell_smaller_than_the_cutoff(potential: AcePotential, seed: int) -> None:
    elements, positions, cell = crystallite(seed)
    energies = potential.energies(elements, positions, cell)
    naive = [energy_of_atom(potential.form, elements, positions, cell, atom) for atom in range(2)]
    assert_near(energies[:2], np.array(naive))


def test_forces_are_slopes_of_the_energy(potential: AcePotential, sodalite: tuple[list[str], Floats, Floats]) -> None:
    symbols, positions, cell = sodalite
    _, forces = potential.energies_and_forces(symbols, positions, cell)
    assert np.abs(forces).max() > 1
    generator = np.random.default_rng(2)
    for symbol in potential.elements:
        atom = int(generator.choice(np.flatnonzero(np.array(symbols) == symbol)))
        for axis in range(3):
            assert forces[atom, axis] == pytest.approx(-slope(potential, sodalite, atom, axis), abs=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_forces_in_a_cell_smaller_than_the_cutoff(potential: AcePotential, seed: int) -> None:
    structure = crystallite(seed)
    _, forces = potential.energies_and_forces(*structure)
    for atom in range(5):
        for axis in range(3):
            assert forces[atom, axis] == pytest.approx(-slope(potential, structure, atom, axis), abs=1e-6)


def slope(
    potential: AcePotential, structure: tuple[list[str] | NDArray[np.int64], Floats, Floats], atom: int, axis: int
) -> float:
    """Return the derivative of the total energy by a coordinate, from four points (error of the fourth order)."""
    elements, positions, cell = structure

    def total(shift: float) -> float:
        moved = positions.copy()
        moved[atom, axis] += shift
        return float(potential.energies(elements, moved, cell).sum())

    step = 1e-3
    return (8 * (total(step) - total(-step)) - (total(2 * step) - total(-2 * step))) / (12 * step)


def assert_near(first: Floats, second: Floats) -> None:
    np.testing.assert_allclose(first, second, rtol=1e-10, atol=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_laws(potential: AcePotential, seed: int) -> None:
    generator = np.random.default_rng(seed)
    elements, positions, cell = crystallite(seed)
    energies, forces = potential.energies_and_forces(elements, positions, cell)

    # Energies are the same with and without forces, and the forces pull nothing as a whole.
    np.testing.assert_array_equal(potential.energies(elements, positions, cell), energies)
    np.testing.assert_allclose(forces.sum(axis=0), 0, atol=1e-9)

    # Symbols say the same as indices.
    symbols = [potential.elements[element] for element in elements]
    np.testing.assert_array_equal(potential.energies(symbols, positions, cell), energies)

    # Translation, and atoms outside the cell.
    moved = positions + generator.normal(size=3) + generator.integers(-3, 4, positions.shape) @ cell
    shifted = potential.energies_and_forces(elements, moved, cell)
    assert_near(shifted[0], energies)
    assert_near(shifted[1], forces)

    # Rotation and inversion of the cell and the positions turn the forces.
    turn = -rotation(generator)
    turned = potential.energies_and_forces(elements, positions @ turn, cell @ turn)
    assert_near(turned[0], energies)
    assert_near(turned[1], forces @ turn)

    # Permutation.
    order = generator.permutation(len(elements))
    permuted = potential.energies_and_forces(elements[order], positions[order], cell)
    assert_near(permuted[0], energies[order])
    assert_near(permuted[1], forces[order])

    # Another basis of the lattice.
    basis = np.array([[1, 1, 0], [0, 1, -1], [0, 0, 1]]) @ cell
    assert_near(potential.energies(elements, positions, basis), energies)

    # A supercell.
    shape = np.array([3, 2, 4])
    offsets = np.array(list(np.ndindex(*shape))) @ cell
    large = potential.energies_and_forces(
        np.tile(elements, len(offsets)), (offsets[:, None] + positions).reshape(-1, 3), shape[:, None] * cell
    )
    assert_near(large[0], np.tile(energies, len(offsets)))
    assert_near(large[1], np.tile(forces, (len(offsets), 1)))


def test_few_atoms(potential: AcePotential) -> None:
    assert potential.energies([], [], 10 * np.eye(3)).shape == (0,)
    assert potential.energies(["Zn"], np.array([[1, 2, 3]]), 20 * np.eye(3)).tolist() == pytest.approx([0.0], abs=1e-15)
    bond, far = np.array([[0, 0, 0], [0, 0, 1.4]]), np.array([[0, 0, 0], [0, 0, 5.999999]])
    energies, forces = potential.energies_and_forces(["C", "N"], bond, 30 * np.eye(3))
    assert forces[0, 2] == pytest.approx(-forces[1, 2], abs=1e-12)
    apart = potential.energies(["C", "N"], far, 30 * np.eye(3))
    assert np.abs(apart).max() < 1e-9 < np.abs(energies).max()


def test_structures_that_cannot_be(potential: AcePotential) -> None:
    cube = 10 * np.eye(3)
    with pytest.raises(InputError) as missing:
        potential.energies(["C", "Co"], [[0, 0, 0], [0, 0, 2]], cube, source="m1.data")
    assert str(missing.value) == "m1.data: potential zif-ace-24.yace has no element Co (it has C, H, N, Zn)"
    with pytest.raises(InputError, match="has no element 4"):
        potential.energies([0, 4], [[0, 0, 0], [0, 0, 2]], cube)
    with pytest.raises(InputError, match=r"expected shape \(n_atoms = 2, 3\), got \(1, 3\)"):
        potential.energies(["C", "C"], [[0, 0, 0]], cube)
    with pytest.raises(InputError, match="position of atom 1 "):
        potential.energies(["C", "C"], np.array([[0, 0, 0], [0, np.nan, 2]]), cube)
    with pytest.raises(InputError, match="another lies upon it"):
        potential.energies(["C", "C"], [[0, 0, 0], [0, 0, 10]], cube)
    with pytest.raises(InputError, match="the cell is flat"):
        potential.energies(["C"], [[0, 0, 0]], [[1, 0, 0], [0, 1, 0], [1, 1, 0]])
    with pytest.raises(InputError, match=r"cell: expected shape \(3, 3\)"):
        potential.energies(["C"], [[0, 0, 0]], [10, 10, 10])


def test_a_short_potential_works(shared: Path, tmp_path: Path) -> None:
    (tmp_path / "short.yace").write_text(short((shared / POTENTIAL).read_text()))
    potential = read_ace(tmp_path / "short.yace")
    elements, positions, cell = crystallite(0)
    energies = potential.energies(elements, positions, cell)
    naive = energy_of_atom(potential.form, elements, positions, cell, 0)
    assert energies[0] == pytest.approx(naive, abs=1e-10)


def test_cutoffs_differ_by_pair_and_lone_atoms_have_energy(shared: Path, tmp_path: Path) -> None:
    lines = short((shared / POTENTIAL).read_text()).replace("E0: [0, 0, 0, 0]", "E0: [-1, -2, -3, -4]").splitlines()
    shorter = [line.replace("rcut: 6", "rcut: 4.5") if line.startswith("  [0, 1]") else line for line in lines]
    (tmp_path / "pairs.yace").write_text("\n".join(shorter))
    potential = read_ace(tmp_path / "pairs.yace")
    assert potential.form.bonds[0, 1].cutoff == 4.5
    assert potential.energies(["N"], np.zeros((1, 3)), 20 * np.eye(3))[0] == pytest.approx(-3, abs=1e-15)
    _, positions, cell = crystallite(0)
    structure = (np.array([0, 1, 0, 1, 3]), positions, cell)
    energies, forces = potential.energies_and_forces(*structure)
    naive = [energy_of_atom(potential.form, *structure, atom) for atom in range(2)]
    assert_near(energies[:2], np.array(naive))
    for axis in range(3):
        assert forces[1, axis] == pytest.approx(-slope(potential, structure, 1, axis), abs=1e-6)
