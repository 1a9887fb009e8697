"""RMCProfile configurations and PDB files: variants of the programs that write them, and what is refused."""

import contextlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from program import carvsdb
from refine_folder import silicon, write_curve

from carvsdb.atoms.model import AtomicModel
from carvsdb.atoms.pairs import list_pairs
from carvsdb.atoms.structure import Structure
from carvsdb.errors import InputError
from carvsdb_ingest.files.text_file import TextFile
from carvsdb_ingest.readers.formats import format_of
from carvsdb_ingest.readers.item import FileOptions
from carvsdb_ingest.readers.models import read_model
from carvsdb_ingest.writers.models import write_model

OBLIQUE = np.array([[9.0, 0, 0], [-2.0, 8.0, 0], [1.0, 1.5, 7.0]])

HEAD = """(Version 6f format configuration file)
Metadata owner:     Nobody
Metadata date:      01-02-2019
Metadata material:  NaCl
Metadata comment:   Number of atoms in the cell, unlike below
Number of types of atoms:   2
Atom types present:         Cl Na
Number of each atom type:   2 1
Number of moves generated:           100
Number of moves tried:               90
Number of moves accepted:            10
Number of prior configuration saves: 0
Number of atoms:                     3
Number density (Ang^-3):             0.024
Supercell dimensions:                1 1 1
Cell (Ang/deg):    5.000000    5.000000    5.000000   90.000000   90.000000   90.000000
Lattice vectors (Ang):
    5.000000    0.000000    0.000000
    0.000000    5.000000    0.000000
    0.000000    0.000000    5.000000
Atoms:
"""
ROWS = """     1   Cl  [1]    0.000000    0.250000    0.500000     1   0   0   0
     2   Cl  [1]    0.500000    0.000000    0.000000     2   0   0   0
     3   Na  [1]    0.500000    0.500000    0.900000     3   0   0   0
"""
PLAIN = ROWS.replace("  [1]", "")
RMC6F = {
    "6.7, labels": HEAD + ROWS,
    "6.5, no labels": HEAD.replace("Atom types present:         Cl Na\n", "") + PLAIN,
    "GSAS-II": HEAD.replace("Atoms:", "Atoms (fractional coordinates):") + PLAIN,
    "no cell parameters": "\n".join(line for line in HEAD.splitlines() if "Cell" not in line) + "\n" + ROWS,
    "no vectors": HEAD[: HEAD.index("Lattice")] + "Atoms:\n" + ROWS,
    "no colons": HEAD.replace("dimensions:", "dimensions").replace("Number of atoms:", "Number of atoms") + ROWS,
    "no header but the cell": HEAD[HEAD.index("Cell") :] + ROWS,
    "in capitals": HEAD.upper() + ROWS.replace("Cl", "CL").replace("Na", "NA"),
    "blanks before keys": HEAD.replace("\n", "\n   ") + "\n" + ROWS,
    "no numbers of atoms": HEAD + "".join(line[6:] + "\n" for line in ROWS.splitlines()),
    "spins": HEAD + PLAIN.replace("0   0   0\n", "0   0   0  M:  0.1  0.2  0.3\n"),
    "coordinates alone": HEAD + "".join(line[:47] + "\n" for line in PLAIN.splitlines()),
    "comments and empty lines": HEAD + ROWS.replace("\n", " ! moved\n\n"),
    "Fortran's exponents": HEAD + ROWS.replace("0.250000", "2.5D-1"),
    "labels of types": HEAD + ROWS.replace("Cl ", "Cl_1"),
    "numbers that overflow": HEAD + ROWS.replace("     3   Na", "****** Na"),
    "line ends of Windows": (HEAD + ROWS).replace("\n", "\r\n"),
}


def structures(folder: Path, text: str, name: str) -> list[Structure | InputError]:
    path = folder / name
    path.write_text(text, newline="")
    file = TextFile.load(path)
    form = format_of(file)
    assert form.atoms is not None
    return form.atoms(file, FileOptions())


