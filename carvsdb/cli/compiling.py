"""What a terminal is told while kernels are compiled, which happens once on a machine."""

import logging
import sys
import time

from carvsdb.cli.output import say
from carvsdb.cli.progress import EVERY


class _Told(logging.Handler):
    """Says that kernels are compiled, and every few seconds how many were."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self._number = 0
        self._last = 0.0

    def emit(self, record: logging.LogRecord) -> None:
        self._number += 1
        now = time.monotonic()
        if self._number == 1:
            say("compiling, once on this machine: about ten seconds for nets, longer for refinements")
        elif now - self._last > EVERY:
            say(f"compiling: {self._number} parts so far")
        else:
            return
        self._last = now


def tell_of_compiling() -> None:
    """Let a terminal know why the first command takes long; where stderr is no terminal nothing is said."""
    log = logging.getLogger("carvsdb.compiled")
    if sys.stderr is not None and sys.stderr.isatty() and not any(isinstance(one, _Told) for one in log.handlers):
        log.setLevel(logging.INFO)
        log.propagate = False
        log.addHandler(_Told())
