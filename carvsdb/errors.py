"""What can go wrong, by cause: one root and a few leaves.

Every message is one sentence: which item, what was expected and what was found (with units), and what
to do next. The command line prints the sentence and ends with the leaf's ``exit_code``.
"""

import errno
from pathlib import Path

# What the system answers where a door is closed or a disk full.
_REFUSED = {
    getattr(errno, name)
    for name in ("EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "EFBIG", "EIO", "EMFILE", "ENFILE", "ENAMETOOLONG")
    if hasattr(errno, name)
}


class CarvsdbError(Exception):
    """The root of all errors that carvsdb raises on purpose.

    Parameters
    ----------
    message : str
        One sentence for the user.
    item : str, optional
        What the sentence is about: a file, ``file:line``, a label.
    hint : str, optional
        What to do next, where it is not part of the sentence.

    Attributes
    ----------
    doubts : tuple of str
        What was doubtful about the input before the error: it belongs to the sentence, since it may be the cause.
    """

    exit_code = 1
    doubts: tuple[str, ...] = ()

    def __init__(self, message: str, *, item: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.item = item
        self.hint = hint

    @property
    def sentence(self) -> str:
        """The message, with what was doubtful before."""
        return f"{self.message} (read with doubts: {'; '.join(self.doubts)})" if self.doubts else self.message

    def __str__(self) -> str:
        text = self.sentence
        if self.item and not text.startswith(self.item):
            text = f"{self.item}: {text}"
        return f"{text}; {self.hint}" if self.hint else text


class CarvsdbWarning(UserWarning):
    """Something that the user should know and that stops nothing; the command line prints the sentence."""


class InputError(CarvsdbError):
    """A file, a structure or a net that cannot be used as it is.

    Parameters
    ----------
    message : str
        One sentence for the user.
    path : str or Path, optional
        The file.
    line : int, optional
        The line in it, counted from 1.
    hint : str, optional
        What to do next.
    """

    exit_code = 3

    def __init__(
        self, message: str, *, path: str | Path | None = None, line: int | None = None, hint: str | None = None
    ) -> None:
        item = None if path is None else str(path) if line is None else f"{path}:{line}"
        super().__init__(message, item=item, hint=hint)
        self.path = None if path is None else str(path)
        self.line = line


class NoNetError(InputError):
    """A structure that has no net: it ends with the status ``no net`` and a cause, not with an error.

    Parameters
    ----------
    message : str
        One sentence for the user.
    cause : str
        Why, in the words of the catalogue: ``no bonds``, ``0-periodic``, ``disorder``, ``bad cell``.
    path, line, hint
        As in `InputError`.
    """

    status = "no net"

    def __init__(
        self,
        message: str,
        *,
        cause: str = "no net",
        path: str | Path | None = None,
        line: int | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, path=path, line=line, hint=hint)
        self.cause = cause


class TimeLimitError(CarvsdbError):
    """An input took longer than it may; it ends with the status ``timeout``."""

    exit_code = 3
    status = "timeout"


class MemoryLimitError(CarvsdbError):
    """The work on an input needed more memory than it may."""

    exit_code = 3


class CrashedError(CarvsdbError):
    """The process that worked on an input ended."""


class NotFoundError(CarvsdbError):
    """Nothing has this name, or several things have it."""

    exit_code = 4


class AmbiguousError(NotFoundError):
    """Several things have this name."""


class MissingExtraError(CarvsdbError, ImportError):
    """A package of an optional extra is not installed."""

    exit_code = 5


class RefusedError(CarvsdbError):
    """A question that has no honest answer: other cut-offs, another schema, a lock, no rings."""

    exit_code = 7


class LabelTakenError(RefusedError):
    """A label belongs to other content of the catalogue."""


class RingBudgetError(RefusedError):
    """A net has more rings than the search may find."""


class VerificationError(CarvsdbError):
    """A check found something wrong, or an iteration did not converge."""

    exit_code = 8


def refused_by_system(error: Exception) -> RefusedError | None:
    """Return what the system refused, as an error of ours; None if the error is another one, which nobody foresaw.

    Examples
    --------
    >>> print(refused_by_system(OSError(errno.ENOSPC, "No space left on device", "a.csv")))
    a.csv: cannot be read or written (No space left on device)
    >>> refused_by_system(ValueError("a bug")) is None
    True
    """
    if isinstance(error, MemoryError):
        return RefusedError("there is not enough memory for this")
    if isinstance(error, OSError) and error.errno in _REFUSED:
        item = None if error.filename is None else str(error.filename)
        return RefusedError(f"cannot be read or written ({error.strerror or error})", item=item)
    return None


def cause_of(error: Exception, most: int = 160) -> str:
    r"""Return what an exception of another library says, in one line; its class if it says nothing.

    Examples
    --------
    >>> cause_of(ValueError("no  such\ncolumn")), cause_of(KeyError())
    ('no such column', 'KeyError')
    """
    return " ".join(str(error).split())[:most] or type(error).__name__
