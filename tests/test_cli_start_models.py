"""`carvsdb refine backmap` and `pack` as a user types them."""

from pathlib import Path

import numpy as np
import pytest
from program import carvsdb

from carvsdb.atoms.pairs import list_pairs
from carvsdb.topology.archive import shipped
from carvsdb_ingest.readers.models import read_model


@pytest.mark.parametrize("suffix", ["data", "xyz", "cif"])
def test_backmap_of_sodalite(tmp_path: Path, suffix: str) -> None:
    target = tmp_path / f"start.{suffix}"
    done = carvsdb("refine", "backmap", "sod", "--linker", "imidazolate", "--metal", "Zn", "-o", target, "--json")
    assert done.code == 0
    assert (done.json["n_metals"], done.json["n_linkers"]) == (6, 12)
    assert (done.json["missing"], done.json["extra"]) == (0, 0)
    model = read_model(target)
    assert dict(zip(model.species, model.counts.tolist(), strict=True)) == {"C": 36, "H": 36, "N": 24, "Zn": 6}
    assert model.molecule_ids is not None
    assert np.unique(model.molecule_ids, return_counts=True)[1].tolist() == [1] * 6 + [8] * 12


def test_a_backmapped_model_is_its_net_again(tmp_path: Path) -> None:
    target = tmp_path / "start.cif"
    again = carvsdb("refine", "backmap", "sod", "-o", target, "--seed", "3")
    assert "6 metals, 12 linkers" in again.out
    described = carvsdb("describe", target, "--json").json_lines[0]
    assert "sod" in described["names"]


def test_a_zeolite_of_silicon_and_oxygen_has_its_code(tmp_path: Path) -> None:
    target = tmp_path / "start.cif"
    done = carvsdb("refine", "backmap", "SOD", "--metal", "Si", "--linker", "oxygen", "-o", target)
    assert "6 metals, 12 linkers, 18 atoms" in done.out
    described = carvsdb("describe", target, "--json").json_lines[0]
    assert "SOD" in described["names"]


