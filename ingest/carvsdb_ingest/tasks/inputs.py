"""Which inputs there are: files, those of folders, of archives and of collections, each as a job."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from carvsdb.catalogue import SourceInfo
from carvsdb.errors import CarvsdbError, InputError
from carvsdb_ingest.files.archives import is_archive, members
from carvsdb_ingest.readers.formats import FOLDER_SUFFIXES
from carvsdb_ingest.readers.paths import net_files
from carvsdb_ingest.sources import Collection
from carvsdb_ingest.tasks.jobs import Job, JobOptions, file_job, item_job, member_job, refused_job, source_job


def jobs_of(paths: Iterable[str | os.PathLike[str]], options: JobOptions) -> Iterator[Job]:
    """Yield the jobs of files, of the files of folders and of those of archives."""
    for path in paths:
        try:
            files = net_files([path])
        except InputError as error:
            yield refused_job(str(path), error)
            continue
        for file in files:
            yield from file_jobs(file, options)


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
