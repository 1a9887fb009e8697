"""The nets that come with carvsdb: the release `reference-nets`, opened where there is no catalogue.

The folder ``release`` is the release itself, built by ``datasets/reference-nets/build.py``.
"""

from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

import pyarrow.parquet as pq

from carvsdb.catalogue.catalogue import Catalogue
from carvsdb.catalogue.file import schema
from carvsdb.catalogue.file.storage import Storage
from carvsdb_schemas.released import RELEASED, filled

NAME = "reference-nets"
"""What the release is called."""


@cache
def reference_nets() -> Catalogue:
    """Return a catalogue, in memory, of the nets that come with carvsdb; made once in a process, not to be changed.

    Examples
    --------
    >>> sod = reference_nets().show("sod")
    >>> sod.description.carvs.symbol, [one.ring_kind for one in sod.searches]
    ('{4(2).6(4).12(32)}', ['ring', 'strong'])
    """
    storage = Storage(None)
    schema.create(storage)
    with as_file(files(__name__) / "release") as folder, storage.transaction():
        for model in RELEASED:
            path = Path(folder, f"{model.__tablename__}.parquet")
            if path.is_file():
                storage.insert(model, filled(model, pq.read_table(path)))
    return Catalogue(storage)


def described() -> str:
    """Say in one sentence where an answer comes from."""
    return f"no catalogue: among the {len(reference_nets()):,} nets that come with carvsdb ({NAME})"
