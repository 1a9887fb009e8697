"""Data sets of others: names of labels, frames that cannot be used, files that are not read, what is doubtful."""

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from vasp_output import vasprun

from carvsdb.errors import InputError
from carvsdb_refine.learning.basis import BasisLimits
from carvsdb_refine.learning.data_set import make_data_set
from carvsdb_refine.learning.fit import FitOptions, Regression
from carvsdb_refine.learning.fit_files import FitRequest, fit_files
from carvsdb_refine.learning.frames import FitFrame, read_frames
from carvsdb_refine.learning.label_doubts import odd_frames
from carvsdb_refine.learning.new_potential import NewPotential
from carvsdb_refine.learning.scf_convergence import unconverged_steps

Floats = NDArray[np.float64]
ROWS = "Si 0 0 0 0.1 0.2 0.3\nO 1.5 0 2.4 -0.1 -0.2 -0.3\n"


def frame(labels: str, forces: str = "forces", rows: str = ROWS) -> str:
    lattice = 'Lattice="5 0 0 0 5 0 0 0 5" pbc="T T T"'
    return f"{rows.count(chr(10))}\n{lattice} Properties=species:S:1:pos:R:3:{forces}:R:3 {labels}\n{rows}"


def fit_frame(source: str, symbols: str = "SiO", apart: float = 2.0, edge: float = 6.0) -> FitFrame:
    elements = {"Si": ("Si",), "SiO": ("Si", "O"), "SiGe": ("Si", "Ge"), "Ge": ("Ge",)}[symbols]
    positions = np.array([[0.0, 0, 0], [apart, 0, 0]])[: len(elements)]
    is_alone = len(elements) == 1
    energy = -4.0 - edge / 100
    return FitFrame(source, elements, positions, edge * np.eye(3), energy, np.zeros((len(elements), 3)), None, is_alone)


@pytest.mark.parametrize(
    ("labels", "forces", "energy", "said"),
    [
        ("energy_dft=-8", "forces_dft", -8.0, "energies are taken from energy_dft, forces from forces_dft"),
        ("qm_energy=-8 mace_energy=-9 kinetic_energy=3", "qm_forces", -8.0, "forces from qm_forces"),
        ("energy_per_atom=-4", "forces", -8.0, "multiplied by the number of atoms"),
        ("energy=-7 free_energy=-8", "forces", -8.0, ""),
        ("energy=-8 config_weight=2.5", "forces", -8.0, "config_weight: weights are not heeded"),
        ("energy=-8 config_weight=1", "forces", -8.0, ""),
        ("pbe_energy=-8 scan_energy=-9", "forces", None, "an energy could be pbe_energy, scan_energy: it is not taken"),
        ('energy=-8 stress_dft="1 0 0 0 1 0 0 0 1"', "forces", -8.0, "a stress is taken from stress_dft"),
    ],
)
def test_names_that_are_made_as_the_usual_ones(
    labels: str, forces: str, energy: float | None, said: str, tmp_path: Path
) -> None:
    (tmp_path / "data.xyz").write_text(frame(labels, forces))
    found = read_frames(tmp_path / "data.xyz", 4.0)
    assert found.frames[0].energy == energy
    assert found.frames[0].forces is not None
    assert said in " ".join((*found.doubts, *found.said))
    assert bool(said) == bool((*found.doubts, *found.said))
    assert (found.frames[0].strain_energy is not None) == ("stress" in labels)


def test_frames_that_cannot_be_used_are_left_out_with_their_cause(tmp_path: Path) -> None:
    bad = [
        (frame("energy=nan"), "energy is not finite"),
        (frame("energy=-8", rows=ROWS.replace("0.1", "inf")), "forces is not finite"),
        (frame("energy=-8", rows=ROWS.replace("2.4", "nan")), "a coordinate is not finite"),
        (frame("energy=-8").replace("0 0 5", "0 5 0"), "the cell is flat"),
        (frame("energy=none"), "energy is no number"),
    ]
    path = tmp_path / "data.xyz"
    path.write_text(frame("energy=-8") + "".join(text for text, _ in bad))
    found = read_frames(path, 4.0)
    assert [one.source for one in found.frames] == [f"{path}, frame 1"]
    said = [f"{path}, frame {number} is left out: {cause}" for number, (_, cause) in enumerate(bad, 2)]
    assert list(found.doubts) == said
    path.write_text(frame("energy=-8") + bad[0][0] * 8)
    assert read_frames(path, 4.0).doubts[-1] == "... and 3 more such frames"
    strict = FitRequest(NewPotential(4.0, BasisLimits(functions=5)), choose=False, held_out=0.0, strict=True)
    with pytest.raises(InputError, match=r"frame 2 is left out.* without --strict"):
        fit_files([path], tmp_path / "p.yaml", strict)
    assert not list(tmp_path.glob("p.*"))
    path.write_text(bad[0][0])
    with pytest.raises(InputError, match=r"none of 1 frames can be used; .*energy is not finite"):
        read_frames(path, 4.0)