@pytest.mark.parametrize("variant", RMC6F)
def test_variants_of_rmc6f(tmp_path: Path, variant: str) -> None:
    (found,) = structures(tmp_path, RMC6F[variant], "model.rmc6f")
    assert isinstance(found, Structure)
    assert sorted(found.elements) == ["Cl", "Cl", "Na"]
    assert found.cell == pytest.approx(5 * np.eye(3), abs=1e-12)
    assert found.positions[0] == pytest.approx([0, 0.25, 0.5])
    assert found.quality == ()
    assert read_model(tmp_path / "model.rmc6f").number_density == pytest.approx(0.024)
    if "Version" in RMC6F[variant]:
        (by_content,) = structures(tmp_path, RMC6F[variant], "model.txt")
        assert isinstance(by_content, Structure)
        assert by_content.elements == found.elements


RMC6F_DOUBTS = {
    "vacant sites, left out: 1": (HEAD + ROWS.replace("Na  [1]", "Va  [1]"), 2),
    "the header says 0.096 atoms/Å³, its cell and atoms make 0.024": (HEAD.replace("0.024", "0.096") + ROWS, 3),
    "lattice vectors and cell parameters of the header disagree; the vectors were taken": (
        HEAD.replace("5.000000    5.000000    5.000000   90", "5.000000    5.000000    6.000000   90") + ROWS,
        3,
    ),
    "the header's numbers of atoms are not those below: Cl 1 (there are 2), Na 2 (there are 1)": (
        HEAD.replace("type:   2 1", "type:   1 2") + ROWS,
        3,
    ),
}


@pytest.mark.parametrize("sentence", RMC6F_DOUBTS)
def test_doubts_of_rmc6f(tmp_path: Path, sentence: str) -> None:
    text, n_atoms = RMC6F_DOUBTS[sentence]
    (found,) = structures(tmp_path, text, "model.rmc6f")
    assert isinstance(found, Structure)
    assert found.n_atoms == n_atoms
    assert sentence in found.quality
    (tmp_path / "run.toml").write_text(
        '[start]\nmodel = "model.rmc6f"\n[potential]\nkind = "lennard-jones"\ncutoff = 2.0\n'
        'pairs = {"Cl-Cl" = {epsilon = 0.01, sigma = 1.0}, "Na-Na" = {epsilon = 0.01, sigma = 1.0}}\n'
    )
    scored = carvsdb("refine", "score", tmp_path / "run.toml")
    assert scored.code == 0
    assert f"model.rmc6f: {sentence}" in scored.err


RMC6F_BAD = {
    "the header declares 3 atoms, but there are 2": HEAD + "".join(ROWS.splitlines(keepends=True)[:2]),
    "there are no atoms below": HEAD,
    "there is no line 'Atoms:'": HEAD.replace("Atoms:\n", ""),
    "the header has no cell": HEAD[: HEAD.index("Cell")] + "Atoms:\n" + ROWS,
    "'Xx' is no chemical symbol": HEAD + ROWS.replace("Na", "Xx"),
    "a fractional coordinate must be a finite number": HEAD + ROWS.replace("0.900000", "nan"),
    "an atom needs an element and three coordinates": HEAD + ROWS + "4 Cl 0.1 0.2\n",
    "expected three lines of three numbers": HEAD.replace("    0.000000    5.000000    0.000000\n", "", 1) + ROWS,
    "is a histogram of RMCProfile (.his6f)": "(Version 6f format histogram file)\n",
    "the cell has no volume": HEAD.replace(
        "    0.000000    0.000000    5.000000", "    5.000000    0.000000    0.000000"
    )
    + ROWS,
}


def test_sections_below_the_atoms_are_no_atoms(tmp_path: Path) -> None:
    path = tmp_path / "model.rmc6f"
    path.write_text(HEAD + ROWS)
    alone = read_model(path)
    path.write_text(HEAD + ROWS + "Spins:\n 1 0.0 0.0 1.0\n")
    assert read_model(path).positions.tolist() == alone.positions.tolist()


