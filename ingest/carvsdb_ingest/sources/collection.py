"""What a collection says of itself."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from carvsdb_ingest.readers import NetItem


@dataclass(frozen=True, slots=True)
class Collection:
    """A named collection of nets.

    Attributes
    ----------
    name : str
        What `--source` takes.
    title : str
        One line on what it is.
    version, licence, citation, url, doi : str
        As it is to be cited; empty where there is none.
    how : str
        What a user does to have it.
    items : callable
        Yields its nets.
    """

    name: str
    title: str
    version: str
    licence: str
    citation: str
    url: str
    doi: str
    how: str
    items: Callable[[], Iterator[NetItem]]
