"""The folder of a run: what lies where in it, and that only one process works in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from carvsdb.errors import InputError, RefusedError


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
    def trace(self) -> Path:
        """A line of numbers every so many moves."""
        return self.path / "trace.csv"

    @property
    def result(self) -> Path:
        """How well the finished run ended."""
        return self.path / "result.json"

    @property
    def report(self) -> Path:
        """The page of `carvsdb refine report`."""
        return self.path / "report.html"

    def snapshot(self, moves: int, suffix: str) -> Path:
        """Return where the model after so many moves is kept."""
        return self.path / "snapshots" / f"{moves:010d}{suffix}"

    def snapshots(self) -> list[Path]:
        """Return the models that were kept, in their order."""
        return sorted(path for path in (self.path / "snapshots").glob("*") if not path.name.startswith("."))

    def check_free(self) -> None:
        """Raise RefusedError if the folder holds a run already."""
        if self.checkpoint.exists():
            raise RefusedError(
                "holds a run already",
                item=str(self.path),
                hint="go on with `carvsdb refine resume`, begin again with `run --overwrite`, or name another folder",
            )

    def clear(self) -> None:
        """Take away an earlier run: its checkpoint first, so that what is left of it is never taken for one."""
        for file in (self.checkpoint, self.trace, self.result, *self.snapshots()):
            file.unlink(missing_ok=True)
        self.clear_drafts()

    def make(self) -> None:
        """Make the folder.

        Raises
        ------
        InputError
            If it cannot be made.
        """
        try:
            (self.path / "snapshots").mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"cannot be made ({error.strerror or error})", path=self.path) from error

    def clear_drafts(self) -> None:
        """Take away what killed processes were writing."""
        for folder in (self.path, self.path / "snapshots"):
            for draft in folder.glob(".*.part"):
                draft.unlink(missing_ok=True)

    def is_taken(self) -> bool:
        """Return whether a process works in the folder."""
        try:
            with self.owned():
                return False
        except RefusedError:
            return True

    @contextmanager
    def owned(self) -> Iterator[None]:
        """Keep other processes out of the folder.

        Raises
        ------
        RefusedError
            If another process works in it.
        InputError
            If nothing can be written there.
        """
        from filelock import FileLock, Timeout

        lock = FileLock(self.path / ".lock", mode=0o644)
        try:
            # Someone may only be looking whether the folder is taken. The system frees the lock when its process ends.
            lock.acquire(timeout=0.35, poll_interval=0.05)
        except Timeout:
            raise RefusedError("another process runs in this folder", item=str(self.path)) from None
        except OSError as error:
            raise InputError(f"cannot be locked ({error.strerror or error})", path=self.path) from error
        try:
            yield
        finally:
            lock.release()
