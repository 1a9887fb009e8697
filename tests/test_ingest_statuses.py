"""Every input ends with a status and a cause: what hangs, what crashes, what has no net, what is no structure."""

import gzip
import io
import lzma
import tarfile
from pathlib import Path

import pytest
from program import carvsdb

from carvsdb.catalogue import Catalogue
from carvsdb.errors import InputError
from carvsdb_ingest.analysis.item import ReadOptions
from carvsdb_ingest.tasks.jobs import JobOptions
from carvsdb_ingest.tasks.pipeline import Workers, ingest_files, net_files

SILICA = """6
Lattice="0 {a} {a} {a} 0 {a} {a} {a} 0" Properties=species:S:1:pos:R:3
Si 0 0 0
Si {q} {q} {q}
O {e} {e} {e}
O {e} {f} {f}
O {f} {e} {f}
O {f} {f} {e}
"""


def silica(a: float = 3.58) -> str:
    return SILICA.format(a=a, q=a / 2, e=a / 4, f=3 * a / 4)


MOLECULE = '2\nLattice="9 0 0 0 9 0 0 0 9"\nC 0 0 0\nO 1.1 0 0\n'
NO_CELL = "2\n\nC 0 0 0\nO 1.1 0 0\n"
LONELY = '2\nLattice="9 0 0 0 9 0 0 0 9"\nZn 0 0 0\nZn 4.5 4.5 4.5\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "files"
    found.mkdir()
    for name, text in (
        ("quartz.xyz", silica()),
        ("molecule.xyz", MOLECULE),
        ("no-cell.xyz", NO_CELL),
        ("lonely.xyz", LONELY),
    ):
        (found / name).write_text(text)
    return found


@pytest.fixture
def deadly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    monkeypatch.setattr("carvsdb_ingest.tasks.worker_pool.FUNCTION", "deadly_jobs:do_or_die")


def test_a_hung_and_a_crashed_structure_do_not_stop_the_run(folder: Path, deadly: None) -> None:
    (folder / "hang.xyz").write_text(silica(3.6))
    (folder / "crash.xyz").write_text(silica(3.61))
    for number, name in enumerate(("unsent", "unread")):
        (folder / f"{name}.xyz").write_text(silica(3.62 + number / 100))
    with Catalogue.in_memory() as catalogue:
        report = ingest_files(catalogue, net_files([folder]), time_limit=4)
        assert report.added == ["quartz"]
        assert dict(report.by_cause) == {
            ("named", ""): 1,
            ("no net", "0-periodic"): 1,
            ("no net", "no bonds"): 1,
            ("timeout", "time limit"): 1,
            ("error", "crashed"): 1,
            ("error", "internal error"): 2,
            ("error", "bad input"): 1,
        }
        rows = catalogue.sql("SELECT input, status, cause FROM attempt ORDER BY input").rows()
        told = {Path(row["input"]).name: (row["status"], row["cause"]) for row in rows}
        assert told["hang.xyz"][0] == "timeout"
        assert told["molecule.xyz"] == (
            "no net",
            f"0-periodic: {folder / 'molecule.xyz'}: {told['molecule.xyz'][1].split(': ', 2)[2]}",
        )
        # Another run does nothing again, and says the same; --retry tries what was rejected.
        again = ingest_files(catalogue, net_files([folder]), time_limit=4)
        assert again.added == []
        assert again.by_cause == report.by_cause
        assert sorted(str(error) for _, error in again.rejected) == sorted(str(error) for _, error in report.rejected)


def test_rejected_inputs_are_tried_again_only_if_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    path = tmp_path / "hang.xyz"
    path.write_text(silica())
    with Catalogue.in_memory() as catalogue:
        with monkeypatch.context() as patched:
            patched.setattr("carvsdb_ingest.tasks.worker_pool.FUNCTION", "deadly_jobs:do_or_die")
            assert dict(ingest_files(catalogue, [path], time_limit=3).by_status) == {"timeout": 1}
        assert dict(ingest_files(catalogue, [path]).by_status) == {"timeout": 1}
        assert dict(ingest_files(catalogue, [path], retry=True).by_status) == {"named": 1}


