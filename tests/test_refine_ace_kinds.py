"""Every kind of ACE potential: radial bases, embeddings, repulsion, ranks; and files of other programs' making."""

import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from ace_potentials import KINDS, Kind, b_basis, write_b_basis, write_c_tilde
from numpy.typing import NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError
from carvsdb_refine.potential import AcePotential, read_ace
from carvsdb_refine.potential.ace.embedding import embed_plain
from carvsdb_refine.potential.ace.reference import energy_of_atom, plainly_embedded

Floats = NDArray[np.float64]


def potential_of(tmp_path: Path, kind: Kind) -> AcePotential:
    return read_ace(write_b_basis(tmp_path / "made.yaml", kind))


def cluster(elements: tuple[str, ...], seed: int = 0) -> AtomicModel:
    """Return 27 atoms in an oblique cell twice as wide as the cut-offs, a few of them near one another."""
    generator = np.random.default_rng(seed)
    cell = np.array([[8.6, 0, 0], [1.1, 8.7, 0], [-0.7, 0.9, 8.8]])
    places = np.array(list(np.ndindex(3, 3, 3))) / 3 @ cell + generator.uniform(-0.4, 0.4, (27, 3))
    places[1] = places[0] + [1.0, 0.9, 0.6]
    places[3] = places[2] + [0.3, -1.2, 0.9]
    return AtomicModel(tuple(generator.choice(elements, 27).tolist()), places, cell)


