"""Classical potentials from tables of a config and from files of LAMMPS; what is wrong in them."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter
from two_element_crystals import SW_TRIPLES, bonds_of, evaluate, silicon

from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError
from carvsdb.generate import KeatingParameters
from carvsdb_ingest.writers import write_cgd
from carvsdb_refine.potential import (
    AseCalculator,
    Keating,
    LennardJones,
    LennardJonesPair,
    Morse,
    MorsePair,
    StillingerWeber,
    Tersoff,
    potential_from_config,
)
from carvsdb_refine.potential.terms import Potential
from carvsdb_schemas.potential_tables import PotentialTable


def test_from_config(tmp_path: Path) -> None:
    model = silicon(1, 5.431, 0.05)
    sw, tersoff, net = tmp_path / "Si.sw", tmp_path / "Si.tersoff", tmp_path / "bonds.cgd"
    sw.write_text(
        "# a comment\nSi Si Si 2.1683 2.0951 1.80 21.0 1.20 -0.333333333333\n 7.049556277 0.6022245584 4 0 0\n"
    )
    (row,) = Tersoff.silicon().triples.values()
    tersoff.write_text(f"Si Si Si {' '.join(map(str, row))}\n")
    write_cgd([bonds_of(silicon(2, 5.431), 2.6)], net)
    same: list[tuple[dict[str, Any], Potential]] = [
        ({"kind": "stillinger-weber", "file": "Si.sw"}, StillingerWeber.silicon()),
        ({"kind": "stillinger-weber", "set": "Si"}, StillingerWeber.silicon()),
        ({"kind": "tersoff", "file": "Si.tersoff"}, Tersoff.silicon()),
        ({"kind": "tersoff"}, Tersoff.silicon()),
        (
            {"kind": "lennard-jones", "pairs": {"Si-Si": {"epsilon": 0.0104, "sigma": 2.1}}, "cutoff": 5}
            | {"shifted": False},
            LennardJones({"Si-Si": LennardJonesPair(0.0104, 2.1)}, 5.0, shifted=False),
        ),
        (
            {"kind": "morse", "pairs": {"Si-Si": {"depth": 1, "width": 1.5, "distance": 2.3}}, "cutoff": 5.0},
            Morse({"Si-Si": MorsePair(1, 1.5, 2.3)}, 5.0),
        ),
        (
            {"kind": "keating", "bond_length": 2.4, "bonds_within": 2.7},
            Keating(KeatingParameters(bond_length=2.4), bonds_within=2.7),
        ),
    ]
    for table, expected in same:
        made = from_table(table, tmp_path)
        assert made.bind(model).atom_energies == pytest.approx(evaluate(expected, model), abs=1e-9)
    fixed = from_table({"kind": "keating", "file": net.name}, tmp_path).bind(silicon(2, 5.431, 0.05))
    assert fixed.atom_energies == pytest.approx(evaluate(Keating(), silicon(2, 5.431, 0.05)), abs=1e-9)
    lj = from_table({"kind": "ase", "calculator": "ase.calculators.lj.LennardJones", "sigma": 2.1, "rc": 5.0})
    assert len(lj.bind(model).atom_energies) == 8


def from_table(table: dict[str, Any], folder: Path = Path()) -> Potential:
    potential = potential_from_config(TypeAdapter(PotentialTable).validate_python(table), folder)
    assert potential is not None
    return potential


# What each kind of table may say is checked as it is read (test_refine_config); these fit it, but not together.
WRONG: list[tuple[dict[str, Any], str]] = [
    (
        {"kind": "lennard-jones", "pairs": {"Ar-Kr": {"epsilon": 1.0, "sigma": 3.4}}, "cutoff": 8.0},
        "no Ar-Ar to mix it from",
    ),
    (
        {"kind": "ase", "calculator": "ase.calculators.emt.NONE"},
        "'ase.calculators.emt.NONE' is none of EMT, LennardJones",
    ),
]


@pytest.mark.parametrize(("table", "sentence"), WRONG)
def test_wrong_configs(table: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        from_table(table)


WRONG_NUMBERS: list[tuple[Callable[[], object], str]] = [
    (lambda: LennardJonesPair(1.0, -3.4), "sigma above 0"),
    (lambda: LennardJones({"ArAr": LennardJonesPair(1.0, 3.4)}, 8.0), "written as Zn-N"),
    (lambda: MorsePair(1, 0, 2), "width above 0"),
    (lambda: Morse({"Ar-Ar": MorsePair(1, 2, 2)}, -1.0), "cut-off of Morse"),
]


@pytest.mark.parametrize(("make", "sentence"), WRONG_NUMBERS)
def test_wrong_numbers(make: Callable[[], object], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        make()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Si Si Si 1 2 3\n", r"bad\.sw:1: an entry of Stillinger-Weber has 3 elements and 11 numbers, got 6 words"),
        ("# nothing\n", "has no entries"),
        ("Si Si Si 2 2 1.8 21 1.2 x 7 0.6 4 0 0\n", r"bad\.sw:1: "),
        ("Si Si 3 2 2 1.8 21 1.2 -0.3 7 0.6 4 0 0\n", r"bad\.sw:1: expected an element, got '3'"),
        ("Si Si Si 2 2 1.8 21 1.2 -0.3 7 0.6 4 0 0\n" * 2, r"bad\.sw:2: Si Si Si is given twice"),
        ("Si Si Ge 2 2 1.8 21 1.2 -0.3 7 0.6 4 0 0\n", "has no entry Ge Ge Ge"),
        ("Si Si Si 2 -2 1.8 21 1.2 -0.3 7 0.6 4 0 0\n", "sigma and a above 0"),
    ],
)
def test_damaged_files(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "bad.sw"
    path.write_text(text)
    with pytest.raises(InputError, match=sentence):
        StillingerWeber.read(path)


def test_what_potentials_lack() -> None:
    with pytest.raises(InputError, match=r"potential Si has no element Ar \(it has Si\)"):
        StillingerWeber.silicon().bind(AtomicModel(("Ar",), np.zeros((1, 3)), np.eye(3) * 9))
    unlike = dict(SW_TRIPLES)
    unlike["Ar", "Ar", "Kr"] = (*unlike["Ar", "Ar", "Kr"][:3], 5.0, *unlike["Ar", "Ar", "Kr"][4:])
    with pytest.raises(InputError, match="stand for one angle"):
        StillingerWeber("odd", unlike)
    (row,) = Tersoff.silicon().triples.values()
    with pytest.raises(InputError, match="m = 2; expected 1 or 3"):
        Tersoff("odd", {("Si", "Si", "Si"): (2.0, *row[1:])})


@pytest.mark.parametrize("kind", ["whole", "part", "none"])
def test_energies_of_atoms_add_up_to_the_total(kind: str, capfd: pytest.CaptureFixture[str]) -> None:
    import ase.calculators.lj
    from ase.calculators.calculator import all_changes

    base: Any = ase.calculators.lj.LennardJones

    class Odd(base):  # type: ignore[misc]
        """Lists energies of atoms, as CHGNet does, and gives them, a part of them, or none; stresses as a tensor."""

        def calculate(self, atoms: Any = None, properties: Any = (), system_changes: Any = all_changes) -> None:
            super().calculate(atoms, properties, system_changes)
            print("printed")
            os.write(1, b"written")
            if kind == "part":
                self.results["energies"] = self.results["energies"] - 1.0
            if kind == "none":
                del self.results["energies"]
            xx, yy, zz, yz, xz, xy = self.results["stress"]
            self.results["stress"] = np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])

    cell = 6.0 * np.eye(3)
    places = np.array([[0.0, 0, 0], [1.2, 0.3, 0], [0.1, 1.3, 0.2]])
    elements = ("Ar", "Ar", "Ar")
    plain = AseCalculator(base(rc=2.5)).energies_forces_and_stress(elements, places, cell)
    found = AseCalculator(Odd(rc=2.5)).energies_forces_and_stress(elements, places, cell)
    assert found[0].sum() == pytest.approx(plain[0].sum(), rel=1e-12)
    np.testing.assert_allclose(found[2], plain[2], atol=1e-12)
    assert (np.ptp(found[0]) == 0) == (kind != "whole")
    said = capfd.readouterr()
    assert said.out == ""
    assert "written" in said.err
