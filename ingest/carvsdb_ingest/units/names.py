"""Trivial names of well-known ligands, by the InChIKey of the neutral molecule."""

from functools import cache
from importlib.resources import files


def name_of(parent: str | None) -> str | None:
    """Return the trivial name of a ligand, None if it has none here.

    Parameters
    ----------
    parent : str or None
        The first 25 characters of the InChIKey of the neutral molecule: what it is, without the protons that it lost.

    Examples
    --------
    >>> name_of("KKEYFWRCBNTPAC-UHFFFAOYSA")
    'terephthalate'
    """
    return _names().get(parent or "")


def parent_named(name: str) -> str | None:
    """Return the key of a ligand by its name or an abbreviation of it, whatever the case of its letters.

    Examples
    --------
    >>> parent_named("BDC") == parent_named("terephthalate") == "KKEYFWRCBNTPAC-UHFFFAOYSA"
    True
    """
    return _parents().get(name.casefold())


@cache
def _rows() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    text = (files("carvsdb_ingest.units.data") / "linkers.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines()[1:])
    return tuple((parent, name, tuple(one for one in synonyms.split(";") if one)) for parent, name, synonyms, _ in rows)


@cache
def _names() -> dict[str, str]:
    return {parent: name for parent, name, _ in _rows()}


@cache
def _parents() -> dict[str, str]:
    return {one.casefold(): parent for parent, name, synonyms in _rows() for one in (name, *synonyms)}
