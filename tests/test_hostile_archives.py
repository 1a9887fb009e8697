"""Archives and compressed files of somebody else: bombs, links, devices, names that lead out, endless headers."""

import bz2
import gzip
import io
import lzma
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from carvsdb.catalogue import Catalogue
from carvsdb.errors import CarvsdbError, InputError
from carvsdb_ingest.analysis.read import read_each
from carvsdb_ingest.files import archives, compressed, limits
from carvsdb_ingest.files.text_file import TextFile
from carvsdb_ingest.sources.rcsr import RCSR
from carvsdb_ingest.tasks.inputs import file_jobs
from carvsdb_ingest.tasks.jobs import JobOptions
from carvsdb_ingest.tasks.pipeline import ingest_files

SQL = b"PERIODIC_GRAPH\nEDGES\n 1 1 1 0\n 1 1 0 1\nEND\n"


def add(archive: tarfile.TarFile, name: str, content: bytes = SQL, **about: object) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for key, value in about.items():
        setattr(info, key, value)
    archive.addfile(info, io.BytesIO(content) if info.isreg() else None)


def nested() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        add(archive, "inside.cgd")
    return stream.getvalue()


REFUSED: dict[str, tuple[Callable[[tarfile.TarFile], None], str]] = {
    "symbolic link": (lambda tar: add(tar, "a.cgd", b"", type=tarfile.SYMTYPE, linkname="/etc/passwd"), "is a link"),
    "hard link": (lambda tar: add(tar, "a.cgd", b"", type=tarfile.LNKTYPE, linkname="../../etc/passwd"), "is a link"),
    "device": (lambda tar: add(tar, "a.cgd", b"", type=tarfile.CHRTYPE, devmajor=1, devminor=5), "is a link"),
    "pipe": (lambda tar: add(tar, "a.cgd", b"", type=tarfile.FIFOTYPE), "is a link"),
    "nested": (lambda tar: add(tar, "a.tar.gz", nested()), "archive within an archive"),
    "nested in a folder": (lambda tar: add(tar, "x/y/a.tgz", nested()), "archive within an archive"),
    "bomb in gz": (lambda tar: add(tar, "a.cgd.gz", gzip.compress(bytes(2**27), 9)), "expands from"),
    "twice compressed": (lambda tar: add(tar, "a.cgd.gz", gzip.compress(gzip.compress(SQL))), "binary"),
    "no UTF-8 in its name": (lambda tar: add(tar, "a\udcff.cgd"), "no UTF-8"),
    "empty": (lambda tar: add(tar, "a.cgd", b""), "is empty"),
    "large": (lambda tar: add(tar, "a.cgd", SQL + b"#" * 300_000), "that an input may have"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_member_is_refused_and_the_others_are_read(kind: str, tmp_path: Path) -> None:
    make, sentence = REFUSED[kind]
    path = tmp_path / "many.tar"
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT, errors="surrogateescape") as archive:
        make(archive)
        add(archive, "good.cgd")
    before = set(tmp_path.rglob("*"))
    with Catalogue.in_memory() as catalogue:
        report = ingest_files(catalogue, [path], max_input_size=200_000 if kind == "large" else 2**30)
        assert report.added == ["good"]
        ((file, error),) = report.rejected
        assert sentence in str(error)
        assert file.startswith(str(path))
    assert set(tmp_path.rglob("*")) == before
    if kind not in ("large", "no UTF-8 in its name"):
        assert sum(isinstance(one, CarvsdbError) for one in read_each(path)) == 1


@pytest.mark.parametrize(
    "name", ["/etc/cron.d/a.cgd", "../../a.cgd", "x/../../a.cgd", "C:\\a.cgd", "a\nb.cgd", "\x1b[2Ja.cgd"]
)
def test_names_lead_nowhere(name: str, tmp_path: Path) -> None:
    path = tmp_path / "many.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        add(archive, name)
    with Catalogue.in_memory() as catalogue:
        assert len(ingest_files(catalogue, [path]).added) == 1
    assert list(tmp_path.rglob("*")) == [path]


def long_name(size: int, kind: bytes) -> bytes:
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = kind, size
    return info.tobuf(tarfile.GNU_FORMAT)


@pytest.mark.parametrize("kind", [tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.XGLTYPE])
def test_a_name_of_gigabytes_is_not_read(kind: bytes, tmp_path: Path) -> None:
    path = tmp_path / "long.tar"
    path.write_bytes(long_name(2**32, kind) + b"a" * 4096)
    ((job),) = file_jobs(path, JobOptions())
    assert "a header of 4294967296 bytes" in str(job.refusal)


@pytest.mark.parametrize("packer", [gzip.compress, lzma.compress, bz2.compress])
def test_an_archive_that_expands_without_end(
    packer: Callable[[bytes], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        add(archive, "good.cgd")
        add(archive, "zeros.bin", bytes(2**24))
    path = tmp_path / "bomb.tar.gz"
    path.write_bytes(packer(stream.getvalue()))
    monkeypatch.setattr(limits, "LARGEST_RATIO", 1)
    *jobs, last = file_jobs(path, JobOptions(max_input_size=2**22))
    assert len(jobs) == 1
    assert "expands to more than 4 MiB" in str(last.refusal)


def test_too_many_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "many.tar"
    with tarfile.open(path, "w") as archive:
        for number in range(12):
            add(archive, f"{number}.cgd")
    monkeypatch.setattr(archives, "MOST_MEMBERS", 10)
    *jobs, last = file_jobs(path, JobOptions())
    assert len(jobs) == 10
    assert "more than 10 members" in str(last.refusal)


@pytest.mark.parametrize("suffix", archives.ARCHIVES)
@pytest.mark.parametrize(
    "content", [b"", b"no archive", SQL, bytes(5000), b"\x1f\x8b\x08", b"BZh9", b"\xfd7zXZ\x00\x00"]
)
def test_what_is_no_archive(suffix: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(content)
    ((job),) = file_jobs(path, JobOptions())
    assert isinstance(job.refusal, InputError)


def zipped(name: str = "nets/dia.cgd", content: bytes = SQL, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method, compresslevel=9) as archive:
        archive.writestr(name, content)
        archive.writestr("a/readme.txt", "no net")
    return stream.getvalue()


def encrypted() -> bytes:
    content = bytearray(zipped(method=zipfile.ZIP_STORED))
    content[6] |= 1  # the flag of the local header, and that of the directory
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def lying() -> bytes:
    """Return an archive that says a bomb of 128 MiB has 1,000 bytes."""
    content = bytearray(zipped(content=bytes(2**27)))
    at = content.index(b"PK\x01\x02")
    content[22:26] = content[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    return bytes(content)


ZIPS: dict[str, tuple[bytes, str]] = {
    "bomb": (zipped(content=bytes(2**27)), "expands from"),
    "bomb by lzma": (zipped(content=bytes(2**27), method=zipfile.ZIP_LZMA), "expands from"),
    "a size that is none": (lying(), "damaged"),
    "encrypted": (encrypted(), "encrypted"),
    "cut off": (zipped()[:-30], "as a zip archive"),
    "damaged": (zipped(method=zipfile.ZIP_STORED).replace(b"EDGES", b"edges"), "CRC"),
    "unknown method": (zipped().replace(b"\x14\x00\x00\x00\x08\x00", b"\x14\x00\x00\x00\x63\x00"), "not supported"),
    "nothing but its sign": (b"PK\x05\x06", "as a zip archive"),
    "no zip": (b"PK but no archive", "as a zip archive"),
}


@pytest.mark.parametrize("kind", ZIPS)
def test_zip_archives(kind: str, tmp_path: Path) -> None:
    content, sentence = ZIPS[kind]
    path = tmp_path / "RCSR_topology.zip"
    path.write_bytes(content)
    with pytest.raises(InputError, match=sentence):
        list(RCSR.files(path).files)  # type: ignore[misc]
    assert list(tmp_path.iterdir()) == [path]


def test_names_of_zip_archives_lead_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(zipped("../../../dia.cgd"))
    (file,) = RCSR.files(path).files  # type: ignore[misc]
    assert (file.content, file.id_in_source) == (SQL, "dia")
    wheel = tmp_path / "pormake.whl"
    wheel.write_bytes(zipped("pormake/database/topologies/RCSR_topology.zip", zipped("/dia.cgd")))
    (file,) = RCSR.files(wheel).files  # type: ignore[misc]
    assert file.content == SQL
    assert set(tmp_path.iterdir()) == {path, wheel}


@pytest.mark.parametrize("packer", [gzip.compress, lzma.compress, bz2.compress])
def test_bombs_take_little_memory(packer: Callable[[bytes], bytes], tmp_path: Path) -> None:
    path = tmp_path / "bomb.cgd.gz"
    path.write_bytes(packer(b"\n" * (2**26 + 1)))
    code = (
        "import resource, sys\n"
        "from carvsdb_ingest.files.text_file import TextFile\n"
        "resource.setrlimit(resource.RLIMIT_DATA, (2**28, 2**28))\n"
        "try: TextFile.load(sys.argv[1])\n"
        "except Exception as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    assert "expands from" in done.stdout


def test_streams_that_follow_each_other_and_large_dictionaries() -> None:
    content = b"abc" * 100_000
    for packer in (gzip.compress, lzma.compress, bz2.compress):
        assert compressed.expand(packer(content) + packer(content), "a", 2**30) == content * 2
    huge = lzma.compress(b"a", filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 2**30}])
    with pytest.raises(InputError, match="cannot be expanded"):
        compressed.expand(huge, "a", 2**30)


@pytest.mark.parametrize(
    ("text", "size"),
    [("1GiB", 2**30), ("500 MB", 5 * 10**8), ("1e6", 10**6), ("2k", 2000), ("7 b", 7), ("1.5KiB", 1536)],
)
def test_sizes(text: str, size: int) -> None:
    assert limits.size_from_words(text) == size


@pytest.mark.parametrize("text", ["", "0", "-1", "GiB", "1 XB", "nan", "inf", "1e400", "9" * 10**5, "1 GiB\n2"])
def test_sizes_that_are_none(text: str) -> None:
    with pytest.raises(InputError, match="a size is"):
        limits.size_from_words(text)


def test_too_many_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carvsdb_ingest.files.text_file.MOST_LINES", 10)
    with pytest.raises(InputError, match="more than 10 lines"):
        TextFile.decode(b"a\n" * 11, "a.cgd")
