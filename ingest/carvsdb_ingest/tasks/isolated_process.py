"""A process of its own for inputs that may hang or crash: it is killed and started anew, and the run goes on.

``python -m carvsdb_ingest.tasks.isolated_process MODULE:FUNCTION`` is such a process: it reads pickled calls from its
standard input and writes what they return to its standard output.
"""

import atexit
import contextlib
import faulthandler
import os
import pickle
import queue
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from carvsdb.errors import CarvsdbError, CrashedError, TimeLimitError
from carvsdb.kernel_cache import kernel_cache

if TYPE_CHECKING:
    from carvsdb_ingest.tasks.jobs import Attempted, Job, JobOptions

ATTEMPT = "carvsdb_ingest.tasks.jobs:attempt"
_START = 300.0  # seconds for a process to be ready: imports, and on a new machine compilation
_LENGTH = struct.Struct(">Q")


class Lane:
    """A process that does one call after another, each within a time limit.

    Parameters
    ----------
    function : str, optional
        ``MODULE:FUNCTION``, which is called with the arguments of :meth:`call`; by default what attempts a job.

    Notes
    -----
    The process is started with the first call. It ends by itself when this one ends, by whatever means: its input is
    closed then, and a call that hangs is ended by a timer of its own.
    """

    def __init__(self, function: str | None = None) -> None:
        self._function = function or ATTEMPT
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: queue.Queue[bytes | None] = queue.Queue()

    def attempt(self, job: "Job", options: "JobOptions") -> "list[Attempted]":
        """Read and analyse an input; a hang or a crash is what came of it."""
        from carvsdb_ingest.tasks.jobs import Attempted

        limit = job.limit(options)
        assert limit is not None
        try:
            return list(self.call(limit, job, options))
        except TimeLimitError as error:
            return [Attempted(0, "", job.sha256, error=_about(error, job), seconds=limit)]
        except CrashedError as error:
            return [Attempted(0, "", job.sha256, error=_about(error, job))]

    def call(self, limit: float, *arguments: object) -> Any:
        """Call the function in the other process.

        Parameters
        ----------
        limit : float
            Seconds that it may take.
        *arguments
            Anything that can be pickled.

        Raises
        ------
        TimeLimitError
            If it takes longer; the process is killed, and the next call starts another.
        CrashedError
            If the process ends.
        """
        process = self._started()
        assert process.stdin is not None
        try:
            _write(process.stdin, pickle.dumps((limit, arguments)))
            answer = self._answers.get(timeout=limit)
        except queue.Empty:
            self.close()
            raise TimeLimitError(f"took longer than {limit:g} s, the time limit") from None
        except OSError:
            answer = None
        if answer is None:
            process.wait()
            how = f"signal {-process.returncode}" if process.returncode < 0 else f"code {process.returncode}"
            self.close()
            raise CrashedError(f"the process that worked on it ended ({how}), perhaps because memory was short")
        return pickle.loads(answer)

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            for stream in (self._process.stdin, self._process.stdout):
                # What was still to be written to a process that is gone cannot be.
                with contextlib.suppress(OSError):
                    if stream is not None:
                        stream.close()
            self._process.wait()
            self._process = None

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.close()
        kernel_cache(Path(__file__).parent)  # here, since a warning of the other process would not be heard
        command = [sys.executable, "-m", "carvsdb_ingest.tasks.isolated_process", self._function]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
        )
        assert process.stdout is not None
        self._process, self._answers = process, queue.Queue()
        threading.Thread(target=_listen, args=(process.stdout, self._answers), daemon=True).start()
        try:
            ready = self._answers.get(timeout=_START)
        except queue.Empty:
            ready = None
        if ready is None:
            self.close()
            raise CrashedError("the process that was to work on it could not be started")
        return process

    def __enter__(self) -> "Lane":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _about(error: CarvsdbError, job: "Job") -> CarvsdbError:
    """Say of which input an error is."""
    return type(error)(error.message, item=job.input)


def _listen(stream: IO[bytes], answers: "queue.Queue[bytes | None]") -> None:
    """Hand on what the process writes; nothing more when it has ended."""
    try:
        while (message := _read(stream)) is not None:
            answers.put(message)
    except (OSError, ValueError):  # the stream was closed under our hands
        pass
    answers.put(None)


def _read(stream: IO[bytes]) -> bytes | None:
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    message = stream.read(length)
    return message if len(message) == length else None


def _write(stream: IO[bytes], message: bytes) -> None:
    stream.write(_LENGTH.pack(len(message)) + message)
    stream.flush()


def serve(name: str) -> None:
    """Do what is asked on the standard input, until it is closed."""
    # What libraries print must not end up between our answers.
    with os.fdopen(os.dup(1), "wb") as answers, os.fdopen(os.dup(0), "rb") as calls:
        os.dup2(2, 1)
        module, _, attribute = name.partition(":")
        function: Callable[..., Any] = getattr(import_module(module), attribute)
        # What is compiled on a new machine must not count as time of the first input.
        getattr(sys.modules[module], "prepare", lambda: None)()
        _write(answers, b"ready")
        with open(os.devnull, "w") as nowhere:
            while (message := _read(calls)) is not None:
                limit, arguments = pickle.loads(message)
                # If whoever asked is gone, nobody else ends a call that hangs.
                faulthandler.dump_traceback_later(limit + 10, exit=True, file=nowhere)
                answer = function(*arguments)
                faulthandler.cancel_dump_traceback_later()
                _write(answers, pickle.dumps(answer))


_OWN = threading.local()


def own_lane() -> Lane:
    """Return the lane of this thread, which is one of several that work; it ends with this process."""
    if not hasattr(_OWN, "lane"):
        _OWN.lane = Lane()
        atexit.register(_OWN.lane.close)
    lane: Lane = _OWN.lane
    return lane


if __name__ == "__main__":
    serve(sys.argv[1])