def test_isotopes_are_hydrogen_and_what_is_no_element_is_named(tmp_path: Path) -> None:
    path = tmp_path / "data.xyz"
    path.write_text(frame("energy=-8", rows=ROWS.replace("O ", "D ")))
    assert read_frames(path, 4.0).frames[0].elements == ("Si", "H")
    text = frame("energy=-8").replace("species:S:1:pos:R:3", "tag:S:1:pos:R:3:species:S:1")
    path.write_text(text.replace("Si 0 0 0", "D 0 0 0 T").replace("O 1.5 0 2.4", "D 1.5 0 2.4 D"))
    assert read_frames(path, 4.0).frames[0].elements == ("H", "H")
    path.write_text(frame("energy=-8", rows=ROWS.replace("O ", "Si1 ")))
    with pytest.raises(InputError, match="there is no element 'Si1'"):
        read_frames(path, 4.0)


class Bomb:
    """What a pickle can do."""

    def __reduce__(self) -> tuple[Callable[[str], Any], tuple[str]]:
        return Path.touch, (Path("pwned"),)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("df.pckl.gzip", pickle.dumps(Bomb()), "is a pickle, as pacemaker's data sets are: it can run code"),
        ("df.pkl", pickle.dumps(Bomb(), protocol=0), "is a pickle"),
        ("a.traj", b"- of UlmASE-Trajectory", "is a trajectory of ASE.*`ase convert a.traj a.xyz`"),
        ("a.db", b"SQLite format 3\0", "is a database of ASE"),
        ("a.json", b'{"1": {', "is JSON"),
        ("energy.npy", b"\x93NUMPY\1", "is an array of NumPy"),
        ("train.cfg", b"BEGIN_CFG\n Size\n", "is a .cfg of MTP"),
        ("data.h5", b"\x89HDF\r\n\x1a\n", "is an HDF5 file"),
        ("set.000", None, "is a directory"),
    ],
)
def test_files_of_others_are_named_and_never_run(
    name: str, content: bytes | None, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).mkdir() if content is None else Path(name).write_bytes(content)
    with pytest.raises(InputError, match=said):
        read_frames(name, 4.0)
    assert not Path("pwned").exists()


def test_outputs_have_any_name_and_steps_that_did_not_converge_are_left_out(tmp_path: Path) -> None:
    positions = np.array([[0.0, 0, 0], [1.2, 1.3, 1.4]])
    steps = [(positions, -8.0, np.ones((2, 3)), 5), (positions + 0.1, -7.0, np.ones((2, 3)), 60)]
    path = tmp_path / "relaxation.out"
    path.write_text(vasprun(["Si", "O"], 5 * np.eye(3), steps))
    found = read_frames(path, 4.0)
    assert [one.energy for one in found.frames] == [-8.0]
    assert found.doubts == (f"{path}, frame 2 is left out: its electrons did not converge",)


def test_each_program_says_convergence_in_its_own_words() -> None:
    reached, forces = "--- aborting loop because EDIFF is reached ---", " POSITION  TOTAL-FORCE (eV/Angst)"
    vasp = ["Iteration 1( 1)", reached, forces, "Iteration 2( 1)", forces, "Iteration 3( 1)", reached, forces, forces]
    assert unconverged_steps(vasp, "vasp-out") == [False, True, False, False]
    espresso = [
        "Forces acting on atoms",
        "     convergence NOT achieved after 100 iterations",
        "Forces acting on atoms",
    ]
    assert unconverged_steps(espresso, "espresso-out") == [False, True]


def test_an_element_of_one_frame_is_learned_from_and_said() -> None:
    frames = [fit_frame(f"frame {number}", edge=6.0 + number / 10) for number in range(9)]
    rare = fit_frame("rare", "SiGe")
    for seed in range(4):
        data = make_data_set([*frames, rare], 0.5, seed)
        assert "Ge" in data.elements
        assert any(doubt.startswith("Ge is in one of") for doubt in data.doubts) == (len(data.training) >= 5)


def test_atoms_upon_one_another_are_left_out_and_near_ones_said() -> None:
    frames = [fit_frame(f"frame {number}", edge=6.0 + number / 10) for number in range(3)]
    data = make_data_set([*frames, fit_frame("upon", apart=0.05), fit_frame("near", apart=0.5)], 0.0, seed=1)
    assert {one.source for one in data.training} == {"frame 0", "frame 1", "frame 2", "near"}
    assert data.doubts[0] == "upon is left out: two atoms lie 0.05 Å apart"
    assert data.doubts[1].startswith("near: Si and O lie 0.5 Å apart, less than half of their covalent radii")


def test_of_several_lone_atoms_the_lowest_is_e0() -> None:
    frames = [fit_frame("pair"), fit_frame("one", "Si", edge=20.0), fit_frame("other", "Si", edge=30.0)]
    data = make_data_set(frames, 0.0, seed=1)
    form = NewPotential(4.0, BasisLimits(functions=5)).form(data.elements, {})
    basis = Regression.of(form, data.training, FitOptions())
    assert basis.zero_energies[data.elements.index("Si")] == -4.3
    assert "lone atoms of Si have energies from -4.3 to -4.2 eV" in basis.doubts[0]


def test_a_label_that_is_off_is_named() -> None:
    frames = [fit_frame(f"frame {number}") for number in range(6)]
    forced = [
        FitFrame(one.source, one.elements, one.positions, one.cell, one.energy, np.ones((2, 3))) for one in frames
    ]
    found = odd_frames([80.0, 90.0, 100.0, 110.0, 120.0, 900.0], forced)
    assert found == ["frame 5: 900 meV/Å of its forces are left, of others 105: is its label right?"]
