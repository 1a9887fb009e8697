"""Reading a bundle: checked as a whole before a file of it gets its place."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from carvsdb.atomic_write import draft_folder
from carvsdb.catalogue.maintenance import checksums
from carvsdb.errors import InputError, RefusedError, VerificationError
from carvsdb_ingest.files.archives import members
from carvsdb_refine.bundle.names import check_name
from carvsdb_refine.bundle.pack import NOTES, WHAT
from carvsdb_refine.run.result import read_result

_MOST_FILES = 100_000


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A bundle that was unpacked.

    Attributes
    ----------
    folder : Path
        Where its files are.
    notes : mapping
        What ``bundle.json`` says.
    n_files : int
    """

    folder: Path
    notes: dict[str, Any]
    n_files: int


def unpack(bundle: Path, folder: Path) -> Unpacked:
    """Unpack a bundle into a new folder.

    Parameters
    ----------
    bundle : Path
        The archive.
    folder : Path
        Must not be there yet.

    Raises
    ------
    InputError
        If it is no archive, or a member has a name that leads out of the folder, is a link or a device.
    RefusedError
        If the folder is there already.
    VerificationError
        If a file is not as its checksum says, is missing, or is not listed.
    """
    if folder.exists() or folder.is_symlink():
        raise RefusedError("is there already; a bundle is unpacked into a new folder", item=str(folder))
    with draft_folder(folder) as draft:
        root, seen = None, set()
        for member in members(bundle, None):
            if member.refusal is not None:
                raise member.refusal
            first, _, name = member.name.partition("/")
            check_name(first, bundle)
            check_name(name, bundle)
            if root not in (None, first):
                raise InputError(f"has two folders, {root!r} and {first!r}: it is no bundle", path=bundle)
            if name.lower() in seen:
                raise InputError(f"has two members called {name!r}", path=bundle)
            root = first
            seen.add(name.lower())
            if len(seen) > _MOST_FILES:
                raise InputError(f"has more than {_MOST_FILES} files, the limit of a bundle", path=bundle)
            place = draft / name
            try:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(member.content)
            except (FileExistsError, NotADirectoryError) as error:
                raise InputError(f"has a file where {name!r} needs a folder", path=bundle) from error
        if not (draft / NOTES).exists() or not (draft / checksums.FILE).exists():
            raise InputError(f"has no {NOTES} or no {checksums.FILE}: it is no bundle", path=bundle)
        problems = checksums.differences(draft, checksums.read(draft), (NOTES,))
        if problems:
            raise VerificationError(f"is damaged: {'; '.join(problems[:3])}", item=str(bundle))
        notes = read_result(draft / NOTES)
        if notes.get("what") != WHAT or not isinstance(notes.get("command"), str):
            raise InputError(f"is no bundle: {NOTES} does not say so", path=bundle)
        os.replace(draft, folder)
    return Unpacked(folder, notes, len(seen))
