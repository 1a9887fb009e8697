"""The folder of a run: what lies where in it, and that only one process works in it."""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from carvsdb.atomic_write import clear_drafts, why_not_written, write_text
from carvsdb.errors import InputError, RefusedError
from carvsdb.regular_file import read_text
from carvsdb_refine.run.checkpoint import before
from carvsdb_refine.run.column_files import CURVES, PARTIALS, is_own

# Snapshots are called by the moves after which they were kept.
_SNAPSHOT = re.compile(r"[0-9]{10,18}(\.[A-Za-z0-9_-]{1,12})?")
RESERVED = {"run.json", "config.toml", "checkpoint.npz", "checkpoint-before.npz", "trace.csv", "result.json"}
RESERVED |= {"report.html", "report-figures", "snapshots", "graded", "timing.json"}
RESERVED |= {"evaluation.npz", "evaluation-start.npz"}
RESERVED |= {f"{of}{name}.csv" for of in ("", "start-") for name in ("curves", "partials")}
"""Names in the folder of a run that no model can have."""


class TakenError(RefusedError):
    """Another process works in the folder of a run."""


def _seal_of(model: str) -> dict[str, str]:
    text = f"carvsdb refinement run 1\n{model}"
    return {"what": "a run of carvsdb refine", "model": model, "sha256": hashlib.sha256(text.encode()).hexdigest()}


def _is_model_name(name: str) -> bool:
    plain = re.fullmatch(r"[^/\\\x00-\x1f\x7f.][^/\\\x00-\x1f\x7f]{0,99}", name)
    return plain is not None and name.lower() not in RESERVED