@pytest.mark.parametrize("name", KINDS)
def test_energies_forces_and_moves(tmp_path: Path, name: str) -> None:
    """All of one kind in one test: compiling takes longer than any of it."""
    kind = KINDS[name]
    potential, model = potential_of(tmp_path, kind), cluster(kind.elements)
    energies, forces = potential.energies_and_forces(model.elements, model.positions, model.cell)

    # The naive twin has no grid, so it differs by the error of a cubic over 0.001 Å.
    indices = potential.element_indices(model.elements)
    for atom in range(5):
        naive = energy_of_atom(potential.form, indices, model.positions, model.cell, atom)
        assert energies[atom] == pytest.approx(naive, abs=3e-8, rel=1e-9)
    assert np.ptp(energies) > 1e-3

    # Forces are slopes.
    def total(atom: int, axis: int, shift: float) -> float:
        moved = model.positions.copy()
        moved[atom, axis] += shift
        return float(potential.energies(model.elements, moved, model.cell).sum())

    for atom, axis in ((0, 0), (2, 1), (3, 2), (7, 0)):
        near, far = (total(atom, axis, h) - total(atom, axis, -h) for h in (1e-3, 2e-3))
        assert forces[atom, axis] == pytest.approx(-(8 * near - far) / 12e-3, abs=2e-6, rel=1e-6)
    assert np.abs(forces.sum(axis=0)).max() < 1e-9

    # The other form of the file says the same.
    written = read_ace(write_c_tilde(tmp_path / "made.yace", potential.form))
    again = written.energies_and_forces(model.elements, model.positions, model.cell)
    np.testing.assert_allclose(again[0], energies, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(again[1], forces, rtol=1e-11, atol=1e-11)

    # Energies kept up to date are those of a full evaluation, after each of many moves.
    bound, positions = potential.bind(model), model.positions.copy()
    np.testing.assert_allclose(bound.atom_energies, energies, rtol=1e-11, atol=1e-11)
    generator = np.random.default_rng(4)
    for step in range(14):
        atoms = generator.choice(27, generator.integers(1, 4), replace=False)
        moved = positions.copy()
        moved[atoms] += generator.normal(0, 0.35, (len(atoms), 3))
        change = bound.propose(atoms.astype(np.int64), moved[atoms])
        fresh = potential.energies(model.elements, moved, model.cell)
        assert change == pytest.approx(fresh.sum() - bound.atom_energies.sum(), abs=1e-9, rel=1e-11)
        if step % 3 == 2:
            bound.reject()
            continue
        bound.accept()
        positions = moved
        np.testing.assert_allclose(bound.atom_energies, fresh, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(bound.recompute(), bound.atom_energies, rtol=1e-10, atol=1e-10)
    change = bound.propose_cell(model.cell * 1.01, positions * 1.01)
    fresh = potential.energies(model.elements, positions * 1.01, model.cell * 1.01)
    assert change == pytest.approx(fresh.sum() - bound.atom_energies.sum(), abs=1e-9)


def test_kinds_do_something(tmp_path: Path) -> None:
    """Each kind gives other energies than the plain potential: nothing is read and then left out."""
    plain = cluster(("O", "Si"))
    seen: dict[float, str] = {}
    for name, kind in KINDS.items():
        if kind.elements != ("O", "Si"):
            continue
        energy = round(
            float(potential_of(tmp_path, kind).energies(plain.elements, plain.positions, plain.cell).sum()), 6
        )
        assert energy not in seen or {name, seen[energy]} == {"Bessel", "Bessel of the tests"}
        seen[energy] = name


@pytest.mark.parametrize("exponent", [0.33, 0.5, 1.0, 1.7])
def test_plain_embedding(exponent: float) -> None:
    for density in (0.0, 1e-11, -3e-7, 1.1e-6, -2.9e-6, 4e-6, 0.3, -5.0):
        value, slope = embed_plain.py_func(density, exponent)  # type: ignore[attr-defined]
        assert value == pytest.approx(plainly_embedded(density, exponent), rel=1e-12, abs=1e-16)
        step = max(1e-5 * abs(density), 1e-13)
        below, above = (plainly_embedded(density + shift, exponent) for shift in (-step, step))
        assert slope == pytest.approx((above - below) / (2 * step), rel=2e-5)


CASES = ("si_cheb", "si_FS", "si_core", "si_rank6", "si_r1")
FILES = [f"{name}.{ending}" for name in CASES for ending in ("yace", "yaml")] + ["si_tabulated.yace"]


@pytest.mark.parametrize("name", FILES)
def test_cases_of_other_programs(shared: Path, name: str) -> None:
    path = shared / "cases/ace" / name
    potential = read_ace(path)
    for case in json.loads(path.with_name(f"{name}.json").read_text()):
        energies, forces = potential.energies_and_forces(case["el"], np.array(case["pos"]), np.array(case["cell"]))
        assert energies.sum() == pytest.approx(case["E"], abs=1e-9 * len(energies))
        if "e" in case:
            np.testing.assert_allclose(energies, case["e"], rtol=0, atol=1e-9)
        expected = np.array(case["F"])
        moderate = np.abs(expected) < 100
        np.testing.assert_allclose(forces[moderate], expected[moderate], rtol=0, atol=1e-6)


def test_another_programs_basis_is_refused_by_its_name(shared: Path) -> None:
    with pytest.raises(InputError, match=r"the radial basis ACE\.jl\.base is not built \(bond Al-Al\)"):
        read_ace(shared / "cases/ace/acejl.yace")


def tabulated(path: Path, source: AcePotential, n_bins: int) -> Path:
    """Write a potential with its R_nl as tables of every (n, l), as ace-jax does."""
    from carvsdb_refine.potential.ace.radial_forms import radial_values

    write_c_tilde(path, source.form)
    content = path.read_text().splitlines()
    for number, line in enumerate(content):
        if not line.startswith("  ["):
            continue
        pair, text = line.strip().split(": ", 1)
        about = json.loads(text)
        a, b = json.loads(pair)
        bond = source.form.bonds[a, b]
        distances = np.maximum(np.arange(n_bins + 1) * bond.cutoff / n_bins, 1e-3)
        about_basis = bond.radial.name, distances, bond.cutoff, bond.radial.parameter, bond.radial.width, bond.n_base
        values, slopes = radial_values(*about_basis)
        table: dict[str, object] = {"nbins": n_bins}
        table["gk"] = [
            {"k": k + 1, "f": values[:, k].tolist(), "df": slopes[:, k].tolist()} for k in range(bond.n_base)
        ]
        entries = []
        for n, ell in np.ndindex(2, 3):
            row = bond.coefficients[n, ell]
            entries.append({"n": n + 1, "l": ell, "f": (values @ row).tolist(), "df": (slopes @ row).tolist()})
        table["rnl"] = entries
        for key in ("radparameters", "radcoefficients"):
            del about[key]
        content[number] = f"  {pair}: {json.dumps(about | {'radbasename': 'Tabulated', 'radtable': table})}"
    path.write_text("\n".join(content) + "\n")
    return path


def test_tabulated(tmp_path: Path) -> None:
    kind = KINDS["exponential"]
    source, model = potential_of(tmp_path, kind), cluster(kind.elements)
    potential = read_ace(tabulated(tmp_path / "table.yace", source, 4000))
    expected = source.energies_and_forces(model.elements, model.positions, model.cell)
    found = potential.energies_and_forces(model.elements, model.positions, model.cell)
    np.testing.assert_allclose(found[0], expected[0], atol=1e-9)
    np.testing.assert_allclose(found[1], expected[1], atol=1e-7)
    # A coarse table is what it is: the twin interpolates it as well.
    coarse = read_ace(tabulated(tmp_path / "coarse.yace", source, 40))
    energies = coarse.energies(model.elements, model.positions, model.cell)
    indices = coarse.element_indices(model.elements)
    naive = [energy_of_atom(coarse.form, indices, model.positions, model.cell, atom) for atom in range(4)]
    np.testing.assert_allclose(energies[:4], naive, rtol=1e-11, atol=1e-11)
    assert np.abs(energies - expected[0]).max() > 1e-6
    bound = coarse.bind(model)
    np.testing.assert_allclose(bound.atom_energies, energies, rtol=1e-11, atol=1e-11)


def test_one_base_for_all_elements(tmp_path: Path) -> None:
    """With `summed_neighbour_A` neighbours of all elements add to the base of element 0."""
    source = potential_of(tmp_path, Kind(elements=("O",)))
    alone = tabulated(tmp_path / "alone.yace", source, 400).read_text()
    bond = next(line for line in alone.splitlines() if line.startswith("  [0, 0]")).removeprefix("  [0, 0]: ")
    head, functions = alone.split("functions:\n")
    both = head.replace('["O"]', '["O", "Si"]').replace("E0: [0.0]", "E0: [0.0, 0.0]")
    embedding = next(line for line in head.splitlines() if line.startswith("  0: ")).removeprefix("  0: ")
    both = both.replace("bonds:\n", f"  1: {embedding}\nbonds:\n")
    pairs = "".join(f"  [{a}, {b}]: {bond}\n" for a, b in ((0, 1), (1, 0), (1, 1)))
    path = tmp_path / "pooled.yace"
    path.write_text(
        f"{both}{pairs}functions:\n{functions}{functions.replace('  0:', '  1:', 1)}summed_neighbour_A: true\n"
    )
    pooled, model = read_ace(path), cluster(("O", "Si"))
    expected = read_ace(tmp_path / "alone.yace").energies_and_forces(["O"] * 27, model.positions, model.cell)
    found = pooled.energies_and_forces(model.elements, model.positions, model.cell)
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-11, atol=1e-11)
    np.testing.assert_allclose(found[1], expected[1], rtol=1e-10, atol=1e-10)
    bound = pooled.bind(model)
    np.testing.assert_allclose(bound.atom_energies, expected[0], rtol=1e-11, atol=1e-11)
    moved = model.positions[[4]] + 0.2
    change = bound.propose(np.array([4]), moved)
    positions = model.positions.copy()
    positions[4] = moved[0]
    fresh = pooled.energies(model.elements, positions, model.cell).sum()
    assert change == pytest.approx(fresh - expected[0].sum(), abs=1e-9)


def test_b_basis_as_it_is_in_the_wild(tmp_path: Path) -> None:
    """Flat coefficients, a scalar c, functions that are skipped, numbers like 1e-02, missing blocks, "Si Si"."""
    content = b_basis(Kind(embedding={"parameters": [1, 1]}))
    expected = potential_of(tmp_path, Kind(embedding={"parameters": [1, 1]}))
    for block in content["species"]:
        if "radcoefficients" in block:
            flat = np.array(block["radcoefficients"]).transpose(2, 0, 1)
            block["radcoefficients"] = flat.ravel().tolist()
        if block["speciesblock"] == "Si":
            block["speciesblock"] = "Si Si"
        for function in block["nbody"]:
            function["c"] = function["c"][0]
        first = dict(block["nbody"][0])
        block["nbody"].append(first | {"c": 100.0, "skip": True})
    text = yaml.safe_dump(content, default_flow_style=None).replace("dcutij: 0.01", "dcutij: 1e-02")
    (tmp_path / "wild.yaml").write_text(
        "# made by hand\n" + text.replace("DeltaSplineBins: 0.001", "DeltaSplineBins: 1e-03")
    )
    model = cluster(("O", "Si"))
    found = read_ace(tmp_path / "wild.yaml").energies(model.elements, model.positions, model.cell)
    np.testing.assert_allclose(found, expected.energies(model.elements, model.positions, model.cell), rtol=1e-12)
    # Without blocks of both, the two elements do not see one another.
    apart = b_basis(Kind())
    apart["species"] = [block for block in apart["species"] if " " not in block["speciesblock"]]
    (tmp_path / "apart.yaml").write_text(yaml.safe_dump(apart))
    potential = read_ace(tmp_path / "apart.yaml")
    lone = potential.energies(["O", "Si"], np.array([[1.0, 1, 1], [2.5, 1, 1]]), 20 * np.eye(3))
    assert lone.tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"radbase": "Bessel"}, r"the radial basis Bessel is not built \(bond O-O\); built are SBessel, ChebExpCos"),
        ({"radbase": "ChebPow", "radparameters": []}, "radparameters of O-O: ChebPow needs a number"),
        (
            {"radbase": "ChebExpCos", "radparameters": [0]},
            "radparameters of O-O: ChebExpCos needs a number other than 0",
        ),
        ({"radbase": "ChebExpCos", "dcutij": -1}, "the radial basis of O-O needs .* a width of at least 0"),
        ({"inner_cutoff_type": "energy"}, r"the inner cut-off type energy is not built \(bond O-O\)"),
        ({"core-repulsion": [float("nan"), 1]}, "the core repulsion of O-O is not a number"),
        ({"rcutij": 0}, "expected a cut-off above 0 Å"),
    ],
)
def test_refused_by_name(tmp_path: Path, change: dict[str, object], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        potential_of(tmp_path, Kind(change))


def test_refused_as_a_whole(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="different inner_cutoff_type"):
        potential_of(tmp_path, Kind({"inner_cutoff_type": "zbl"}, other_bonds={"Si": {"inner_cutoff_type": "density"}}))
    with pytest.raises(InputError, match="the embedding Exp is not built"):
        potential_of(tmp_path, Kind(embedding={"npoti": "Exp"}))
    source = potential_of(tmp_path, Kind({"core-repulsion": [1.0, 1.0], "inner_cutoff_type": "zbl"}))
    with pytest.raises(InputError, match="ZBL needs the atomic numbers"):
        read_ace(write_c_tilde(tmp_path / "no.yace", source.form, ("Ow", "Si")))
    (tmp_path / "old.ace").write_text("nelements=1\nelements: Si\n")
    with pytest.raises(InputError, match=r"old text form of ACE potentials \(\.ace\) is not built"):
        read_ace(tmp_path / "old.ace")
    text = yaml.safe_dump(b_basis(Kind())).replace("DeltaSplineBins: 0.001", "DeltaSplineBins: 5.0")
    (tmp_path / "coarse.yaml").write_text(text)
    with pytest.raises(InputError, match="expected a spacing of the splines above 0"):
        read_ace(tmp_path / "coarse.yaml")
