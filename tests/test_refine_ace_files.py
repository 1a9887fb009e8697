"""Files of ACE potentials that are damaged, or none: one sentence for each."""

import shutil
from pathlib import Path

import pytest
from published_zif import POTENTIAL, SODALITE, short

from carvsdb.errors import InputError
from carvsdb_refine.potential import read_ace


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "radbasename: SBessel",
            "radbasename: ACE.jl.base",
            r"radial basis ACE.jl.base is not built \(bond C-C\); built are",
        ),
        (
            "FinnisSinclairShiftedScaled",
            "Secret",
            "the embedding Secret is not built; built are FinnisSinclairShiftedScaled and FinnisSinclair",
        ),
        (
            "inner_cutoff_type: distance",
            "inner_cutoff_type: magic",
            r"inner cut-off type magic is not built \(bond C-C\)",
        ),
        ("dcut_in: 0,", "dcut_in: -1,", "the inner cut-off of C-C needs a finite end and a width of at least 0"),
        ("rcut: 6,", "rcut: -6,", "expected a cut-off above 0 Å, got -6.0"),
        ("nradmax: 6", "nradmax: 7", r"radcoefficients of C-C: expected \(7, 4, 10\), got \(6, 4, 10\)"),
        ("functions:", "nothing:", "this is no ACE potential: expected"),
        ("ns: [1]", "ns: [77]", "damaged .*n = 77, l = 0 outside the radial functions"),
        ("mus: [0]", "mus: [9]", "the ACE potential is damaged"),
        ("ms_combs: [0]", "ms_combs: [1]", "a function with .m. above l"),
        ("ctildes: [", "ctildes: [.nan, ", "the ACE potential is damaged"),
        ("E0: [0,", "E0: [.inf,", "damaged .*an E0, is not a number"),
        ("E0: [0,", "E0: [0, 0,", "E0: expected an energy for each of C, H, N, Zn"),
        ("FS_parameters: [1, 1,", "FS_parameters: [1, 0,", "an exponent of an embedding that is not above 0"),
        ("elements: [C, H, N, Zn]", "elements: [C, H, N, Zn", "this is no potential: expected the YAML of pacemaker"),
        ("elements: [C, H, N, Zn]", "elements: [C, H, N, Zn, O]", "E0: expected an energy for each of C, H, N, Zn, O"),
    ],
)
def test_damaged_files(shared: Path, tmp_path: Path, old: str, new: str, sentence: str) -> None:
    text = (shared / POTENTIAL).read_text()
    # Only the first functions: parsing all of them takes a second.
    text = short(text)
    assert old in text
    text = text.replace(old, new, 1)
    (tmp_path / "bad.yace").write_text(text)
    with pytest.raises(InputError, match=sentence):
        read_ace(tmp_path / "bad.yace")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("radbase: SBessel", "radbase: Morse", r"radial basis Morse is not built \(bond C-C\)"),
        ("nr: [1, 1]", "nr: [1]", "type, nr and nl differ in length"),
        ("nl: [1, 1]", "nl: [1, 0]", r"momenta \(1, 0\) cannot couple through \(\) to zero"),
        ("lint: [0]", "lint: []", "lint: expected 1 numbers for rank 3, got 0"),
        (
            "speciesblock: H\n",
            "speciesblock: X\n",
            "damaged .*a function of H H in the speciesblock of X|no speciesblock of H",
        ),
        ("nl: [1, 1]", "nl: [1, 2]", r"momenta \(1, 2\) cannot couple"),
        ("species:", "spices:", "this is no ACE potential: expected"),
    ],
)
def test_damaged_b_basis(shared: Path, tmp_path: Path, old: str, new: str, sentence: str) -> None:
    text = (shared / POTENTIAL).with_suffix(".yaml").read_text()
    assert old in text
    (tmp_path / "bad.yaml").write_text(text.replace(old, new, 1))
    with pytest.raises(InputError, match=sentence):
        read_ace(tmp_path / "bad.yaml")


def test_files_that_are_no_potentials(shared: Path, tmp_path: Path) -> None:
    for name, content in {
        "a.yace": b"42\n",
        "b.yace": b"\xff\xfe\x00",
        "c.yace": b"",
        "d.yace": b"? [a, {b: c}]: 1",
    }.items():
        (tmp_path / name).write_bytes(content)
        sentence = "is no text in UTF-8" if name == "b.yace" else "this is no potential"
        with pytest.raises(InputError, match=sentence):
            read_ace(tmp_path / name)
    with pytest.raises(InputError, match="there is no such file"):
        read_ace(tmp_path / "none.yace")
    shutil.copy(shared / SODALITE, tmp_path / "cell.yace")
    with pytest.raises(InputError, match="this is no potential"):
        read_ace(tmp_path / "cell.yace")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("elements: [Mo]\nnnorm: 0.1\nemb_spec: {}\nradial_basis: {}\nfunctions: {}\n", "potential of gracemaker"),
        ("cutoff: 7\ndata: {filename: a.pckl.gzip}\npotential: {}\nfit: {}\n", "an input file of pacemaker"),
        ('{"IP": {"__id__": "JuLIP_SumIP"}}', "ACE1pack or ACEpotentials.jl in JSON"),
    ],
)
def test_files_of_other_makers_are_named(text: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(text)
    with pytest.raises(InputError, match=sentence):
        read_ace(tmp_path / "other.yaml")
