"""Files that appear whole or not at all."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from carvsdb.atomic_write import atomic_file, clear_drafts, draft_beside, write_bytes, write_text
from carvsdb.errors import InputError, RefusedError

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no umask, no pipes in folders and no such limits")


@pytest.fixture
def umask() -> Iterator[int]:
    before = os.umask(0o027)
    yield 0o027
    os.umask(before)


def test_the_old_file_stays_until_the_end(tmp_path: Path) -> None:
    file = tmp_path / "net.cgd"
    write_text(file, "old")
    with atomic_file(file) as draft:
        draft.write(b"new")
        assert file.read_text() == "old"
    assert file.read_text() == "new"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_failure_leaves_the_old_file_and_no_draft(tmp_path: Path, error: type[BaseException]) -> None:
    file = tmp_path / "net.cgd"
    write_text(file, "old")

    def fail_in_the_middle() -> None:
        with atomic_file(file) as draft:
            draft.write(b"half")
            raise error

    with pytest.raises(error):
        fail_in_the_middle()
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_an_error_of_the_system_is_a_sentence(tmp_path: Path) -> None:
    with (
        pytest.raises(RefusedError, match=r"net\.cgd: cannot be written \(No space left on device\); make room"),
        atomic_file(tmp_path / "net.cgd"),
    ):
        raise OSError(28, "No space left on device")
    with pytest.raises(InputError, match=r"x\.cgd: cannot be written: the folder .*nowhere does not exist"):
        write_text(tmp_path / "nowhere" / "x.cgd", "")
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="does not exist"):
        write_text(tmp_path / "file" / "x.cgd", "")
    with pytest.raises(InputError, match="it is a folder"):
        write_text(tmp_path, "")
    with pytest.raises(InputError, match="zero byte"):
        write_text(tmp_path / "a\0b", "")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@posix
def test_a_full_disk(tmp_path: Path) -> None:
    # A limit on the size of files stands for the disk; it holds for a process of its own only.
    program = (
        "import resource, signal, sys; from carvsdb.atomic_write import write_bytes\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "write_bytes(sys.argv[1], bytes(5000))"
    )
    (tmp_path / "file").write_bytes(b"old")
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "file")], capture_output=True, text=True, check=False
    )
    assert "RefusedError" in done.stderr
    assert "File too large" in done.stderr
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


@posix
def test_links_are_replaced_and_not_followed(tmp_path: Path) -> None:
    victim, link, dangling = tmp_path / "victim", tmp_path / "link", tmp_path / "dangling"
    victim.write_text("precious")
    link.symlink_to(victim)
    dangling.symlink_to(tmp_path / "elsewhere")
    for place in (link, dangling):
        write_text(place, "new")
        assert not place.is_symlink()
        assert place.read_text() == "new"
    assert victim.read_text() == "precious"
    assert not (tmp_path / "elsewhere").exists()


@posix
def test_a_planted_draft_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    victim, file = tmp_path / "victim", tmp_path / "net.cgd"
    victim.write_text("precious")
    monkeypatch.setattr("carvsdb.atomic_write.os.urandom", bytes)
    draft_beside(file).symlink_to(victim)
    with pytest.raises(RefusedError):
        write_text(file, "new")
    assert victim.read_text() == "precious"
    assert not file.exists()


@posix
def test_permissions(tmp_path: Path, umask: int) -> None:
    new, kept = tmp_path / "new", tmp_path / "kept"
    write_text(new, "")
    assert new.stat().st_mode & 0o777 == 0o666 & ~umask
    kept.write_text("")
    for mode in (0o600, 0o664):
        kept.chmod(mode)
        write_text(kept, "new")
        assert kept.stat().st_mode & 0o777 == mode


@posix
def test_what_is_no_file_is_left_alone(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "null").symlink_to("/dev/null")
    for name in ("pipe", "null"):
        with pytest.raises(InputError, match="a device, a pipe or a socket"):
            write_text(tmp_path / name, "")
    with pytest.raises(InputError, match="a device"):
        write_text("/dev/null", "")
    assert Path("/dev/null").is_char_device()


def test_without_overwriting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "net.cgd"
    write_text(file, "first", overwrite=False)
    with pytest.raises(RefusedError, match=r"net\.cgd: exists already"):
        write_text(file, "second", overwrite=False)
    # Somebody else is faster.
    late = tmp_path / "late.cgd"
    with pytest.raises(RefusedError, match="exists already"), atomic_file(late, overwrite=False):
        late.write_text("theirs")
    assert (file.read_text(), late.read_text()) == ("first", "theirs")

    def no_links(*_: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr("carvsdb.atomic_write.os.link", no_links)
    write_text(tmp_path / "other", "first", overwrite=False)
    with pytest.raises(RefusedError, match="exists already"), atomic_file(tmp_path / "last", overwrite=False):
        (tmp_path / "last").write_text("theirs")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["last", "late.cgd", "net.cgd", "other"]


@pytest.mark.parametrize("name", ["x" * 255, "Å" * 127 + "x", "a b\n'$(rm).cif", ".hidden", "ends."])
def test_odd_names(tmp_path: Path, name: str) -> None:
    if os.name == "nt":
        name = "".join(letter for letter in name if letter.isalnum())
    write_bytes(tmp_path / name, b"1")
    write_bytes(tmp_path / name, b"2")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"2"]


def test_text_that_is_no_unicode(tmp_path: Path) -> None:
    write_text(tmp_path / "file", "caf\udce9 Å\r\n")
    assert (tmp_path / "file").read_bytes() == "caf\\udce9 Å\r\n".encode()


@posix
def test_drafts_of_dead_processes_are_cleared(tmp_path: Path) -> None:
    program = (
        "import os, sys; from carvsdb.atomic_write import *\nwith atomic_file(sys.argv[1]): os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", program, str(tmp_path / "net")], check=False).returncode == -9
    (dead,) = tmp_path.iterdir()
    folder = tmp_path / dead.name.replace("net", "release")
    folder.mkdir()
    (folder / "table").write_text("")
    kept = {
        draft_beside(tmp_path / "mine"),
        tmp_path / dead.name.replace(socket.gethostname(), "another-machine"),
        tmp_path / ".notes.part",
        tmp_path / "net",
    }
    for path in kept:
        path.write_text("")
    assert set(clear_drafts(tmp_path)) == {dead, folder}
    assert set(tmp_path.iterdir()) == kept