@pytest.mark.parametrize(
    ("name", "what"),
    [("a.gro", "a GROMACS file"), ("a.cell", "a CASTEP file"), ("a.struct", "a structure of WIEN2k")],
)
def test_files_of_other_programs_are_refused_by_name(tmp_path: Path, name: str, what: str) -> None:
    (tmp_path / name).write_text("SiO2\n 0 1 3\n")
    with pytest.raises(InputError, match=f"is {what}, which is not read.*ase convert"):
        read_model(tmp_path / name)


@pytest.mark.parametrize("sentence", RMC6F_BAD)
def test_bad_rmc6f(tmp_path: Path, sentence: str) -> None:
    (tmp_path / "model.rmc6f").write_text(RMC6F_BAD[sentence])
    with pytest.raises(InputError) as caught:
        read_model(tmp_path / "model.rmc6f")
    assert sentence in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path / "model.rmc6f"))


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), standard=st.booleans())
def test_rmc6f_out_and_in(tmp_path: Path, seed: int, standard: bool) -> None:
    """Distances survive, whatever the frame of the cell; ASE reads the file alike."""
    from ase.io.rmc6f import read_rmc6f

    generator = np.random.default_rng(seed)
    cell = OBLIQUE if standard else OBLIQUE @ np.linalg.qr(generator.normal(size=(3, 3)))[0]
    elements = tuple(generator.choice(["O", "Si", "Zn"], 12).tolist())
    model = AtomicModel(elements, (generator.random((12, 3)) * 3 - 1) @ cell, cell, origin=generator.random(3))
    write_model(model, tmp_path / "out.rmc6f")
    again = read_model(tmp_path / "out.rmc6f")
    assert again.elements == tuple(sorted(elements))
    assert again.quality == ()

    def lengths(one: AtomicModel) -> list[tuple[str, str, float]]:
        pairs = list_pairs(one.positions, one.cell, 4.0)
        rows = zip(pairs.firsts.tolist(), pairs.seconds.tolist(), pairs.distances.tolist(), strict=True)
        return sorted((one.elements[a], one.elements[b], round(length, 8)) for a, b, length in rows)

    assert [row[:2] for row in lengths(again)] == [row[:2] for row in lengths(model)]
    assert [row[2] for row in lengths(again)] == pytest.approx([row[2] for row in lengths(model)], abs=1e-7)
    atoms = read_rmc6f(str(tmp_path / "out.rmc6f"))
    assert atoms.get_chemical_symbols() == list(again.elements)
    assert atoms.get_scaled_positions() == pytest.approx(again.positions @ np.linalg.inv(again.cell), abs=1e-9)


def test_a_run_of_an_rmc6f_leaves_one(tmp_path: Path) -> None:
    write_model(silicon(jitter=0.05), tmp_path / "start.rmc6f")
    write_curve(tmp_path / "sq.txt", silicon(jitter=0.1, seed=1))
    (tmp_path / "run.toml").write_text(
        '[start]\nmodel = "start.rmc6f"\n[[data]]\nkind = "neutron"\nfile = "sq.txt"\nfunction = "S(Q)"\nsigma = 0.1\n'
        '[constraints]\nhard_spheres = {"Si-Si" = 1.9}\n[run]\nmoves = 50\n'
    )
    assert carvsdb("refine", "run", tmp_path / "run.toml").code == 0
    assert read_model(tmp_path / "run/model.rmc6f").n_atoms == 64


def test_a_run_of_what_is_not_written_leaves_xyz(tmp_path: Path) -> None:
    (tmp_path / "start.pdb").write_text(CRYST1 + atom("AR1 ", 1, "AR") + atom("AR2 ", 5, "AR"))
    (tmp_path / "run.toml").write_text(
        '[start]\nmodel = "start.pdb"\n[potential]\nkind = "lennard-jones"\ncutoff = 4.0\n'
        'pairs = {"Ar-Ar" = {epsilon = 0.01, sigma = 3.4}}\n[run]\nmoves = 10\n'
    )
    assert carvsdb("refine", "run", tmp_path / "run.toml").code == 0
    assert read_model(tmp_path / "run/model.xyz").elements == ("Ar", "Ar")


