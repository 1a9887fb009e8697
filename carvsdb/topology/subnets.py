"""Subnets: nets without a name of their own that are a net with a name, less some of its edges.

The table that comes with carvsdb is made by ``datasets/rcsr-archive/build_subnets.py``. Each row holds its proof: in a
cell of the parent some edges are taken out, and what is left has the key.
"""

import gzip
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from carvsdb.net import Net, supercell
from carvsdb.topology.archive import Archive

Cell = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Subnet:
    """A net that is another one less some edges, with all its vertices.

    Attributes
    ----------
    key : str
    name : str
        Parent, degrees, and space group of the most symmetric embedding, as in ToposPro's collection TTD:
        ``flu-3,6-C2/c``.
    parent : str
        Name of the net that the edges are taken from.
    cell : tuple of tuple of int
        The cell of the subnet in lattice vectors of the parent, as rows.
    removed : tuple of tuple of int
        Edges ``(src, dst, u, v, w)`` of the parent in that cell which the subnet lacks.

    References
    ----------
    .. [1] Blatov, Acta Cryst. A 63, 329 (2007), doi:10.1107/S0108767307022088
    """

    key: str
    name: str
    parent: str
    cell: Cell
    removed: Cell

    def net(self, archive: Archive) -> Net:
        """Take the edges out of the parent: the proof that the net of the key is a subnet."""
        large = supercell(archive.get(self.parent), np.array(self.cell))
        removed = set(self.removed)
        left = [edge for edge in large.edges.tolist() if tuple(edge) not in removed]
        return Net.from_edges(np.array(left, np.int64), large.n_vertices, name=self.name)


def write_subnet(subnet: Subnet) -> str:
    """Write a row of the table."""
    numbers = (";".join(" ".join(map(str, row)) for row in rows) for rows in (subnet.cell, subnet.removed))
    return "\t".join((subnet.key, subnet.name, subnet.parent, *numbers))


def read_subnet(line: str) -> Subnet:
    """Read a row of the table."""
    key, name, parent, *numbers = line.split("\t")
    cell, removed = (tuple(tuple(map(int, row.split())) for row in rows.split(";")) for rows in numbers)
    return Subnet(key, name, parent, cell, removed)


@cache
def shipped_subnets() -> dict[str, Subnet]:
    """Return the subnets that come with carvsdb, by key.

    Examples
    --------
    >>> names = {subnet.name for subnet in shipped_subnets().values()}
    >>> "flu-3,6-C2/c" in names
    True
    """
    text = gzip.decompress((files("carvsdb.topology.data") / "subnets.tsv.gz").read_bytes()).decode()
    return {subnet.key: subnet for subnet in map(read_subnet, text.splitlines())}
