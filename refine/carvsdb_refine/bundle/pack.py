"""Writing a bundle."""

import gzip
import io
import shutil
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from carvsdb.atomic_write import atomic_file, draft_folder, path_of_kind
from carvsdb.catalogue.maintenance import checksums
from carvsdb.regular_file import read_bytes, sha256_of
from carvsdb_refine.bundle.contents import Contents, contents_of
from carvsdb_refine.bundle.names import RESULTS
from carvsdb_refine.bundle.readme import readme
from carvsdb_refine.bundle.versions import machine, requirements, versions
from carvsdb_refine.run.result import write_result

NOTES, SUFFIX = "bundle.json", ".tar.gz"
WHAT = "a bundle of carvsdb refine"


@dataclass(frozen=True, slots=True)
class Packed:
    """A bundle that was written.

    Attributes
    ----------
    path : Path
        The archive.
    sha256 : str
        Of the archive.
    files : tuple of str
        What is in it.
    command : str
        What repeats it, typed in its folder.
    """

    path: Path
    sha256: str
    files: tuple[str, ...]
    command: str


def pack(
    folder: Path, target: Path, config: Path | None = None, allowed: Iterable[str] = (), overwrite: bool = False
) -> Packed:
    """Put all that a run, or a loop, was made from, and its results, into one archive.

    Parameters
    ----------
    folder : Path
        Of the run or loop.
    target : Path
        The archive, ``.tar.gz``.
    config : Path, optional
        Its config, where that lies in no folder above.
    allowed : iterable of str
        Classes of ASE calculators whose code may run.
    overwrite : bool
        Whether an archive that is there is replaced.

    Raises
    ------
    InputError
        If the folder is none of a run, something that it was made from is missing, or the archive has another ending.
    RefusedError
        If the run has not ended, what it was made from has changed since, or the config names paths of this machine.
    """
    path_of_kind(target, (".gz", ".tgz"), "a bundle")
    contents = contents_of(folder, config, allowed)
    name = target.name.removesuffix(".tgz").removesuffix(SUFFIX).removesuffix(".gz").lstrip(".") or "bundle"
    with draft_folder(target) as draft:
        command = _fill(draft, contents)
        files = (*checksums.files_in(draft), checksums.FILE)
        with atomic_file(target, overwrite=overwrite) as file:
            file.write(_archive(draft, name, files))
    return Packed(target, sha256_of(target), files, command)


def _fill(draft: Path, contents: Contents) -> str:
    """Write all files of a bundle into a folder; return what repeats it."""
    placed = dict(contents.files) | {f"{RESULTS}/{name}": path for name, path in contents.results.items()}
    for name, source in placed.items():
        place = draft / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, place)
    config = contents.config_name
    (draft / config).write_text(contents.config_text, encoding="utf-8", newline="\n")
    write_result(draft / RESULTS / "result.json", contents.result)
    sums = "".join(f"{sha256_of(path)}  {name}\n" for name, path in sorted(contents.results.items()))
    (draft / "RESULTS.sha256").write_text(sums, encoding="utf-8", newline="\n")
    verb = {"run": "run", "loop": "learn"}[contents.kind]
    command = f"carvsdb refine {verb} {config} -o repeated"
    notes = []
    if contents.calculator is not None:
        if ":" in contents.calculator:
            command += f" --allow-calculator {contents.calculator}"
        notes.append(f"It calls `{contents.calculator}`, code of another package, which has to be installed.")
    if contents.kind == "loop":
        notes.append("Labels are kept beside the config, so that none is calculated again; only hot runs are.")
    known = versions(contents.calculator)
    (draft / "requirements.txt").write_text(requirements(known), encoding="utf-8", newline="\n")
    said = {
        "what": WHAT,
        "kind": contents.kind,
        "config": config,
        "seed": contents.seed,
        "command": command,
        "versions": known,
        "machine": machine(),
        "lineage": [step.model_dump(mode="json") for step in contents.lineage],
    }
    write_result(draft / NOTES, said)
    text = readme(contents.kind, config, contents.seed, command, sorted(contents.results), notes)
    (draft / "README.md").write_text(text, encoding="utf-8", newline="\n")
    checksums.write(draft)
    return command


def _archive(draft: Path, name: str, files: Iterable[str]) -> bytes:
    """Return the files as an archive that is the same bytes for the same files: no times, no owners."""
    buffer = io.BytesIO()
    with (
        gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for file in files:
            content = read_bytes(draft / file)
            info = tarfile.TarInfo(f"{name}/{file}")
            info.size, info.mode = len(content), 0o644
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()
