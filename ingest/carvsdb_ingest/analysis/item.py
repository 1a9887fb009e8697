"""A net as its file holds it, and the options of reading a file and of finding the net of its atoms."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.histogram import Histogram
from carvsdb.atoms.structure import Structure
from carvsdb.net import Net
from carvsdb_ingest.bonds import BondOptions, Bonds
from carvsdb_ingest.clustering import Clustered
from carvsdb_ingest.readers.item import FileOptions


@dataclass(frozen=True, slots=True)
class ReadOptions(FileOptions):
    """How to read a file, and how its atoms, if it holds atoms, become a net; the rest is that of `FileOptions`.

    Attributes
    ----------
    bonds : BondOptions
        How bonds of atoms are found.
    clusterings : tuple of str
        How atoms become vertices, one net for each; empty lets the structure decide.
    check_tolerance : bool
        Say in `NetItem.quality` if a slightly wider bond tolerance gives another net.
    """

    bonds: BondOptions = field(default_factory=BondOptions)
    clusterings: tuple[str, ...] = ()
    check_tolerance: bool = True


@dataclass(frozen=True, slots=True)
class NetItem:
    """One net as a file holds it.

    Attributes
    ----------
    net : Net
        The net; its `name` is the one in the file.
    path : str
        The file.
    label : str
        The file's stem; ``stem#1``, ``stem#2``, ... where the file holds several nets.
    item : int
        Which net of the file, from 0.
    line : int
        Where it begins, from 1.
    clustering : str
        Of a net file ``node-linker`` if the net has linkers, else ``as given``; of atoms the name of the clustering.
    bond_rule : str
        Where the edges come from: ``edges of the file``, ``Bonds section``, or the rule that found bonds.
    parameters : dict
        What was used to read it: `tolerance`, `node_types`, `linker_types`, `type_names`, `masses`, or the numbers
        of the bond rule.
    quality : tuple of str
        Sentences about what is doubtful in the file.
    notes : tuple of str
        Sentences about what the reader decided.
    kind : str or None
        ``generated``, ``amorphous`` or ``crystalline`` if the file says so.
    provenance : dict
        What the file's header says about where the net comes from.
    content_hash : str
        sha256 (hex) of the file's bytes, the item and the choices that change the net.
    file_sha256 : str
        sha256 (hex) of the file's bytes.
    structure : Structure or None
        The atoms, if the file holds atoms.
    geometry : tuple of Histogram
        Distances, angles and coordination of a framework of nodes and linkers, if the file holds atoms.
    clustered : Clustered or None
        Which atoms are which vertices, if the file holds atoms.
    site_to_vertex : ndarray of int64, shape (n_atoms,), or None
        The vertex of each atom of `structure`; -1 for guests and for atoms whose cluster became an edge.
    bonds : Bonds or None
        The bonds of `structure`.
    """

    net: Net
    path: str
    label: str
    item: int
    line: int
    clustering: str
    bond_rule: str
    parameters: dict[str, object] = field(default_factory=dict)
    quality: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    kind: str | None = None
    provenance: dict[str, object] = field(default_factory=dict)
    content_hash: str = ""
    file_sha256: str = ""
    structure: Structure | None = None
    geometry: tuple[Histogram, ...] = ()
    clustered: Clustered | None = None
    site_to_vertex: NDArray[np.int64] | None = None
    bonds: Bonds | None = None


def item_of_net(net: Net, label: str, content: bytes, **others: Any) -> NetItem:
    """Make the item of a net that no file holds.

    Parameters
    ----------
    net : Net
        The net.
    label : str
        What it is called.
    content : bytes
        What tells it from others: its hash stands for that of a file.
    **others
        Further attributes of the item, in place of those of a net of the quotient graph's edges.
    """
    digest = hashlib.sha256(content).hexdigest()
    usual: dict[str, Any] = {
        "item": 0,
        "clustering": "node-linker" if net.is_node_linker else "as given",
        "bond_rule": "edges of the quotient graph",
    }
    return NetItem(
        net=net, path="", label=label, line=0, content_hash=digest, file_sha256=digest, **{**usual, **others}
    )