# --- PDB

CRYST1 = "CRYST1    9.000   10.000   11.000  90.00  90.00  90.00 P 1           1\n"


def atom(name: str, x: float, element: str = "", record: str = "HETATM", **more: str) -> str:
    serial, location, occupancy = more.get("serial", "1"), more.get("location", " "), more.get("occupancy", "  1.00")
    return (
        f"{record:6}{serial:>5} {name:4}{location}LIG A{more.get('residue', '   1')}{more.get('code', ' ')}   "
        f"{x:8.3f}{2.0:8.3f}{3.0:8.3f}{occupancy}  0.00          {element:>2}\n"
    )


BODY = atom(" C1 ", 1, "C") + atom("ZN1 ", 4, "ZN") + atom(" O1 ", 7, "O")
PDB = {
    "standard": CRYST1 + BODY + "END\n",
    "ATOM": CRYST1 + BODY.replace("HETATM", "ATOM  ") + "TER\nEND\n",
    "no elements": CRYST1 + "".join(line[:76].rstrip() + "\n" for line in BODY.splitlines()),
    "no occupancies": CRYST1 + "".join(line[:54] + "\n" for line in BODY.splitlines()),
    "occupancies of 0": CRYST1 + BODY.replace("  1.00  0.00", "  0.00  0.00"),
    "no group": CRYST1[:54] + "\n" + BODY,
    "P1": CRYST1.replace("P 1 ", "P1  ") + BODY,
    "names to the left": CRYST1 + atom("C1", 1) + atom("ZN1", 4) + atom("O1", 7),
    "numbers that overflow": CRYST1 + BODY.replace("    1 ", "***** "),
    "hybrid-36": CRYST1 + BODY.replace("    1 ", "A0000 "),
    "a title and other records": "HEADER    MOF\nREMARK   4 VMD\n" + CRYST1 + "SCALE1      0.111111  0.000000  0.000000"
    "        0.00000\n" + BODY + "CONECT    1    2\nMASTER        0\nEND\n",
    "charges behind elements": CRYST1 + BODY.replace("ZN\n", "ZN2+\n"),
    "lower case": CRYST1 + BODY.replace("          ZN", "          zn"),
    "line ends of Windows": (CRYST1 + BODY).replace("\n", "\r\n"),
}


@pytest.mark.parametrize("variant", PDB)
def test_variants_of_pdb(tmp_path: Path, variant: str) -> None:
    (found,) = structures(tmp_path, PDB[variant], "model.pdb")
    assert isinstance(found, Structure)
    assert found.elements == ("C", "Zn", "O")
    assert found.cell == pytest.approx(np.diag([9.0, 10.0, 11.0]))
    assert found.positions[:, 0] == pytest.approx([1 / 9, 4 / 9, 7 / 9])
    assert found.obstacles == ()
    guessed = variant in ("no elements", "no occupancies", "names to the left")
    assert found.quality == (
        ("elements read from the names of atoms, where columns 77 and 78 have none: 3",) if guessed else ()
    )
    assert read_model(tmp_path / "model.pdb").positions[1].tolist() == [4.0, 2.0, 3.0]


@pytest.mark.parametrize(
    ("name", "element"),
    [(" CA ", "C"), ("CA  ", "Ca"), (" HG1", "H"), ("HG  ", "Hg"), ("1HB ", "H"), ("CL1 ", "Cl"), (" D1 ", "D")],
)
def test_names_say_elements_by_their_columns(tmp_path: Path, name: str, element: str) -> None:
    (found,) = structures(tmp_path, CRYST1 + atom(name, 1), "model.pdb")
    assert isinstance(found, Structure)
    assert found.elements == (element,)