def test_workers_do_the_same(folder: Path, tmp_path: Path, deadly: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with Catalogue.open(tmp_path / "a.duckdb") as catalogue:
        report = ingest_files(catalogue, net_files([folder]), workers=Workers(2))
        assert report.added == ["quartz"]
        assert report.by_status["no net"] == 2


def test_archives_are_streams_of_files(tmp_path: Path) -> None:
    def add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))

    path = tmp_path / "many.tar.xz"
    with tarfile.open(path, "w:xz") as archive:
        add(archive, "set/one.xyz", silica().encode())
        add(archive, "set/two.xyz.gz", gzip.compress(silica(3.6).encode()))
        add(archive, "set/readme.txt", b"no structure")
        add(archive, "set/bad.xyz", NO_CELL.encode())
    with Catalogue.in_memory() as catalogue:
        report = ingest_files(catalogue, net_files([tmp_path]))
        assert (report.files, sorted(report.added)) == (3, ["one", "two"])
        ((file, error),) = report.rejected
        assert file == f"{path}/set/bad.xyz"
        assert "there is no cell" in str(error)
        assert sorted(ingest_files(catalogue, [path]).unchanged) == ["one", "two"]
    path.write_bytes(path.read_bytes()[:-40])
    with Catalogue.in_memory() as catalogue:
        rejected = ingest_files(catalogue, [path]).rejected
        assert "many.tar.xz" in str(rejected[-1][1])
        ((_, missing),) = ingest_files(catalogue, [tmp_path / "none.tar"]).rejected
        assert "there is no such file" in str(missing)


def test_describe_goes_on_after_a_file_of_an_archive_that_has_no_net(tmp_path: Path) -> None:
    path = tmp_path / "two.tar"
    with tarfile.open(path, "w") as archive:
        for name, text in (("bad.xyz", NO_CELL), ("good.xyz", silica()), ("lonely.xyz", LONELY)):
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    done = carvsdb("describe", path, "--json")
    assert done.code == 6
    assert done.json["label"] == "good"
    assert "bad.xyz:2: there is no cell" in done.err
    assert "lonely.xyz" in done.err


def test_compressed_files(tmp_path: Path) -> None:
    from carvsdb_ingest.analysis import read_items

    (tmp_path / "a.xyz.gz").write_bytes(gzip.compress(silica().encode()))
    (tmp_path / "b.xyz.xz").write_bytes(lzma.compress(silica().encode()))
    (one,), (other,) = read_items(tmp_path / "a.xyz.gz"), read_items(tmp_path / "b.xyz.xz")
    assert (one.label, other.label) == ("a", "b")
    assert one.net.same_as(other.net)
    (tmp_path / "a.xyz.gz").write_bytes(gzip.compress(silica().encode())[:-9])
    with pytest.raises(InputError, match="cannot be expanded"):
        read_items(tmp_path / "a.xyz.gz")


def test_several_frames_and_clusterings_are_entries_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "frames.xyz"
    path.write_text(silica() + silica(3.7))
    read = ReadOptions(clusterings=("node-linker", "single-node"))
    with Catalogue.in_memory() as catalogue:
        report = ingest_files(catalogue, [path], read=read)
        assert sorted(report.added) == ["frames#1", "frames#1", "frames#2", "frames#2"]
        again = ingest_files(catalogue, [path], read=read)
        assert (again.added, len(again.unchanged)) == ([], 4)
        kinds = catalogue.sql("SELECT DISTINCT clustering FROM net ORDER BY ALL").rows()
        assert [row["clustering"] for row in kinds] == ["node-linker", "single-node"]
        stored = catalogue.sql("SELECT formula, round(density, 2) AS density FROM structure ORDER BY ALL").rows()
        assert [(row["formula"], row["density"]) for row in stored] == [("O2Si", 1.97), ("O2Si", 2.17)]
        quantities = catalogue.sql("SELECT DISTINCT quantity FROM geometry ORDER BY ALL").rows()
        assert "node-linker-node angle" in [row["quantity"] for row in quantities]


def test_the_command_line_counts_by_status_and_cause(folder: Path, tmp_path: Path) -> None:
    db = tmp_path / "a.duckdb"
    done = carvsdb("ingest", folder, "--db", db, "--time-limit", "100")
    assert done.code == 6
    lines = done.out.splitlines()
    assert lines[0].endswith("1 added, 0 unchanged, 3 rejected")
    assert lines[1].split() == ["status", "cause", "nets"]
    assert [line.split()[-1] for line in lines[2:]] == ["1"] * 4
    told = carvsdb("ingest", folder, "--db", db, "--json")
    assert {"status": "no net", "cause": "0-periodic", "number": 1} in told.json["by_cause"]
    assert {one["cause"] for one in told.json["rejected"]} == {"0-periodic", "no bonds", "bad input"}


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan"), float("inf")])
def test_a_time_limit_is_a_number_of_seconds(seconds: float) -> None:
    with pytest.raises(InputError, match="time limit"):
        JobOptions(time_limit=seconds)
