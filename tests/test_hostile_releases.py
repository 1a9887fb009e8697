"""Releases of somebody who means harm: every command that reads one refuses it in a sentence and writes nothing."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from program import carvsdb
from release_cards import NETS, card_of, sealed

from carvsdb.catalogue import Catalogue
from carvsdb.catalogue.maintenance import checksums
from carvsdb.releases import BuildOptions, build_release
from carvsdb.releases.card import card_text


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with Catalogue.in_memory() as catalogue:
        catalogue.add(NETS)
        options = BuildOptions(database=False)
        return build_release(catalogue, card_of(), tmp_path_factory.mktemp("built") / "release", options).folder


@pytest.fixture
def release(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "release"))


def replaced_by_link(release: Path) -> None:
    (release / "LICENSE").unlink()
    (release / "LICENSE").symlink_to("/etc/passwd")


def linked_folder(release: Path) -> None:
    (release / "etc").symlink_to("/etc")


def link_that_leads_nowhere(release: Path) -> None:
    (release / "CHANGES.md").unlink()
    (release / "CHANGES.md").symlink_to("CHANGES.md")


def pipe(release: Path) -> None:
    (release / "README.md").unlink()
    os.mkfifo(release / "README.md")


def folder_for_a_file(release: Path) -> None:
    (release / "card.yaml").unlink()
    (release / "card.yaml").mkdir()


def listed(name: str) -> Callable[[Path], None]:
    def put(release: Path) -> None:
        with (release / checksums.FILE).open("a") as file:
            file.write(f"{'0' * 64}  {name}\n")

    return put


def manifest(change: Callable[[Any], None]) -> Callable[[Path], None]:
    def put(release: Path) -> None:
        content = json.loads((release / "release.json").read_text())
        change(content)
        (release / "release.json").write_text(json.dumps(content))
        checksums.write(release)

    return put


def text(name: str, content: bytes) -> Callable[[Path], None]:
    def put(release: Path) -> None:
        (release / name).write_bytes(content)
        checksums.write(release)

    return put


def hole(name: str) -> Callable[[Path], None]:
    """Put 10 GB of zeros that take no room on the disk."""

    def put(release: Path) -> None:
        checksums.write(release)
        with (release / name).open("wb") as file:
            file.truncate(10**10)

    return put


def other_columns(release: Path) -> None:
    pq.write_table(pa.table({"id": ["x"], "evil": ["y"]}), release / "net.parquet")
    checksums.write(release)


def no_parquet(release: Path) -> None:
    (release / "carvs.parquet").write_bytes(b"PAR1" + b"\xff" * 200 + b"PAR1")
    checksums.write(release)


def escapes_in_labels(release: Path) -> None:
    """Let labels move the cursor and be twice there; everything else is as it should be."""
    path = release / "structure.parquet"
    table = pq.read_table(path)
    place = table.column_names.index("label")
    labels = pa.array(["\x1b[2J\x1b]0;x\x07<script>alert(1)</script>"] * table.num_rows, pa.string())
    pq.write_table(table.set_column(place, table.schema.field(place), labels), path)
    sealed(release)


HOSTILE = {
    "a link for a file": replaced_by_link,
    "a linked folder": linked_folder,
    "a link to itself": link_that_leads_nowhere,
    "a pipe": pipe,
    "a folder for a file": folder_for_a_file,
    "a name above the folder": listed("../outside.txt"),
    "an absolute name": listed("/etc/passwd"),
    "a name with backslashes": listed("..\\outside.txt"),
    "a list with an escape": listed("\x1b[2Jx"),
    "a table above the folder": manifest(lambda one: one["tables"]["net"].update(file="../net.parquet")),
    "a part above the folder": manifest(lambda one: one["parts"].append("../../x")),
    "a table that no release has": manifest(lambda one: one["tables"].update(evil=one["tables"]["net"])),
    "a manifest that is nested": text("release.json", b"[" * 100_000),
    "a manifest with another form": text("release.json", b'{"name": {"a": 1}}'),
    "a card with a tag": text("card.yaml", b"!!python/object/apply:os.system ['touch /tmp/pwned']\n"),
    "a card that refers to itself": text("card.yaml", b"a: &a [*a, *a]\n"),
    "a card that grows": text("card.yaml", b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
        b"%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n" % (n, n, *[n - 1] * 9) for n in range(98, 110))),
    "a card that is nested": text("card.yaml", b"[" * 100_000),
    "a list of 10 GB": hole("SHA256SUMS"),
    "other columns": other_columns,
    "no Parquet": no_parquet,
    "escapes in labels": escapes_in_labels,
}  # fmt: skip


@pytest.mark.parametrize("spoil", HOSTILE.values(), ids=HOSTILE)
def test_every_command_refuses_it(spoil: Callable[[Path], None], release: Path, built: Path, tmp_path: Path) -> None:
    spoil(release)
    card = tmp_path / "card.yaml"
    card.write_text(card_text(card_of()), encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    db = tmp_path / "db.duckdb"
    commands: list[tuple[object, ...]] = [
        ("verify", release),
        ("load", release, "--db", db),
        ("publish", release, "--zenodo", "--prepare-only", "-o", tmp_path / "zenodo.json"),
    ]
    if spoil is not escapes_in_labels:  # what compares tables or sends files does not ask what they mean
        commands += [("diff", built, release), ("diff", release, built)]
    for command in commands:
        done = carvsdb("release", *map(str, command))
        assert done.code == 8, (command, done)
        assert done.err.count("\n") == 1
        assert done.out == ""
        assert "\x1b" not in done.err
        assert "\x07" not in done.err
        assert sorted(tmp_path.rglob("*")) == before, command
    assert not Path("/tmp/pwned").exists()


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (b"no JSON\n", "optimade.jsonl:1: is no JSON"),
        (b"[" * 100_000, "optimade.jsonl:1: is no JSON"),
        (b"[1]\n", "optimade.jsonl:1: expected an object"),
        (b'{"attributes": 5}\n', "optimade.jsonl:1: expected an object"),
        (b"{}\n\xff\xfe\n", "optimade.jsonl:2: is no JSON"),
    ],
)
def test_lines_that_cannot_be_served(lines: bytes, sentence: str, release: Path) -> None:
    pytest.importorskip("optimade")
    (release / "optimade.jsonl").write_bytes(lines)
    checksums.write(release)
    done = carvsdb("release", "serve", release, "--port", "50321")
    assert done.code == 3
    assert sentence in done.err
    assert done.err.count("\n") == 1


def test_the_codes_of_other_refusals(release: Path, built: Path, tmp_path: Path) -> None:
    card = tmp_path / "card.yaml"
    with Catalogue.open(tmp_path / "db.duckdb") as catalogue:
        catalogue.add(NETS[:1])
    build = ("release", "build", "--db", tmp_path / "db.duckdb", "--card", card)
    for content in (b"!!python/object/apply:os.system ['true']\n", b"[" * 100_000, b"name: \x1b[2J\n", b"a: &a [*a]\n"):
        card.write_bytes(content)
        done = carvsdb(*build, "-o", tmp_path / "x")
        assert (done.code, done.err.count("\n")) == (3, 1)
        assert "\x1b" not in done.err
    card.write_text(card_text(card_of()), encoding="utf-8")
    assert carvsdb(*build, "-o", release).code == 7  # a folder that is not empty
    assert carvsdb(*build, "-o", tmp_path / "no" / "x").code == 3
    (release / "LICENSE").write_text("mine")
    assert carvsdb(*build, "-o", tmp_path / "x", "--previous", release).code == 8
    assert sorted(path.name for path in tmp_path.iterdir()) == ["card.yaml", "db.duckdb", "release"]
