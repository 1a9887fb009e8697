"""A process of its own for work that may hang or crash: it can be ended at any time, and ends with whoever asked it.

``python -m carvsdb_ingest.tasks.isolated_process MODULE:FUNCTION`` is such a process: it reads pickled calls of a
generator function from its standard input, and writes what that yields to its standard output.
"""

import atexit
import contextlib
import logging
import os
import pickle
import queue
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import IO, Any, Literal

from carvsdb.kernel_cache import kernel_cache

IDLE = 20.0
"""Seconds after which a process that is asked nothing ends."""

_LOCK = threading.Lock()
_COMPILING = logging.getLogger("carvsdb.compiled")
_LENGTH = struct.Struct(">Q")
_PR_SET_PDEATHSIG, _SIGKILL = 1, 9
# Each process is one of several, and works on one input at a time.
_ONE_THREAD = ("OMP", "OPENBLAS", "MKL", "BLIS", "VECLIB", "NUMBA", "NUMEXPR")


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What is heard from a process.

    Attributes
    ----------
    process : IsolatedProcess
    kind : str
        ``ready`` (it has started), ``part`` (the function yielded), ``end`` (it returned), ``error`` (it raised) or
        ``gone`` (the process ended).
    value : object
        What was yielded or raised.
    """

    process: "IsolatedProcess"
    kind: Literal["ready", "part", "end", "error", "gone"]
    value: Any = None


class IsolatedProcess:
    """A process that does one call after another.

    Parameters
    ----------
    function : str
        ``MODULE:FUNCTION``, a generator function. If its module has a function ``prepare``, that is called first.
    answers : Queue of Answer
        Where all that is heard from it goes; several processes may share one.

    Notes
    -----
    It ends when the process that started it ends, by whatever means: at once where the system can do it (Linux), else
    within seconds, since a thread of it sees its input closed.
    """

    def __init__(self, function: str, answers: "queue.Queue[Answer]") -> None:
        self.function = function
        self.folder = _working_folder()
        self.answers = answers
        self._is_gone = False
        kernel_cache(Path(__file__).parent)  # here, since a warning of the other process would not be heard
        command = [sys.executable, "-m", "carvsdb_ingest.tasks.isolated_process", function, str(os.getpid())]
        limits = {f"{name}_NUM_THREADS": "1" for name in _ONE_THREAD}
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C of a terminal is told to the one who asks only
            env={**limits, **os.environ},
        )
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it still runs and answers."""
        return not self._is_gone and self._process.poll() is None

    def ask(self, *arguments: object) -> None:
        """Call the function; what it yields comes as answers. Only when the last call has ended."""
        assert self._process.stdin is not None
        # A process that is gone says so by its answer.
        with contextlib.suppress(OSError, ValueError):
            _write(self._process.stdin, pickle.dumps(arguments))

    def end(self) -> str:
        """End the process; return how it had ended before, in words."""
        with contextlib.suppress(subprocess.TimeoutExpired):  # one whose pipe closed is about to end
            self._process.wait(0.0 if self._process.stdin and self._process.stdin.closed else 0.2)
        code = self._process.poll()
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            # What was still to be written to a process that is gone cannot be.
            with contextlib.suppress(OSError):
                if stream is not None:
                    stream.close()
        self._process.wait()
        return "was ended" if code is None else f"signal {-code}" if code < 0 else f"code {code}"

    def _listen(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        # The stream may be closed under our hands; a process whose answer cannot be read counts as gone.
        with contextlib.suppress(Exception):
            while (message := _read(stream)) is not None:
                kind, value = pickle.loads(message)
                if kind == "compiling":
                    _COMPILING.info("%s", value)
                    continue
                self.answers.put(Answer(self, kind, value))
        with _LOCK:
            self._is_gone = True
            self.answers.put(Answer(self, "gone"))


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


_SPARE: list[tuple[int, IsolatedProcess]] = []


def take(function: str, answers: "queue.Queue[Answer]") -> tuple[IsolatedProcess, bool]:
    """Return a process for a function, and whether it is one that was used before and is ready."""
    folder = _working_folder()
    with _LOCK:
        for index, (owner, process) in enumerate(_SPARE):
            # After a fork the processes belong to the other one; relative paths mean what they mean where it started.
            if owner == os.getpid() and process.function == function and process.folder == folder:
                del _SPARE[index]
                if process.is_alive:
                    process.answers = answers
                    return process, True
                process.end()
                break
    return IsolatedProcess(function, answers), False


def _working_folder() -> str | None:
    """Return the working folder of this process; None if it was removed."""
    try:
        return os.getcwd()
    except OSError:
        return None


def give_back(process: IsolatedProcess) -> None:
    """Keep a process that has nothing to do for the next who takes one; after a while it ends by itself."""
    process.answers = queue.Queue()
    with _LOCK:
        _SPARE.append((os.getpid(), process))


@atexit.register
def end_spare() -> None:
    """End the processes that nobody uses."""
    with _LOCK:
        for owner, process in _SPARE:
            if owner == os.getpid():
                process.end()
        _SPARE.clear()


class _Compiling(logging.Handler):
    """Lets whoever asks know of each kernel that is compiled here, where no terminal is told."""

    def __init__(self, say: Callable[[str, object], None]) -> None:
        super().__init__()
        self._say = say

    def emit(self, record: logging.LogRecord) -> None:
        self._say("compiling", record.getMessage())


def serve(name: str, parent: int) -> None:
    """Do what is asked on the standard input, until it is closed or nothing comes for a while."""
    _end_with(parent)
    calls: queue.Queue[bytes] = queue.Queue()
    # What libraries print must not end up between our answers.
    answers, asked = os.fdopen(os.dup(1), "wb"), os.fdopen(os.dup(0), "rb")
    os.dup2(2, 1)

    def say(kind: str, value: object = None) -> None:
        _write(answers, pickle.dumps((kind, value)))

    _COMPILING.addHandler(_Compiling(say))
    _COMPILING.setLevel(logging.INFO)
    # Beside the work, so that also a call that hangs ends with the one who asked; kernels leave it free to run.
    threading.Thread(target=_listen_to_end, args=(asked, calls), daemon=True).start()
    module, _, attribute = name.partition(":")
    function: Callable[..., Iterator[object]] = getattr(import_module(module), attribute)
    # What is compiled on a new machine must not count as time of the first input.
    getattr(sys.modules[module], "prepare", lambda: None)()
    say("ready")
    while True:
        try:
            message = calls.get(timeout=IDLE)
        except queue.Empty:
            os._exit(0)  # no stream is closed: that would wait for the thread that reads it
        try:
            for value in function(*pickle.loads(message)):
                say("part", value)
            say("end")
        except Exception as error:  # whatever it is, whoever asked raises it again
            say("error", error)


def _listen_to_end(stream: IO[bytes], calls: "queue.Queue[bytes]") -> None:
    while (message := _read(stream)) is not None:
        calls.put(message)
    os._exit(0)


def _end_with(parent: int) -> None:
    """Let the system end this process when its parent ends, and let it be the first to go when memory is short."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, _SIGKILL)
        with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
            file.write("500")
    if os.name == "posix" and os.getppid() != parent:
        os._exit(1)


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
