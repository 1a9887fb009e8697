"""Which inputs there are: files, those of folders, of archives and of collections, each as a job."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from carvsdb.catalogue import SourceInfo
from carvsdb.errors import CarvsdbError, InputError
from carvsdb_ingest.files.archives import ARCHIVES, is_archive, members
from carvsdb_ingest.readers.formats import FOLDER_SUFFIXES, is_taken_from_folders
from carvsdb_ingest.sources import Collection
from carvsdb_ingest.tasks.jobs import Job, JobOptions, file_job, item_job, member_job, refused_job, source_job


def net_files(paths: Iterable[str | Path]) -> list[Path]:
    """List the files of a mixture of files and folders, those of a folder sorted.

    Files of nets, of atoms and archives of them are taken from a folder, by their suffixes.

    Raises
    ------
    InputError
        If a folder holds no file that a reader reads.
    """
    files: list[Path] = []
    for path in map(Path, paths):
        if not os.path.isdir(path):  # which knows no error, unlike the method
            files.append(path)
            continue
        found = sorted(
            file for file in path.rglob("*") if (is_taken_from_folders(file) or is_archive(file)) and not file.is_dir()
        )
        if not found:
            known = ", ".join((*FOLDER_SUFFIXES, *ARCHIVES))
            raise InputError(f"the folder holds no file of nets or atoms ({known})", path=path)
        files.extend(found)
    return files


def file_jobs(path: Path, options: JobOptions) -> Iterator[Job]:
    """Yield the job of a file, or those of the files of an archive."""
    if not is_archive(path):
        yield file_job(path, options)
        return
    number = 0
    try:
        for member in members(path, FOLDER_SUFFIXES, largest=options.max_input_size):
            number += 1
            if member.refusal is not None:
                yield refused_job(f"{path}/{member.name}", member.refusal)
                continue
            yield member_job(path, member.name, member.content, options)
    except CarvsdbError as error:
        yield refused_job(path, error)
        return
    if not number:
        yield refused_job(path, InputError("holds no file of nets or atoms", path=path))


def collection_jobs(
    collection: Collection, path: Path | None, options: JobOptions, note: Callable[[str], None]
) -> Iterator[Job]:
    """Yield the jobs of a collection: of its nets, or of its files."""

    def source(id_in_source: str) -> SourceInfo:
        return SourceInfo(
            collection=collection.name,
            version=collection.version,
            url=collection.url or None,
            doi=collection.doi or None,
            licence=collection.licence or None,
            citation=collection.citation,
            id_in_source=id_in_source,
        )

    if collection.files is None:
        if path is not None:
            raise InputError(f"the collection {collection.name} comes with carvsdb and is read from no path", path=path)
        for item in collection.items():
            yield item_job(item, source(item.label), options)
        return
    opened = collection.files(path)
    note(f"{collection.name}: {opened.path}, sha256 {opened.sha256}")
    try:
        for file in opened.files:
            yield source_job(opened.path, file, source(file.id_in_source), opened.sha256, options)
    except InputError as error:
        yield refused_job(opened.path, error)
