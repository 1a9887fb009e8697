"""`carvsdb refine backmap` and `pack` as a user types them."""

from pathlib import Path

import numpy as np
import pytest
from program import carvsdb

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
        (("pack", "Si=8", "--density", "0.05", "--contact", "Si-Si=x", "-o", "x.xyz"), 2, "number of"),
    ],
)
def test_what_cannot_be_made(tmp_path: Path, arguments: tuple[str, ...], code: int, word: str) -> None:
    placed = [str(tmp_path / text) if text.startswith("x.") else text for text in arguments]
    done = carvsdb("refine", *placed)
    assert done.code == code
    assert word in done.err
