"""What a reader gives: one net as its file holds it, and the options of reading."""

import math
from dataclasses import dataclass, field

from carvsdb.atoms.histogram import Histogram
from carvsdb.atoms.structure import Structure
from carvsdb.errors import InputError
from carvsdb.net import Net
from carvsdb_ingest.bonds import BondOptions

KINDS = ("crystalline", "amorphous", "generated")


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read a file, and how its atoms, if it holds atoms, become a net.

    Attributes
    ----------
    node_types : tuple of int, or None
        LAMMPS atom types that are nodes; None lets the reader decide.
    linker_types : tuple of int, or None
        LAMMPS atom types that are linkers; None lets the reader decide. If only one of the two is given,
        all other types are of the other sort.
    tolerance : float
        How far an edge end may be from its atom, and images of one atom from each other, in Å.
    strict : bool
        Raise where a declared degree does not match, instead of saying so in `NetItem.quality`.
    elements : tuple of (int, str)
        The element of each LAMMPS atom type; empty lets names and masses in the file decide.
    bonds : BondOptions
        How bonds of atoms are found.
    clusterings : tuple of str
        How atoms become vertices, one net for each; empty lets the structure decide.
    check_tolerance : bool
        Say in `NetItem.quality` if a slightly wider bond tolerance gives another net.
    """

    node_types: tuple[int, ...] | None = None
    linker_types: tuple[int, ...] | None = None
    tolerance: float = 0.05
    strict: bool = False
    elements: tuple[tuple[int, str], ...] = ()
    bonds: BondOptions = field(default_factory=BondOptions)
    clusterings: tuple[str, ...] = ()
    check_tolerance: bool = True

    def __post_init__(self) -> None:
        if not (math.isfinite(self.tolerance) and self.tolerance > 0):
            raise InputError(f"tolerance must be a positive number of Å, got {self.tolerance}")


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


@dataclass(frozen=True, slots=True)
class FoundNet:
    """What the reader of one format knows about a net; the rest of a `NetItem` belongs to the file."""

    net: Net
    line: int
    bond_rule: str
    parameters: dict[str, object]
    quality: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    kind: str | None = None
    provenance: dict[str, object] = field(default_factory=dict)
