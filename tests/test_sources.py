"""Collections: what they say of themselves, where they are read from, and what is said when they are not there."""

import csv
import io
import json
import tarfile
import zipfile
from pathlib import Path

import pytest
from program import carvsdb

from carvsdb.catalogue import Catalogue
from carvsdb.errors import CarvsdbError, InputError, MissingExtraError, NotFoundError
from carvsdb_ingest.analysis.analyse import AnalysisOptions
from carvsdb_ingest.sources import SOURCES, source_named
from carvsdb_ingest.tasks.pipeline import ingest_collection

SMALL = AnalysisOptions(max_ring_size=8)


def archive_of(folder: Path, shared: Path, which: str = "ASR") -> Path:
    """Write CIFs as CoRE MOF holds them: an archive, and a table beside it."""
    path = folder / f"2019-{which}.tar.xz"
    with tarfile.open(path, "w:xz") as archive:
        for name in ("MOF-801", "UiO-66"):
            content = (shared / "data" / "cifs" / f"{name}.cif").read_bytes()
            member = tarfile.TarInfo(f"{name}_clean.cif")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    with (folder / f"2019-{which}.csv").open("w", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(["filename", "LCD", "DISORDER", "FSR_overlap", "DOI_public", ""])
        table.writerow(["MOF-801_clean", "7.4", "DISORDER", "N", "10.1021/ja500330a", ""])
        table.writerow(["UiO-66_clean", "8.5", "", "Y", "", ""])
    return path


def test_every_collection_says_what_it_is() -> None:
    assert {"core-mof", "core-mof-fsr", "rcsr", "amorphous-mof", "reference-nets"} <= set(SOURCES)
    for name, collection in SOURCES.items():
        assert collection.name == name
        assert collection.title
        assert collection.version
        assert collection.citation
        assert collection.doi.startswith("10.")
        assert f"--source {name}" in collection.how
    told = carvsdb("sources", "--json")
    assert {one["name"] for one in told.json} == set(SOURCES)
    with pytest.raises(NotFoundError, match="core-mof"):
        source_named("core-mog")


@pytest.mark.parametrize("packed", ["archive", "folder", "wheel"])
def test_core_mof(packed: str, tmp_path: Path, shared: Path) -> None:
    path = archive_of(tmp_path, shared)
    if packed == "wheel":
        wheel = tmp_path / "core_mof-2019.1-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            for name in ("2019-ASR.tar.xz", "2019-ASR.csv"):
                archive.write(tmp_path / name, f"CoRE_MOF/data/{name}")
        path = wheel
    elif packed == "folder":
        path = tmp_path
    notes: list[str] = []
    with Catalogue.in_memory() as catalogue:
        report = ingest_collection(
            catalogue, source_named("core-mof"), path=path, analysis=SMALL, time_limit=100, note=notes.append
        )
        assert sorted(report.added) == ["MOF-801_clean", "UiO-66_clean"]
        assert dict(report.by_status) == {"named": 2}
        told = catalogue.show("MOF-801_clean")
        assert told.source is not None
        assert (told.source.collection, told.source.id_in_source) == ("core-mof", "MOF-801_clean")
        assert (told.source.licence, told.source.doi) == ("CC-BY-4.0", "10.1021/acs.jced.9b00835")
        assert told.provenance["core_mof"] == {
            "LCD": "7.4",
            "DISORDER": "DISORDER",
            "FSR_overlap": "N",
            "DOI_public": "10.1021/ja500330a",
        }
        assert "the collection marks it as disordered" in told.description.quality
        assert told.kind == "crystalline"
        digest = told.provenance["source_sha256"]
        assert any(f"sha256 {digest}" in note for note in notes)
        other = catalogue.show("UiO-66_clean")
        assert other.provenance["core_mof"] == {"LCD": "8.5", "FSR_overlap": "Y"}
        again = ingest_collection(catalogue, source_named("core-mof"), path=path, analysis=SMALL, time_limit=100)
        assert (again.added, len(again.unchanged)) == ([], 2)


def test_materials_that_two_collections_list_are_grouped(tmp_path: Path, shared: Path) -> None:
    archive_of(tmp_path, shared)
    archive_of(tmp_path, shared, "FSR")
    with Catalogue.in_memory() as catalogue:
        ingest_collection(catalogue, source_named("core-mof"), path=tmp_path, analysis=SMALL)
        # The very same file is one structure; one with other bytes is another, of the same key and formula.
        changed = tmp_path / "2019-FSR.tar.xz"
        with tarfile.open(changed, "w:xz") as archive:
            content = (shared / "data" / "cifs" / "UiO-66.cif").read_bytes() + b"\n# another deposition\n"
            member = tarfile.TarInfo("UiO-66_clean.cif")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        report = ingest_collection(catalogue, source_named("core-mof-fsr"), path=tmp_path, analysis=SMALL)
        assert report.added == ["UiO-66_clean@core-mof-fsr"]
        (group,) = [row for row in catalogue.duplicates("key").rows() if "UiO-66_clean" in row["labels"]]
        assert group["labels"] == ["UiO-66_clean", "UiO-66_clean@core-mof-fsr"]


def test_rcsr(tmp_path: Path) -> None:
    square = "CRYSTAL\n  NAME sql\n  GROUP p4mm\n  CELL 1 1 90\n  NODE 1 4 0 0\n  EDGE 0 0 1 0\nEND\n"
    path = tmp_path / "RCSR_topology.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("sql.cgd", square)
        archive.writestr("bad.cgd", "CRYSTAL\nEND\n")
        archive.writestr("rcsr_list.txt", "sql")
    with Catalogue.in_memory() as catalogue:
        report = ingest_collection(catalogue, source_named("rcsr"), path=path, analysis=SMALL)
        assert report.added == ["sql"]
        ((file, error),) = report.rejected
        assert file == f"{path}/bad.cgd"
        assert isinstance(error, InputError)


def test_amorphous_mof(tmp_path: Path, shared: Path) -> None:
    # A clone has its structures three folders down.
    clone = tmp_path / "amorphous-mof" / "data" / "structures"
    (clone / "zif").mkdir(parents=True)
    for name in ("sod.cgd", "cag.cgd"):
        (clone / "zif" / name).write_bytes((shared / "data" / "amorphous-mof" / "zif" / name).read_bytes())
    with Catalogue.in_memory() as catalogue:
        report = ingest_collection(
            catalogue, source_named("amorphous-mof"), path=tmp_path / "amorphous-mof", analysis=SMALL
        )
        assert sorted(report.added) == ["cag", "sod"]
        assert catalogue.show("sod").kind == "crystalline"
    opened = SOURCES["amorphous-mof"].files
    assert opened is not None
    files = {file.id_in_source: file for file in opened(shared / "data" / "amorphous-mof").files}
    atoms = files["m1-zif_ace_24-anneal_1500K_5ns"]
    assert atoms.kind == "amorphous"
    assert atoms.read is not None
    assert atoms.read.bonds.pairs == (("Zn", "N", 2.5),)
    assert files["m1-azif_ace_24-topology"].read is None


@pytest.mark.parametrize(
    ("name", "path", "kind", "sentence"),
    [
        ("core-mof", None, MissingExtraError, "pip install --no-deps core-mof"),
        ("rcsr", None, MissingExtraError, "pip install --no-deps pormake"),
        ("amorphous-mof", None, NotFoundError, "git clone"),
        ("core-mof", "nowhere", NotFoundError, "no such file"),
        ("core-mof", ".", NotFoundError, r"holds no 2019-ASR\.tar\.xz"),
        ("amorphous-mof", ".", NotFoundError, "holds no folder zif, sio2 or si"),
        ("reference-nets", ".", InputError, "comes with carvsdb"),
    ],
)
def test_what_is_not_there_is_said_with_how_to_get_it(
    name: str,
    path: str | None,
    kind: type[CarvsdbError],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("carvsdb_ingest.sources.installed.find_spec", lambda _: None)
    with Catalogue.in_memory() as catalogue, pytest.raises(kind, match=sentence):
        ingest_collection(catalogue, source_named(name), path=None if path is None else tmp_path / path)


def test_the_command_line_takes_a_path(tmp_path: Path, shared: Path) -> None:
    db = tmp_path / "a.duckdb"
    missing = carvsdb("ingest", "--source", "amorphous-mof", "--db", db, "--json")
    assert missing.code == 4
    assert "git clone" in json.dumps(missing.json)
    lost = carvsdb("ingest", "net.cgd", "--from", tmp_path, "--db", db)
    assert lost.code == 2
