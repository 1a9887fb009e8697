"""The research data of the a-ZIF paper: amorphous and crystalline nets, and models of all atoms."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from carvsdb.errors import NotFoundError
from carvsdb.regular_file import read_bytes, sha256_of
from carvsdb_ingest.analysis.item import ReadOptions
from carvsdb_ingest.bonds import BondOptions
from carvsdb_ingest.sources.collection import Collection, SourceFile, SourceFiles, existing

_URL = "https://github.com/tcnicholas/amorphous-mof"
_HOW = f"git clone {_URL}; carvsdb ingest --source amorphous-mof --from amorphous-mof"
_SUFFIXES = (".cgd", ".data")
_FOLDERS = ("zif", "sio2", "si")

_ALL_ATOMS = ReadOptions(
    elements=((1, "C"), (2, "H"), (3, "N"), (4, "Zn")),
    bonds=BondOptions(pairs=(("Zn", "N", 2.5),)),
    clusterings=("node-linker",),
)
"""How the models of all atoms are read: a snapshot of a hot glass needs a wider cut-off than a crystal."""


def _open(path: Path | None) -> SourceFiles:
    if path is None:
        raise NotFoundError("amorphous-mof comes with no package", item="amorphous-mof", hint=_HOW)
    root = existing(path, "amorphous-mof")
    files = sorted(
        file for file in root.rglob("*") if file.suffix in _SUFFIXES and file.parent.name in _FOLDERS and file.is_file()
    )
    if not files:
        raise NotFoundError(
            "holds no folder zif, sio2 or si with .cgd or .data files; is it a clone of the repository?",
            item=str(root),
            hint=_HOW,
        )
    listed = "\n".join(f"{sha256_of(file)}  {file.relative_to(root).as_posix()}" for file in files)
    return SourceFiles(root, hashlib.sha256(listed.encode()).hexdigest(), _files(root, files))


def _files(root: Path, files: list[Path]) -> Iterator[SourceFile]:
    for file in files:
        name = file.relative_to(root).as_posix()
        amorphous = "topology" in file.stem or "anneal" in file.stem
        atoms = file.suffix == ".data" and "topology" not in file.stem
        yield SourceFile(
            name,
            read_bytes(file),
            file.stem,
            read=_ALL_ATOMS if atoms else None,
            kind="amorphous" if amorphous else "crystalline",
        )


AMORPHOUS_MOF = Collection(
    name="amorphous-mof",
    title="Research data for 'The structure and topology of an amorphous metal-organic framework'",
    version="2025",
    licence="",
    citation="Nicholas, Thomas du Toit, Rosset, Proserpio, Goodwin & Deringer, arXiv:2503.24367 (2025)",
    url=_URL,
    doi="10.48550/arXiv.2503.24367",
    how=f"{_HOW}",
    files=_open,
)
