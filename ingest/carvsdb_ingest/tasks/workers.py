"""Who does the work: processes of this machine, or a cluster."""

import operator
import os
from dataclasses import dataclass

from carvsdb.errors import InputError

BACKENDS = ("local", "dask")


@dataclass(frozen=True, slots=True)
class Workers:
    """Who does the work.

    Attributes
    ----------
    number : int or None
        Processes; None lets the number of inputs and of cores decide.
    backend : str
        ``local`` (processes of this machine) or ``dask`` (a cluster).
    scheduler : str or None
        Address of the dask scheduler, such as ``tcp://host:8786``.
    """

    number: int | None = None
    backend: str = "local"
    scheduler: str | None = None

    def __post_init__(self) -> None:
        if self.number is not None and self.number < 1:
            raise InputError(f"workers must be 1 or more, got {self.number}")
        if self.backend not in BACKENDS:
            raise InputError(f"backend must be local or dask, got {self.backend!r}")
        if (self.backend == "dask") != (self.scheduler is not None):
            raise InputError("the backend dask needs the address of a scheduler, and no other takes one")

    @classmethod
    def of(cls, given: "Workers | int | None") -> "Workers":
        """Return who is meant: a number of processes, or nobody in particular.

        Raises
        ------
        InputError

        Examples
        --------
        >>> Workers.of(2)
        Workers(number=2, backend='local', scheduler=None)
        """
        if given is None or isinstance(given, Workers):
            return given or cls()
        try:
            return cls(operator.index(given))
        except TypeError:
            raise InputError(f"workers must be a number of processes, got {given!r}") from None

    def count(self) -> int:
        """Return the number of processes; a cluster has its own."""
        return self.number or os.cpu_count() or 1
