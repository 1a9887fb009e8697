"""Trajectories: frames of every format, described one by one as each alone would be."""

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from program import carvsdb as run
from trajectory_files import AWAY, N_FRAMES, dump_of, frames, write_all

import carvsdb
from carvsdb.errors import CarvsdbError, InputError
from carvsdb.net import Net, followed, library, shift, supercell
from carvsdb_ingest import BondOptions, ReadOptions, describe_each, describe_frames
from carvsdb_ingest.trajectories.frame_slice import FrameSlice
from carvsdb_schemas.frame import FrameDescription

TYPES = ReadOptions(elements=((1, "Si"), (2, "O")))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return write_all(tmp_path_factory.mktemp("trajectory"))


def described(path: Path, chosen: str = "::") -> tuple[list[FrameDescription], list[CarvsdbError]]:
    found = list(describe_frames(path, chosen, read=TYPES if path.suffix == ".dump" else None, max_ring_size=12))
    good = [one for one in found if isinstance(one, FrameDescription)]
    return good, [one for one in found if isinstance(one, CarvsdbError)]


@pytest.mark.parametrize("name", ["run.xyz", "XDATCAR", "run.pdb", "run.traj", "run.dump"])
def test_every_format_has_the_same_frames(files: dict[str, Path], name: str) -> None:
    found, errors = described(files[name])
    assert not errors
    assert [one.frame for one in found] == list(range(N_FRAMES))
    assert [one.coordination for one in found] == [
        {"3": 1, "4": 7} if number in AWAY else {"4": 8} for number in range(N_FRAMES)
    ]
    # Atoms that go through faces of the cell change no edge; the O that leaves and comes back changes one.
    assert [one.changed_edges for one in found] == [None, 0, 0, 0, 0, 1, 0, 1]
    assert {one.clustering for one in found} == {"node-linker"}


def test_a_frame_is_described_as_it_would_be_alone(files: dict[str, Path]) -> None:
    found, _ = described(files["run.xyz"])
    for one, alone in zip(found, describe_each(files["run.xyz"], max_ring_size=12), strict=True):
        assert not isinstance(alone, CarvsdbError)
        assert (one.n_nodes, one.n_edges, one.coordination) == (alone.n_nodes, alone.n_edges, alone.coordination)
        assert (one.ring_counts, one.carvs, one.completeness) == (alone.ring_counts, alone.carvs, alone.completeness)


def test_what_frames_say_of_themselves(files: dict[str, Path]) -> None:
    for name, said in (
        ("run.xyz", (10, 0.01, 301.0)),
        ("run.traj", (10, 0.01, 301.0)),
        ("run.dump", (10, None, None)),
        ("XDATCAR", (2, None, None)),
    ):
        (one,), _ = described(files[name], "1")
        assert (one.step, one.time, one.temperature) == said


@pytest.mark.parametrize(
    ("chosen", "numbers"),
    [
        ("::3", [0, 3, 6]),
        ("-2:", [6, 7]),
        ("-1", [7]),
        ("2:4", [2, 3]),
        (":-6", [0, 1]),
        ("-100:2", [0, 1]),
        ("6:99", [6, 7]),
    ],
)
def test_choices(files: dict[str, Path], chosen: str, numbers: list[int]) -> None:
    assert [one.frame for one in described(files["XDATCAR"], chosen)[0]] == numbers


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ("8:", "has no frame 8:; it holds 8 frames"),
        ("9", "has no frame 9"),
        ("-9", "has no frame -9; it holds 8"),
        ("5:2", "are none"),
        ("-3:-5", "has no frame"),
    ],
)
def test_frames_that_are_not_there(files: dict[str, Path], chosen: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence) as found:
        described(files["run.xyz"], chosen)
    assert found.value.path == str(files["run.xyz"])


@pytest.mark.parametrize("text", ["", "a", "1:2:3:4", "::0", "::-1", "1.5", "1e3", "--1", ": :x"])
def test_no_choices(text: str) -> None:
    with pytest.raises(InputError, match="frames"):
        FrameSlice.parse(text)


