"""The nets of the RCSR as CGD files, as they come with PORMAKE."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from carvsdb.regular_file import read_bytes, sha256_of
from carvsdb_ingest.files.zips import opened_zip
from carvsdb_ingest.sources.collection import Collection, SourceFile, SourceFiles
from carvsdb_ingest.sources.installed import data_file

_WITHIN = "database/topologies/RCSR_topology.zip"
_INSTALL = "pip install --no-deps pormake"
_SUFFIX = ".cgd"
_MAGIC = b"PK"


def _open(path: Path | None) -> SourceFiles:
    found, member = data_file(path, collection="RCSR", package="pormake", within=_WITHIN, install=_INSTALL)
    return SourceFiles(found, sha256_of(found), _files(found, member))


def _files(path: Path, member: str) -> Iterator[SourceFile]:
    if member:
        with opened_zip(path, path) as wheel:
            content = wheel.read(member)
    else:
        content = read_bytes(path)
    if not content.startswith(_MAGIC):
        yield SourceFile(path.name, content, path.stem, kind="crystalline")
        return
    with opened_zip(BytesIO(content), path) as archive:
        for name in archive.names():
            if name.lower().endswith(_SUFFIX):
                yield SourceFile(name, archive.read(name), Path(name).stem, kind="crystalline")


RCSR = Collection(
    name="rcsr",
    title="Nets of the Reticular Chemistry Structure Resource, as they come with PORMAKE",
    version="pormake 0.2.3",
    licence="MIT",
    citation="O'Keeffe, Peskov, Ramsden & Yaghi, Acc. Chem. Res. 41, 1782 (2008)",
    url="http://rcsr.net",
    doi="10.1021/ar800124u",
    how=f"{_INSTALL}; carvsdb ingest --source rcsr",
    files=_open,
)
