"""Refinement runs: how a model was made, beside the model."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from carvsdb.errors import InputError
from carvsdb.version import VERSION
from carvsdb_schemas.json_text import json_text


@dataclass(frozen=True, slots=True, eq=False)
class RefinementRun:
    """A refinement run, as the catalogue takes it.

    Attributes
    ----------
    config : mapping
        What it was told, as JSON values.
    seed : int
        Of its random numbers.
    data_sha256 : tuple of str
        SHA-256 of each data set.
    potential_sha256 : str or None
        SHA-256 of the potential; None if it had none.
    results : mapping
        How well it ended: chi2 and Rw by data set, energies, acceptance, percentiles of gamma, as JSON values.
    files : tuple of str
        What it wrote.
    model : str or None
        The entry that it made, by its name; a run that made several models is stored once for each.
    code_version : str
    """

    config: Mapping[str, object]
    seed: int
    data_sha256: tuple[str, ...] = ()
    potential_sha256: str | None = None
    results: Mapping[str, object] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    model: str | None = None
    code_version: str = VERSION

    def __post_init__(self) -> None:
        if not 0 <= self.seed < 2**31:
            raise InputError(f"the seed of a run must be 0 to 2147483647, got {self.seed}")
        for digest in (*self.data_sha256, *([] if self.potential_sha256 is None else [self.potential_sha256])):
            if not re.fullmatch("[0-9a-f]{64}", digest):
                raise InputError(f"a SHA-256 of a run must be 64 hexadecimal digits, got {digest!r}")
        for what, values in (("config", self.config), ("results", self.results)):
            try:
                json_text(dict(values)).encode()
            except (TypeError, ValueError) as error:
                raise InputError(f"the {what} of a run must be JSON values: {error}") from error