def test_the_same_seed_packs_the_same(tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.xyz" for name in "ab"]
    for path in paths:
        done = carvsdb("refine", "pack", "Si=60", "O=120", "--density", "0.06", "-o", path)
        assert done.code == 0
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert read_model(paths[0]).number_density == pytest.approx(0.06)


def test_silica_by_its_formula_and_mass(tmp_path: Path) -> None:
    """192 units at 2.2 g/cm³, atoms apart without a word: like atoms do not overlap, Si-O is no shorter than bonds."""
    done = carvsdb("refine", "pack", "SiO2=192", "--density", "2.2g/cm3", "-o", tmp_path / "a.xyz", "--json")
    assert done.code == 0
    model = read_model(tmp_path / "a.xyz")
    assert dict(zip(model.species, model.counts.tolist(), strict=True)) == {"O": 384, "Si": 192}
    assert model.structure().density == pytest.approx(2.2, rel=1e-9)
    pairs = list_pairs(model.positions, model.cell, 3.0)
    elements = np.array(model.elements)
    for pair, limit in {("O", "O"): 2.1, ("O", "Si"): 1.3, ("Si", "Si"): 2.17}.items():
        of_pair = (elements[pairs.firsts] == pair[0]) & (elements[pairs.seconds] == pair[1])
        assert pairs.distances[of_pair].min() > limit


@pytest.mark.parametrize("command", [("backmap", "sod"), ("pack", "Si=8", "--density", "0.02")])
def test_nothing_is_overwritten(tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "a.xyz").write_text("mine")
    done = carvsdb("refine", *command, "-o", tmp_path / "a.xyz")
    assert done.code == 7
    assert "exists already; choose a new name, or replace it with --force" in done.err
    assert (tmp_path / "a.xyz").read_text() == "mine"
    assert carvsdb("refine", *command, "-o", tmp_path / "a.xyz", "--force").code == 0
    assert read_model(tmp_path / "a.xyz").n_atoms >= 8


def test_names_as_describe_prints_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All names of a net at once, codes that look like options, names of one's own, and a folder of that name."""
    monkeypatch.chdir(tmp_path)
    repeat = ("--repeat", "2")
    (tmp_path / "sod").mkdir()
    made = carvsdb("refine", "backmap", "sod, sod-b, SOD", "-o", tmp_path / "a.cif")
    assert made.code == 0
    assert "6 metals, 12 linkers" in made.out
    made = carvsdb(
        "refine", "backmap", "-CHI", *repeat, "--metal", "Si", "--linker", "oxygen", "-o", tmp_path / "b.cif"
    )
    assert made.code == 0
    own = tmp_path / "own.tsv"
    own.write_text(f"mine\t{shipped().key_of('dia')}\n")
    made = carvsdb("refine", "backmap", "mine", *repeat, "--names", own, "-o", tmp_path / "c.cif", "--json")
    assert made.code == 0
    assert made.json["n_linkers"] == 2 * made.json["n_metals"]
    assert carvsdb("refine", "backmap", "mine", *repeat, "-o", tmp_path / "d.cif").code == 4
    assert carvsdb("refine", "backmap", "sod", "--lonker", "x", "-o", tmp_path / "d.cif").code == 2


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("backmap", "no-such-net", "-o", "x.data"), 4, "no-such-net"),
        (("backmap", "sod", "--linker", "terephthalate", "-o", "x.data"), 3, "terephthalate"),
        (("backmap", "sod", "--repeat", "0", "-o", "x.data"), 2, "--repeat"),
        (("backmap", "sod", "-o", "x.pdf"), 3, "no model file"),
        (("pack", "Si", "--density", "0.05", "-o", "x.xyz"), 2, "WHAT=N"),
        (("pack", "Si=0", "--density", "0.05", "-o", "x.xyz"), 2, "at least 1"),
        (("pack", "Si=8", "--density", "-1", "-o", "x.xyz"), 3, "number density"),
        (("pack", "Si=8", "--density", "2.33", "-o", "x.xyz"), 3, "denser than any material"),
        (("pack", "Os=8", "--density", "30 g/cm3", "-o", "x.xyz"), 3, "denser than any material"),
        (("pack", "Si=8", "--density", "2.33 furlongs", "-o", "x.xyz"), 3, "2.33 furlongs"),
        (("pack", "SiO2=64", "--density", "0.2", "-o", "x.xyz"), 3, "cannot be kept apart"),
        (("pack", "Ge0.3Se0.7=3", "--density", "0.03", "-o", "x.xyz"), 3, "expected a whole number of atoms"),
        (("pack", "Si=2000000", "--density", "0.03", "-o", "x.xyz"), 3, "which is not packed"),
        (("pack", f"Si{'9' * 400}=2", "--density", "0.03", "-o", "x.xyz"), 3, "which is not packed"),
        (("pack", "imidazolate=900000", "--density", "0.03", "-o", "x.xyz"), 3, "that are packed"),
        (("pack", "Si=2", "--density", "1e-300", "-o", "x.xyz"), 3, "no density of a model"),
        (("pack", "Xx2=3", "--density", "0.03", "-o", "x.xyz"), 3, "no chemical symbol"),
        (("pack", "water=3", "--density", "0.03", "-o", "x.xyz"), 3, "no chemical symbol or formula"),
        (("pack", "Si=8", "--density", "0.05", "--contact", "Si-Si=x", "-o", "x.xyz"), 2, "number of"),
    ],
)
def test_what_cannot_be_made(tmp_path: Path, arguments: tuple[str, ...], code: int, word: str) -> None:
    placed = [str(tmp_path / text) if text.startswith("x.") else text for text in arguments]
    done = carvsdb("refine", *placed)
    assert done.code == code
    assert word in done.err
