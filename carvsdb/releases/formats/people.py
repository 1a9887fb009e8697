"""Authors of a data set, as several formats write them."""

from dataclasses import dataclass

from carvsdb_schemas.card import Author


@dataclass(frozen=True, slots=True)
class Name:
    """A name taken apart.

    Attributes
    ----------
    whole : str
        As people say it.
    family, given : str
        Both empty for what is no person.
    """

    whole: str
    family: str = ""
    given: str = ""


def name_of(author: Author) -> Name:
    """Take a name apart: ``Family, given`` is a person, what has no comma a group.

    Examples
    --------
    >>> name_of(Author(name="Zimmer, Åsa")).whole, name_of(Author(name="The developers")).family
    ('Åsa Zimmer', '')
    """
    family, comma, given = (part.strip() for part in author.name.partition(","))
    return Name(f"{given} {family}".strip(), family, given) if comma else Name(author.name)


def orcid_url(author: Author) -> str | None:
    """Return the page of an author's ORCID."""
    return None if author.orcid is None else f"https://orcid.org/{author.orcid}"


def doi_url(doi: str | None) -> str | None:
    """Return the page of a DOI."""
    return None if doi is None else f"https://doi.org/{doi}"


def licence_urls(expression: str) -> list[str]:
    """Return the pages of the licences in an SPDX expression; none for one of somebody's own."""
    known = [part for part in expression.split() if part not in ("AND", "OR", "WITH")]
    return [f"https://spdx.org/licenses/{part}.html" for part in known if not part.startswith("LicenseRef-")]