def test_models_alternates_and_insertions_of_pdb(tmp_path: Path) -> None:
    second = CRYST1.replace("9.000", "9.500", 1)
    frames = structures(tmp_path, f"{CRYST1}MODEL 1\n{BODY}ENDMDL\nMODEL 2\n{BODY}ENDMDL\nEND\n", "two.pdb")
    assert [frame.n_atoms for frame in frames if isinstance(frame, Structure)] == [3, 3]
    frames = structures(tmp_path, f"{CRYST1}{BODY}END\n{second}{BODY}END\n", "vmd.pdb")
    assert [frame.cell[0, 0] for frame in frames if isinstance(frame, Structure)] == [9.0, 9.5]
    inserted = CRYST1 + atom(" C1 ", 1, "C", code="A") + atom(" C1 ", 3, "C", code="B")
    (found,) = structures(tmp_path, inserted, "inserted.pdb")
    assert isinstance(found, Structure)
    assert found.n_atoms == 2
    split = CRYST1 + BODY + atom(" C2 ", 1, "C", location="A", occupancy="  0.60")
    split += atom(" C2 ", 2, "C", location="B", occupancy="  0.40")
    (found,) = structures(tmp_path, split, "split.pdb")
    assert isinstance(found, Structure)
    assert found.n_atoms == 4
    assert found.quality == ("alternate locations, left out: 1", "atoms of partial occupancy: 1")
    with pytest.raises(InputError, match="alternate locations"):
        read_model(tmp_path / "split.pdb")


def test_frames_of_pdb_that_are_not_standard(tmp_path: Path) -> None:
    """SCALE says another frame than the standard one: here the axes are exchanged, and the origin is moved."""
    scales = ((0, 1 / 9, 0, 0.5), (1 / 10, 0, 0, 0), (0, 0, -1 / 11, 0))
    lines = "".join(
        f"SCALE{row}    {a:10.6f}{b:10.6f}{c:10.6f}     {shift:10.5f}\n"
        for row, (a, b, c, shift) in enumerate(scales, 1)
    )
    (found,) = structures(tmp_path, CRYST1 + lines + BODY, "model.pdb")
    assert isinstance(found, Structure)
    assert found.positions[0] == pytest.approx([2 / 9 + 0.5, 1 / 10, -3 / 11], abs=1e-5)


PDB_BAD = {
    "there is no cell": BODY,
    "the cell is a placeholder": "CRYST1    1.000    1.000    1.000  90.00  90.00  90.00 P 1           1\n" + BODY,
    "is in the space group 'P 21 21 21'": CRYST1.replace("P 1       ", "P 21 21 21") + BODY,
    "there are no lines ATOM or HETATM": CRYST1 + "END\n",
    "an atom needs x, y and z in columns 31 to 54": CRYST1 + BODY[:30] + "\n",
    "a coordinate must be a finite number": CRYST1 + BODY.replace("   4.000", "     nan"),
    "atom 'X1' has no element": CRYST1 + atom(" X1 ", 1),
    "a cell parameter must be a finite number": "CRYST1 ten\n" + BODY,
}


@pytest.mark.parametrize("sentence", PDB_BAD)
def test_bad_pdb(tmp_path: Path, sentence: str) -> None:
    (tmp_path / "model.pdb").write_text(PDB_BAD[sentence])
    with pytest.raises(InputError) as caught:
        read_model(tmp_path / "model.pdb")
    assert sentence in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path / "model.pdb"))


WORDS = st.sampled_from(
    ["", "0", "-1", "nan", "9" * 20, "Atoms:", "CRYST1", "ATOM", "[", "Va", "\n", "END", "\u0661", "1e308"]
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(of_pdb=st.booleans(), changes=st.lists(st.tuples(st.integers(0, 300), WORDS), min_size=1, max_size=4))
def test_damaged_files_are_read_or_refused(of_pdb: bool, changes: list[tuple[int, str]], tmp_path: Path) -> None:
    words = (PDB["standard"] if of_pdb else HEAD + ROWS).split(" ")
    for place, word in changes:
        words[place % len(words)] = word
    with contextlib.suppress(InputError):
        structures(tmp_path, " ".join(words), "model.pdb" if of_pdb else "model.rmc6f")
