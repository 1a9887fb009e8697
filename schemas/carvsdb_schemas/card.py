"""The card of a data set: what it is, whose it is, and in which units."""

import re
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

COMMON_LICENCES = (
    "0BSD", "AFL-3.0", "AGPL-3.0-only", "AGPL-3.0-or-later", "Apache-2.0", "BSD-2-Clause",
    "BSD-3-Clause", "CC0-1.0", "CC-BY-3.0", "CC-BY-4.0", "CC-BY-NC-4.0", "CC-BY-NC-ND-4.0",
    "CC-BY-NC-SA-4.0", "CC-BY-ND-4.0", "CC-BY-SA-3.0", "CC-BY-SA-4.0", "CDLA-Permissive-2.0",
    "GPL-2.0-only", "GPL-3.0-only", "GPL-3.0-or-later", "ISC", "LGPL-3.0-or-later", "MIT",
    "MPL-2.0", "ODbL-1.0", "ODC-By-1.0", "PDDL-1.0", "Unlicense",
)  # fmt: skip
"""SPDX identifiers that people misspell; any other of the right form is taken as it is."""

OPEN_LICENCES = frozenset(known for known in COMMON_LICENCES if "-ND" not in known)
"""Licences of structures that may be passed on, changed or not, by who names source and licence."""

Redistribution = Literal["full", "derived", "none"]
"""What a release holds of a source: all; only what is derived (ring counts, symbols, keys), no atoms, no coordinates
and no graphs; or nothing."""

_LICENCE = re.compile(r"[A-Za-z0-9.+-]+( (AND|OR|WITH) [A-Za-z0-9.+-]+)*")
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_ORCID = re.compile(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]")


class CardPart(BaseModel):
    """What the parts of a card share: no unknown fields, no blanks around text."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Author(CardPart):
    """Somebody who made the data set."""

    name: str = Field(min_length=1, description="Family name, given names.")
    orcid: str | None = None
    affiliation: str | None = None

    @field_validator("orcid")
    @classmethod
    def _orcid(cls, value: str | None) -> str | None:
        if value is not None and not _ORCID.fullmatch(value):
            raise ValueError(f"expected an ORCID such as 0000-0002-1825-0097, got {value!r}")
        return value


class Citation(CardPart):
    """What to cite."""

    text: str = Field(min_length=1)
    doi: str | None = Field(default=None, description="Without `https://doi.org/`.")

    @field_validator("doi")
    @classmethod
    def _doi(cls, value: str | None) -> str | None:
        return _checked_doi(value)


class CardSource(CardPart):
    """Where the structures come from."""

    collection: str = Field(min_length=1)
    licence: str = Field(description="SPDX expression.")
    version: str | None = None
    url: str | None = None
    doi: str | None = None
    citation: str | None = None
    redistribution: Redistribution | None = Field(
        default=None, description="full, derived or none; by default full under an open licence, else derived."
    )

    @field_validator("licence")
    @classmethod
    def _licence(cls, value: str) -> str:
        return _checked_licence(value)

    @field_validator("doi")
    @classmethod
    def _doi(cls, value: str | None) -> str | None:
        return _checked_doi(value)

    def allowed(self) -> Redistribution:
        """Return what a release holds of it."""
        if self.redistribution is not None:
            return self.redistribution
        parts = [part for part in self.licence.split() if part not in ("AND", "OR", "WITH")]
        return "full" if all(part in OPEN_LICENCES for part in parts) else "derived"


class PreviousVersion(CardPart):
    """The release that this one takes the place of."""

    version: str = Field(min_length=1)
    doi: str | None = Field(default=None, description="Without `https://doi.org/`.")

    @field_validator("doi")
    @classmethod
    def _doi(cls, value: str | None) -> str | None:
        return _checked_doi(value)


class CardProperty(CardPart):
    """A quantity in the tables."""

    unit: str = Field(min_length=1, description="`1` for a number without unit.")
    description: str = Field(min_length=1)


class DatasetCard(CardPart):
    """The card of a data set.

    Notes
    -----
    `properties` names a column as ``table.column`` and gives its unit, so that a number in a release never
    stands alone. Licences are SPDX expressions, DOIs stand without ``https://doi.org/``.
    """

    name: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", description="Lower case, digits and hyphens.")
    version: str = Field(pattern=r"^\d{4}\.\d{2}(\.\d+)?$|^\d+\.\d+\.\d+$", description="2026.11 or 1.0.0.")
    title: str = Field(min_length=1)
    description: str = Field(min_length=20)
    licence: str = Field(description="SPDX expression.")
    authors: list[Author] = Field(min_length=1)
    citation: Citation
    sources: list[CardSource] = Field(min_length=1)
    created: date
    properties: dict[str, CardProperty] = Field(min_length=1, description="By column, such as `carvs.sigma`.")
    made: str | None = Field(default=None, min_length=1, description="How it was made, for the README.")
    limits: list[str] = Field(default_factory=list, description="What it is not good for, for the README.")
    keywords: list[str] = Field(default_factory=list)
    publisher: str = Field(default="Zenodo", min_length=1, description="Who keeps it.")
    url: str | None = Field(default=None, pattern=r"^https?://\S+$", description="Its page.")
    previous: PreviousVersion | None = None

    @field_validator("licence")
    @classmethod
    def _licence(cls, value: str) -> str:
        return _checked_licence(value)


def _checked_licence(value: str) -> str:
    plain = re.sub(r"[^a-z0-9]", "", value.lower())
    for known in COMMON_LICENCES:
        if value != known and plain == re.sub(r"[^a-z0-9]", "", known.lower()):
            raise ValueError(f"expected an SPDX identifier, got {value!r}; did you mean {known}?")
    if not _LICENCE.fullmatch(value):
        raise ValueError(f"expected an SPDX identifier such as CC-BY-4.0 (https://spdx.org/licenses), got {value!r}")
    return value


def _checked_doi(value: str | None) -> str | None:
    if value is not None and not _DOI.fullmatch(value):
        raise ValueError(f"expected a DOI such as 10.1021/ar800124u, without https://, got {value!r}")
    return value
