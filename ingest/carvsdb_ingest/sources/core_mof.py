"""CoRE MOF 2019: structures of metal-organic frameworks from experiment, without their solvent."""

import csv
import tempfile
from collections.abc import Iterator
from functools import partial
from io import StringIO
from pathlib import Path

from carvsdb.errors import InputError
from carvsdb.regular_file import LARGEST_TEXT, read_text, sha256_of
from carvsdb_ingest.files.archives import members
from carvsdb_ingest.files.zips import opened_zip
from carvsdb_ingest.sources.collection import Collection, SourceFile, SourceFiles
from carvsdb_ingest.sources.installed import data_file

_PACKAGE = "CoRE_MOF"
_INSTALL = "pip install --no-deps core-mof==2019.1"


def _open(which: str, path: Path | None) -> SourceFiles:
    within = f"data/2019-{which}.tar.xz"
    found, member = data_file(
        path, collection=f"CoRE MOF 2019-{which}", package=_PACKAGE, within=within, install=_INSTALL
    )
    return SourceFiles(found, sha256_of(found), _from_wheel(found, member) if member else _files(found))


def _from_wheel(wheel: Path, member: str) -> Iterator[SourceFile]:
    """Yield the files of an archive in a wheel: it is copied out for the time being, as it is read twice."""
    with tempfile.TemporaryDirectory() as folder, opened_zip(wheel, wheel) as packed:
        archive = Path(folder, Path(member).name)
        archive.write_bytes(packed.read(member))
        table = member.replace(".tar.xz", ".csv")
        if table in packed.names():
            _table_of(archive).write_bytes(packed.read(table, LARGEST_TEXT))
        yield from _files(archive)


def _files(archive: Path) -> Iterator[SourceFile]:
    table = _table_of(archive)
    about = _table(table) if table.is_file() else {}
    for member in members(archive, (".cif",)):
        if member.refusal is not None:
            raise member.refusal
        refcode = Path(member.name).stem
        row = about.get(refcode, {})
        doubt = ("the collection marks it as disordered",) if row.get("DISORDER") == "DISORDER" else ()
        yield SourceFile(
            member.name,
            member.content,
            refcode,
            about={"core_mof": row} if row else {},
            quality=doubt,
            kind="crystalline",
        )


def _table_of(archive: Path) -> Path:
    return archive.with_name(archive.name.replace(".tar.xz", ".csv"))


def _table(path: Path) -> dict[str, dict[str, str]]:
    """Return the columns of each refcode that say something: pores, DISORDER, FSR_overlap, DOI and so on."""
    try:
        return _rows(read_text(path))
    except csv.Error as error:
        raise InputError(f"cannot be read as a table ({error})", path=path) from error


def _rows(text: str) -> dict[str, dict[str, str]]:
    return {
        row["filename"]: {
            name: value.strip()
            for name, value in row.items()
            if name and name != "filename" and value and value.strip()
        }
        for row in csv.DictReader(StringIO(text))
        if row.get("filename")
    }


def _collection(name: str, which: str, what: str) -> Collection:
    return Collection(
        name=name,
        title=f"CoRE MOF 2019-{which}: computation-ready metal-organic frameworks, {what}",
        version="2019.1",
        licence="CC-BY-4.0",
        citation=(
            "Chung, Haldoupis, Bucior, Haranczyk, Lee, Zhang, Vogiatzis, Milisavljevic, Ling, Camp, Slater, Siepmann, "
            "Sholl & Snurr, J. Chem. Eng. Data 64, 5985 (2019)"
        ),
        url="https://doi.org/10.5281/zenodo.7691378",
        doi="10.1021/acs.jced.9b00835",
        how=f"{_INSTALL}; carvsdb ingest --source {name}",
        files=partial(_open, which),
    )


CORE_MOF = _collection("core-mof", "ASR", "all solvent removed")
CORE_MOF_FSR = _collection("core-mof-fsr", "FSR", "free solvent removed")