def test_unreadable_frames_are_named_and_the_others_stay(files: dict[str, Path], tmp_path: Path) -> None:
    lines = files["run.xyz"].read_text().splitlines()
    lines[26 * 1 + 5] = "O nan 1 2"
    lines[26 * 2] = "xx"
    lines[26 * 3 + 1] = "no cell here"
    del lines[26 * 6 + 10]
    broken = tmp_path / "broken.xyz"
    broken.write_text("\n".join(lines[:-3]) + "\n")
    found, errors = described(broken)
    assert [one.frame for one in found] == [0, 4, 5]
    assert [str(error).split(": ", 2)[1] for error in errors] == [f"frame {number}" for number in (1, 2, 3, 6, 7)]
    places = [getattr(error, "line", None) for error in errors]
    assert places == [26 + 6, 26 * 2 + 1, 26 * 3 + 2, 26 * 6 + 1, 26 * 7]
    assert "cut off" in str(errors[-1])


def test_files_that_are_cut_off(files: dict[str, Path], tmp_path: Path) -> None:
    for name in ("XDATCAR", "run.dump", "run.pdb", "run.traj", "run.xyz"):
        cut = tmp_path / name
        content = files[name].read_bytes()
        cut.write_bytes(content[: len(content) * 2 // 3])
        found, errors = described(cut)
        assert 3 <= len(found) < N_FRAMES
        assert errors
        assert "cut off" in str(errors[0])
    # As VMD and CP2K write it: frames end by END and begin by nothing; cut at the end of a line.
    lines = [one for one in files["run.pdb"].read_text().splitlines() if not one.startswith("MODEL")]
    cut = tmp_path / "ends.pdb"
    cut.write_text("\n".join(lines[:-3]).replace("ENDMDL", "END") + "\n")
    found, errors = described(cut)
    assert [one.frame for one in found] == list(range(N_FRAMES - 1))
    assert f"frame {N_FRAMES - 1}: the model has no ENDMDL or END" in str(errors[0])
    packed = tmp_path / "cut.xyz.gz"
    content = gzip.compress(files["run.xyz"].read_bytes(), mtime=0)
    packed.write_bytes(content[: len(content) // 2])
    found, errors = described(packed)
    assert len(found) >= 2
    assert "cannot be expanded" in str(errors[-1])


def test_atoms_that_come_and_go(tmp_path: Path) -> None:
    """Frames of other numbers of atoms, of other cells, and one that has no net."""
    series: list[Any] = frames()[:4]
    series[1] = series[1].repeat((2, 1, 1))
    series[2].set_cell(series[2].cell * 1.01, scale_atoms=True)
    series[3].set_cell(series[3].cell * 3.0, scale_atoms=True)
    text = tmp_path / "changing.xyz"
    from ase.io import write

    write(text, series, format="extxyz")
    found, errors = described(text)
    assert [(one.n_nodes, one.changed_edges) for one in found] == [(8, None), (16, None), (8, None)]
    assert found[1].carvs == found[0].carvs
    assert found[2].volume != found[0].volume
    assert "frame 3" in str(errors[0])


def test_nets_are_frames_too(tmp_path: Path) -> None:
    from carvsdb_ingest.writers import write_cgd

    file = tmp_path / "two.cgd"
    write_cgd([library.load("dia"), library.load("sod")], file)
    found, _ = described(file)
    assert [one.ring_counts for one in found] == [{"6": 4}, {"4": 3, "6": 4, "12": 16}]
    assert [one.changed_edges for one in found] == [None, None]


def test_a_net_is_followed_through_the_faces_of_its_cell() -> None:
    bare = supercell(library.load("dia"), (2, 2, 2))
    places = np.random.default_rng(0).random((bare.n_vertices, 3))
    net = Net.from_edges(bare.edges, bare.n_vertices, positions=places, cell=np.eye(3))
    rng = np.random.default_rng(1)
    moved = shift(net, rng.integers(-1, 2, (net.n_vertices, 3)))
    assert not moved.same_as(net)
    assert followed(moved, net.positions).same_as(net)
    assert followed(moved, net.positions).positions is not None
    assert followed(bare, net.positions) is bare


def test_the_command(files: dict[str, Path], tmp_path: Path) -> None:
    table = tmp_path / "frames.parquet"
    done = run("describe", str(files["run.xyz"]), "--frames", "::2", "--max-ring-size", "12", "-o", str(table))
    assert done.code == 0, done.err
    rows = pq.read_table(table).to_pylist()
    assert [row["frame"] for row in rows] == [0, 2, 4, 6]
    assert json.loads(rows[0]["coordination"]) == {"4": 8}
    assert len(rows[0]["carvs.vector"]) == 12
    for against in ("time", "temperature"):
        figure = tmp_path / f"{against}.svg"
        drawn = run("plot", "frames", str(table), "-o", str(figure), "--against", against)
        assert drawn.code == 0, drawn.err
        assert drawn.out == f"4 frames drawn in {figure}\n"
        assert figure.read_bytes().startswith(b"<?xml")
    refused = run("plot", "frames", str(table), "-o", str(tmp_path / "x.png"), "--against", "pressure")
    assert refused.code == 2


def test_the_command_names_what_it_cannot_read(files: dict[str, Path], tmp_path: Path) -> None:
    cut = tmp_path / "cut.dump"
    cut.write_text("".join(dump_of(number, frame) for number, frame in enumerate(frames()[:3]))[:-200])
    asked = ("describe", str(cut), "--types", "1=Si,2=O", "--max-ring-size", "12", "--pool", "--frames")
    done = run(*asked, "::")
    assert done.code == 6
    assert "frame 2" in done.err
    assert "pooled, 2 nets, 16 nodes" in done.out
    assert run(*asked, "7:").code == 3
    assert run(*asked, "::0").code == 2
    assert run(*asked, "::", "--units").code == 2
    nothing = run("describe", str(cut), "--frames", "0")
    assert nothing.code == 3
    assert "--types" in nothing.err


def test_a_bond_rule_holds_for_all_frames(files: dict[str, Path]) -> None:
    options = ReadOptions(bonds=BondOptions(tolerance=0.1))
    found = [one for one in carvsdb.describe_frames(files["run.xyz"], ":3", read=options, max_ring_size=8)]
    assert {one.bond_rule for one in found if isinstance(one, FrameDescription)} == {"covalent radii + 0.1 Å"}


def test_another_order_of_atoms_and_a_restart_are_doubts(tmp_path: Path) -> None:
    from ase.io import write

    series: list[Any] = frames()[:3]
    order = np.random.default_rng(0).permutation(len(series[0]))
    shuffled = [series[0], series[0][order]]
    with_guest = [series[0], series[0] + type(series[0])("Ar", positions=[[0.3, 0.2, 0.1]])]
    for number, one in enumerate([series[0], series[1], series[1].copy()]):
        one.info["step"] = min(number, 1)
        series[number] = one
    told = {}
    for name, atoms in (("shuffled", shuffled), ("guest", with_guest), ("restart", series)):
        write(tmp_path / f"{name}.xyz", atoms, format="extxyz")
        found, _ = described(tmp_path / f"{name}.xyz")
        told[name] = [
            (one.changed_edges is None, [words for words in one.quality if "before" in words]) for one in found
        ]
    tagged = series[0].copy()
    tagged.set_tags(1)
    for number, one in enumerate(several := [tagged, tagged.copy()]):
        one.info["step"] = 5 * (number + 1)
    write(tmp_path / "tagged.xyz", several, format="extxyz")
    found, _ = described(tmp_path / "tagged.xyz")
    assert [one.step for one in found] == [5, 10]
    assert told["shuffled"][1][0]
    assert "vertices are other atoms than in the frame before" in told["shuffled"][1][1][-1]
    assert not told["guest"][1][0]
    assert [len(sentences) for _, sentences in told["restart"]] == [0, 0, 1]
    assert "step 1 does not come behind that of the frame before, 1" in told["restart"][2][1][0]
