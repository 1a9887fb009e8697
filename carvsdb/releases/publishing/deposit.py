"""A draft of a deposition: prepared from a release, made in an archive, filled file by file, and taken up again."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from carvsdb.catalogue.maintenance import checksums
from carvsdb.errors import CarvsdbError, RefusedError, VerificationError
from carvsdb.regular_file import LARGEST_TABLE, open_regular
from carvsdb.releases.page import PageMaker
from carvsdb.releases.publishing.metadata import deposition_metadata
from carvsdb.releases.publishing.service import Archive, Service
from carvsdb.releases.verify import checked_files, verify_release

MOST_FILES = 100
"""Files that a record of Zenodo may have."""

MOST_BYTES = 50 * 10**9
"""Bytes that a record of Zenodo may have."""


@dataclass(frozen=True, slots=True)
class PreparedFile:
    """A file that is to be uploaded.

    Attributes
    ----------
    name : str
    size : int
        Bytes.
    md5, sha256 : str
        In hexadecimal digits; an archive tells the MD5 of what it got.
    """

    name: str
    size: int
    md5: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """A deposition that is ready.

    Attributes
    ----------
    folder : Path
        The release.
    metadata : dict
        What the archive is told.
    files : tuple of PreparedFile
        By name.
    """

    folder: Path
    metadata: dict[str, Any]
    files: tuple[PreparedFile, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    def as_dict(self, archive: Archive) -> dict[str, Any]:
        """Return all that would be sent, for JSON."""
        return {
            "deposit": f"{archive.api}/deposit/depositions",
            "metadata": self.metadata,
            "files": [asdict(file) for file in self.files],
        }


@dataclass(frozen=True, slots=True)
class DraftReport:
    """A draft that holds the release.

    Attributes
    ----------
    number : int
        What the archive calls it.
    address : str
        Where a person looks at it and publishes it.
    doi : str or None
        The DOI that is reserved for it.
    uploaded, kept : int
        Files that were uploaded now, and those that were there already.
    """

    number: int
    address: str
    doi: str | None
    uploaded: int
    kept: int


def prepare(folder: str | Path, page_maker: PageMaker | None = None) -> Prepared:
    """Verify a release, and say what an archive is told of it.

    Raises
    ------
    NotFoundError, RefusedError, VerificationError
        As in :func:`carvsdb.releases.verify_release`, or if it is more than a record may hold.
    """
    folder = Path(folder)
    verify_release(folder, page_maker=page_maker)
    release = checked_files(folder)
    files = tuple(_prepared(folder, name) for name in sorted([*checksums.read(folder), checksums.FILE]))
    prepared = Prepared(folder, deposition_metadata(release), files)
    if len(files) > MOST_FILES or prepared.size > MOST_BYTES:
        raise RefusedError(
            f"has {len(files)} files and {prepared.size:,} bytes; a record may have {MOST_FILES} files and "
            f"{MOST_BYTES:,} bytes",
            item=str(folder),
            hint="build it without the DuckDB file, or ask the archive for more",
        )
    return prepared


def upload(
    prepared: Prepared, service: Service, draft: int | None = None, tell: Callable[[str], None] = lambda _: None
) -> DraftReport:
    """Make a draft, or take one up, and bring it to hold the release; it is not published.

    Parameters
    ----------
    prepared : Prepared
    service : Service
    draft : int, optional
        One that was left; files that it holds already, by their MD5, are not uploaded again.
    tell : callable, optional
        Is told each step in a sentence.

    Raises
    ------
    RefusedError
        If the archive refuses something or cannot be reached, or the draft is published already or holds other files.
    VerificationError
        If the archive got other bytes than were sent.

    Notes
    -----
    An error after the draft was made names its address and how to go on.
    """
    listed = f"{service.archive.api}/deposit/depositions"
    found = service.post(listed, {}) if draft is None else service.get(f"{listed}/{draft}")
    number = _number(found, service)
    address = _address(found, number, service)
    if draft is None:
        tell(f"a draft was made: {address}")
    try:
        return _filled(prepared, service, found, number, address, tell)
    except CarvsdbError as error:
        hint = f"the draft stands at {address}; go on with --draft {number}"
        error.hint = f"{error.hint}; {hint}" if error.hint else hint
        raise


def _filled(
    prepared: Prepared, service: Service, found: dict[str, Any], number: int, address: str, tell: Callable[[str], None]
) -> DraftReport:
    if found.get("submitted"):
        raise RefusedError(f"{address} is published already, and is not changed")
    wanted = {file.name: file for file in prepared.files}
    there = {str(one.get("filename")): str(one.get("checksum", "")) for one in _files(found)}
    others = sorted(there.keys() - wanted.keys())
    if others:
        raise RefusedError(f"the draft holds files that are not of this release: {', '.join(others[:5])}")
    found = service.put(f"{service.archive.api}/deposit/depositions/{number}", {"metadata": prepared.metadata})
    links = found.get("links") if isinstance(found, dict) else None
    bucket = links.get("bucket") if isinstance(links, dict) else None
    if not isinstance(bucket, str):
        raise RefusedError(f"{service.archive.name} does not say where the files of a draft go")
    kept = 0
    for place, file in enumerate(prepared.files, 1):
        if there.get(file.name, "").removeprefix("md5:") == file.md5:
            kept += 1
            continue
        tell(f"{place} of {len(prepared.files)}: {file.name} ({file.size:,} bytes)")
        answer = service.put_file(bucket, file.name, prepared.folder / file.name)
        got = str(answer.get("checksum", "")) if isinstance(answer, dict) else ""
        if got.removeprefix("md5:") != file.md5:
            raise VerificationError(
                f"{service.archive.name} holds {file.name} with the checksum {got[:40] or 'none'!r}, sent was "
                f"md5:{file.md5}"
            )
    return DraftReport(number, address, _doi(found), len(prepared.files) - kept, kept)


def _number(found: object, service: Service) -> int:
    number = found.get("id") if isinstance(found, dict) else None
    if not isinstance(number, int) or isinstance(number, bool):
        raise RefusedError(f"{service.archive.name} does not answer as an archive with Zenodo's deposit API does")
    return number


def _address(found: dict[str, Any], number: int, service: Service) -> str:
    """Return the page of a draft; only one of the archive itself is shown."""
    links = found.get("links")
    page = links.get("html") if isinstance(links, dict) else None
    if isinstance(page, str) and urlsplit(page)[:2] == service.archive.origin:
        return page
    return f"{'://'.join(service.archive.origin)}/deposit/{number}"


def _files(found: dict[str, Any]) -> list[dict[str, Any]]:
    files = found.get("files")
    return [one for one in files if isinstance(one, dict)] if isinstance(files, list) else []


def _doi(found: dict[str, Any]) -> str | None:
    metadata = found.get("metadata")
    reserved = metadata.get("prereserve_doi") if isinstance(metadata, dict) else None
    doi = reserved.get("doi") if isinstance(reserved, dict) else None
    return doi if isinstance(doi, str) else None


def _prepared(folder: Path, name: str) -> PreparedFile:
    with open_regular(folder / name, LARGEST_TABLE) as file:
        md5, sha256, size = hashlib.md5(usedforsecurity=False), hashlib.sha256(), 0
        while piece := file.read(2**20):
            md5.update(piece)
            sha256.update(piece)
            size += len(piece)
    return PreparedFile(name, size, md5.hexdigest(), sha256.hexdigest())
