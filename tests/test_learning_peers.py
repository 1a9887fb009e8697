"""Potentials of ours in the programs of others, where they are installed (extra `ace-check`)."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from published_zif import POTENTIAL
from test_learning_basis import few_atoms, two_elements

from carvsdb_refine.learning.basis import pacemaker_order
from carvsdb_refine.learning.projections import Projector
from carvsdb_refine.potential import AcePotential, read_ace
from carvsdb_refine.potential.ace.written import write_form


def atoms_of(elements: Any, positions: Any, cell: Any, symbols: tuple[str, ...]) -> Any:
    from ase import Atoms

    return Atoms([symbols[element] for element in elements], positions=positions, cell=cell, pbc=True)


@pytest.mark.parametrize("radial", ["sbessel", "chebyshev"])
def test_ace_jax_reads_what_is_written(radial: str, tmp_path: Path) -> None:
    calculators = pytest.importorskip("ace_jax.calc", reason="ace-jax is not installed")
    pytest.importorskip("jax").config.update("jax_enable_x64", True)
    form = two_elements(radial)
    write_form(form, tmp_path / "made.yace")
    structure = few_atoms(2, 4, width=0.5)
    atoms = atoms_of(*structure, form.elements)
    atoms.calc = calculators.ACECalculator(str(tmp_path / "made.yace"))
    energies, forces = AcePotential("made", form).energies_and_forces(*structure)
    assert atoms.get_potential_energy() == pytest.approx(energies.sum(), rel=0, abs=1e-9)
    np.testing.assert_allclose(atoms.get_forces(), forces, rtol=0, atol=1e-8)


@pytest.mark.parametrize("radial", ["sbessel", "chebyshev"])
def test_pyace_reads_what_is_written(radial: str, tmp_path: Path) -> None:
    pyace = pytest.importorskip("pyace", reason="python-ace is not installed")
    form = two_elements(radial)
    structure = few_atoms(2, 4, width=0.5)
    energies, forces = AcePotential("made", form).energies_and_forces(*structure)
    counts = np.bincount(structure[0])
    for suffix, apart in ((".yace", 0.0), (".yaml", float(counts @ [c.zero_energy for c in form.centres]))):
        write_form(form, tmp_path / f"made{suffix}")
        atoms = atoms_of(*structure, form.elements)
        atoms.calc = pyace.PyACECalculator(str(tmp_path / f"made{suffix}"))
        # A .yaml has no E0 for pyace.
        assert atoms.get_potential_energy() == pytest.approx(energies.sum() - apart, rel=0, abs=1e-9)
        np.testing.assert_allclose(atoms.get_forces(), forces, rtol=0, atol=1e-8)


def test_projections_are_those_of_pyace(shared: Path) -> None:
    active_learning = pytest.importorskip("pyace.activelearning", reason="python-ace is not installed")
    basis = pytest.importorskip("pyace.basis")
    file = (shared / POTENTIAL).with_suffix(".yaml")
    projector = Projector(read_ace(file).form, file.name)
    structure = few_atoms(4, 2)
    theirs = active_learning.compute_B_projections(
        basis.ACEBBasisSet(basis.BBasisConfiguration(str(file))), [atoms_of(*structure, projector.form.elements)]
    )
    for element, ours in enumerate(projector.values(*structure)):
        order = pacemaker_order(projector.form.centres[element].functions)
        np.testing.assert_allclose(ours[:, order], theirs[element], rtol=0, atol=1e-10)