def check_model_name(name: str, path: Path) -> None:
    """Raise InputError unless a model's name is that of a file in the folder of a run, and of no other file there."""
    if not _is_model_name(name):
        raise InputError(
            f"[outputs], 'model': expected the name of a file in the run's folder, such as model.xyz, got {name!r}",
            path=path,
        )


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The results of a run.

    Attributes
    ----------
    path : Path
        The folder.
    """

    path: Path

    @property
    def config(self) -> Path:
        """The config, as it was when the run began."""
        return self.path / "config.toml"

    @property
    def checkpoint(self) -> Path:
        """What the run goes on from."""
        return self.path / "checkpoint.npz"

    @property
    def seal(self) -> Path:
        """What says that the folder is a run's; it is written before all else."""
        return self.path / "run.json"

    @property
    def trace(self) -> Path:
        """A line of numbers every so many moves."""
        return self.path / "trace.csv"

    @property
    def result(self) -> Path:
        """How well the finished run ended."""
        return self.path / "result.json"

    @property
    def timing(self) -> Path:
        """When it went, and how fast."""
        return self.path / "timing.json"

    @property
    def evaluation(self) -> Path:
        """What the evaluation of its last model found."""
        return self.path / "evaluation.npz"

    @property
    def start_evaluation(self) -> Path:
        """What that of its start found."""
        return self.path / "evaluation-start.npz"

    @property
    def report(self) -> Path:
        """The page of `carvsdb refine report`."""
        return self.path / "report.html"

    def snapshot(self, moves: int, suffix: str) -> Path:
        """Return where the model after so many moves is kept."""
        return self.path / "snapshots" / f"{moves:010d}{suffix}"

    def graded(self, moves: int) -> Path:
        """Return where the model after so many moves is kept with the grade of each atom."""
        return self.path / "graded" / f"{moves:010d}.xyz"

    def graded_models(self) -> list[Path]:
        """Return the models that were kept with grades, in their order."""
        return sorted(path for path in (self.path / "graded").glob("*.xyz") if _SNAPSHOT.fullmatch(path.name))

    def tables(self) -> list[Path]:
        """Return where curves and partials of the last model are written."""
        return [self.path / name for name in (CURVES, PARTIALS)]

    def snapshots(self) -> list[Path]:
        """Return the models that were kept, in their order."""
        return sorted(path for path in (self.path / "snapshots").glob("*") if _SNAPSHOT.fullmatch(path.name))

    def is_run(self) -> bool:
        """Return whether the folder's seal says that it is a run's."""
        try:
            if self.seal.is_symlink():
                return False
            said = json.loads(read_text(self.seal, 10_000))
        except (InputError, ValueError, RecursionError):
            return False
        model = said.get("model") if isinstance(said, dict) else None
        return isinstance(model, str) and _is_model_name(model) and said == _seal_of(model)

    def check_is_run(self) -> None:
        """Raise InputError if there are files of a run, but no seal that says so."""
        if not self.is_run() and any(path.exists() for path in (self.checkpoint, before(self.checkpoint))):
            raise InputError(
                "holds a checkpoint, but its seal, run.json, is missing or damaged: it is not taken for a run",
                path=self.path,
                hint="begin again in another folder",
            )

    def sealed_model(self) -> str:
        """Return what the last model of a run is called; of what is no run, nothing."""
        return str(json.loads(read_text(self.seal))["model"]) if self.is_run() else ""

    def write_seal(self, model: str) -> None:
        """Say that the folder is a run's, whose last model has this name."""
        write_text(self.seal, json.dumps(_seal_of(model), indent=1) + "\n")

    def check_own(self, model: str) -> None:
        """Raise RefusedError if a run would overwrite a file that no run made.

        Parameters
        ----------
        model : str
            What the last model will be called.
        """
        for place in (self.path, self.path / "snapshots", self.path / "graded"):
            if place.is_symlink():
                raise RefusedError("is a link; a run writes only into its own folder", item=str(place))
        ours = [self.seal, self.config, self.checkpoint, before(self.checkpoint), self.trace, self.result]
        ours += [self.timing, self.evaluation, self.start_evaluation, *self.snapshots(), *self.graded_models()]
        ours += [path for path in self.tables() if not is_own(path)]
        if self.is_run():
            ours = [] if model == self.sealed_model() else [self.path / model]
        else:
            ours.append(self.path / model)
        for file in ours:
            if file.exists() or file.is_symlink():
                raise RefusedError(
                    "stands there already, and no run made it: it is not overwritten",
                    item=str(file),
                    hint="move it away, or name another folder in [outputs] or with -o",
                )

    def check_free(self) -> None:
        """Raise RefusedError if the folder holds a run already."""
        if self.is_run() and self.checkpoint.exists():
            raise RefusedError(
                "holds a run already",
                item=str(self.path),
                hint="go on with `carvsdb refine resume`, begin again with `run --overwrite`, or name another folder",
            )

    def clear(self) -> None:
        """Take away an earlier run, and nothing else; its checkpoint first, so that its rest is never taken for one."""
        if not self.is_run():
            return
        files = [self.checkpoint, before(self.checkpoint), self.trace, self.result, self.timing, *self.snapshots()]
        files += [self.evaluation, self.start_evaluation, *self.graded_models()]
        files += [path for path in self.tables() if is_own(path)]
        for file in (*files, self.path / self.sealed_model(), self.config, self.seal):
            file.unlink(missing_ok=True)
        self.clear_drafts()

    @contextmanager
    def begun(self) -> Iterator[None]:
        """Make the folder, and take it away if the block fails before anything of a run is in it, as on a full disk.

        Raises
        ------
        InputError, RefusedError
            If it cannot be made.
        """
        new = [folder for folder in (self.path, *self.path.parents) if not folder.exists()]
        snapshots = self.path / "snapshots"
        try:
            snapshots.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise why_not_written(self.path, error) from error
        try:
            yield
        except BaseException:
            if new and not self.seal.exists():
                with suppress(OSError):  # folders that hold something else stay
                    snapshots.rmdir()
                    (self.path / ".lock").unlink(missing_ok=True)
                    for folder in new:
                        folder.rmdir()
            raise

    def clear_drafts(self) -> None:
        """Take away what killed processes were writing."""
        for folder in (self.path, self.path / "snapshots", self.path / "graded"):
            clear_drafts(folder)

    def is_taken(self) -> bool:
        """Return whether a process works in the folder."""
        try:
            with self.owned():
                return False
        except TakenError:
            return True

    @contextmanager
    def owned(self) -> Iterator[None]:
        """Keep other processes out of the folder.

        Raises
        ------
        TakenError
            If another process works in it.
        RefusedError
            If nothing can be written there.
        """
        # Imported here, as most who look into the folder of a run need no lock.
        from filelock import FileLock, Timeout

        # A link at this name is refused: the lock is opened without following it.
        lock = FileLock(self.path / ".lock", mode=0o644)
        try:
            # Someone may only be looking whether the folder is taken. The system frees the lock when its process ends.
            lock.acquire(timeout=0.35, poll_interval=0.05)
        except Timeout:
            raise TakenError("another process runs in this folder", item=str(self.path)) from None
        except OSError as error:
            raise why_not_written(self.path / ".lock", error) from error
        try:
            yield
        finally:
            lock.release()
