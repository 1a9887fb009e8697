"""How long the work on one input may take, in commands that do it in their own process.

`carvsdb ingest` ends a process that is late, whatever it does. Here an exception is raised, as Ctrl-C does, which comes
through as soon as the kernel in work returns: each one's work is bounded. Should one not return, the command ends. What
kernels take to compile, once on a machine, does not count.
"""

import _thread
import os
import signal
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TypeVar

from carvsdb.cli.output import say
from carvsdb.errors import CarvsdbError, TimeLimitError

T = TypeVar("T")

GRACE = 60.0
"""Seconds after which a command ends whose kernel does not return."""

_AGAIN = 1.0  # seconds: who catches the exception as one of a part goes on with the next part
_LEAST = 0.01
_SIGNAL: signal.Signals = getattr(signal, "SIGALRM" if os.name == "posix" else "SIGBREAK")


@contextmanager
def within(path: str | Path, seconds: float | None = None, grace: float = GRACE) -> Iterator[None]:
    """Raise TimeLimitError in what takes longer; errors that do not know their input get its path.

    Parameters
    ----------
    path : str or Path
        The input, which the sentence names.
    seconds : float, optional
        How long it may take; by default what its format says.
    grace : float
        Seconds after which the process ends if that did not help.
    """
    from carvsdb.compiled import seconds_of_compiling
    from carvsdb_ingest.files.limits import checked_time_limit
    from carvsdb_ingest.readers.formats import default_time_limit

    limit = default_time_limit(path) if seconds is None else checked_time_limit(seconds)
    if threading.current_thread() is not threading.main_thread():  # only there can it be raised
        yield
        return
    ended = threading.Event()
    began, compiled = time.monotonic(), seconds_of_compiling()

    def late() -> TimeLimitError:
        return TimeLimitError(
            f"took longer than {limit:g} s, the time limit",
            item=str(path),
            hint="--time-limit of describe, rings and ingest allows more",
        )

    def stop(number: int, frame: FrameType | None) -> None:
        if not ended.is_set():
            raise late()

    def left() -> float:
        return limit + seconds_of_compiling() - compiled - (time.monotonic() - began)

    def watch() -> None:
        while left() > 0:
            if ended.wait(max(left(), _LEAST)):
                return
        while left() > -grace:
            _thread.interrupt_main(_SIGNAL)
            if ended.wait(_AGAIN):
                return
        say(str(late()))
        os._exit(TimeLimitError.exit_code)

    before = signal.signal(_SIGNAL, stop)
    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    except CarvsdbError as error:
        error.item = error.item or str(path)
        raise
    except SystemError as error:
        # A compiled function runs Python while it takes or returns values, and wraps what was raised there.
        if isinstance(error.__cause__, TimeLimitError):
            raise error.__cause__ from None
        raise
    finally:
        ended.set()
        signal.signal(_SIGNAL, before)


def each_within(items: Iterable[T], path: str | Path, seconds: float | None = None) -> Iterator[T | TimeLimitError]:
    """Yield items, each of which may take so long to make; what is late is yielded as an error, and may be the last."""
    left = iter(items)
    while True:
        try:
            with within(path, seconds):
                item: T | TimeLimitError = next(left)
        except StopIteration:
            return
        except TimeLimitError as error:
            item = error
        yield item
