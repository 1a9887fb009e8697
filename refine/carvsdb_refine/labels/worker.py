"""The reference method, and one label by it, in a process of its own."""

import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError
from carvsdb.regular_file import sha256_of
from carvsdb_refine.labels.frames import why_unusable
from carvsdb_refine.potential.from_config import potential_from_config
from carvsdb_refine.potential.terms import Potential
from carvsdb_schemas.potential_tables import WITHOUT_EFFECT, AseTable, PotentialTable

_TABLE: TypeAdapter[PotentialTable] = TypeAdapter(PotentialTable)


@dataclass(frozen=True, slots=True)
class Oracle:
    """A reference method, as a ``[potential]`` table names it.

    Attributes
    ----------
    table : str
        The table as JSON.
    folder : str
        What its files are relative to.
    allowed : tuple of str
        Classes of ASE calculators that were allowed on the command line.
    """

    table: str
    folder: str = "."
    allowed: tuple[str, ...] = ()

    @classmethod
    def of(cls, table: PotentialTable, folder: str | Path = ".", allowed: tuple[str, ...] = ()) -> "Oracle":
        """Return the method that a table names."""
        # Labels have a limit of their own, and are the same whatever it is.
        dumped = table.model_dump(mode="json", exclude=WITHOUT_EFFECT)
        return cls(json.dumps(dumped, sort_keys=True), str(folder), allowed)

    @property
    def parsed(self) -> PotentialTable:
        """The table itself."""
        return _TABLE.validate_json(self.table)

    @property
    def potential(self) -> Potential:
        """The method itself.

        Raises
        ------
        InputError
            If the table names none, or it cannot be made.
        """
        made = _made(self)
        if made is None:
            raise InputError("a label needs a method; expected a kind other than 'none'")
        return made

    def within(self, time_limit: float) -> Potential:
        """Return the method, an evaluation of which ends with an error after so many seconds.

        Raises
        ------
        InputError
            As for `potential`.
        """
        limited = potential_from_config(self.parsed, self.folder, self.allowed, time_limit)
        return self.potential if limited is None else limited

    @property
    def key(self) -> str:
        """A name that differs for other parameters, other files and other versions of the package that calculates."""
        table = self.parsed
        about: dict[str, Any] = {"table": json.loads(self.table)}
        named = getattr(table, "file", None)
        if named:
            about["sha256"] = sha256_of(Path(self.folder, named))
        if isinstance(table, AseTable):
            kind = type(getattr(self.potential, "calculator", None))
            about["class"] = f"{kind.__module__}:{kind.__qualname__}"
            try:
                about["version"] = version(kind.__module__.partition(".")[0])
            except PackageNotFoundError:
                about["version"] = "unknown"
        return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()[:16]


@lru_cache(maxsize=4)
def _made(oracle: Oracle) -> Potential | None:
    return potential_from_config(oracle.parsed, oracle.folder, oracle.allowed)


def label_one(oracle: Oracle, model: AtomicModel) -> Iterator[dict[str, Any]]:
    """Yield the label of a model as JSON values: with ``energy`` and ``forces``, or with a ``cause``."""
    began = time.monotonic()
    try:
        potential = oracle.potential
        energies, forces, stress = potential.energies_forces_and_stress(model.elements, model.positions, model.cell)
    except InputError as error:
        # A calculator that has failed may be left half set up, and would give that as the cause of the next failure.
        _made.cache_clear()
        yield {"cause": error.message}
        return
    energy = float(energies.sum())
    known = None if np.isnan(stress).all() else stress
    cause = why_unusable(energy, forces, known, model.n_atoms)
    calculator = getattr(potential, "calculator", None)
    if not cause and getattr(calculator, "converged", None) is False:
        cause = "the calculation did not converge"
    if cause:
        yield {"cause": cause}
        return
    yield {
        "energy": energy,
        "forces": forces.tolist(),
        "stress": None if known is None else known.tolist(),
        "seconds": round(time.monotonic() - began, 3),
    }
