"""What the catalogue takes: one analysed net."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.histogram import Histogram
from carvsdb.atoms.structure import Structure
from carvsdb.compare.noise import BlockSums
from carvsdb.errors import InputError
from carvsdb.escaping import is_text
from carvsdb.net.graph import Net
from carvsdb.rings.carvs import Carvs
from carvsdb_schemas.description import Description
from carvsdb_schemas.json_text import json_text
from carvsdb_schemas.tables import KINDS, STATUSES


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """The collection that a structure comes from, and what it is called there.

    Attributes
    ----------
    collection : str
        Name of the collection.
    version, url, doi, licence, citation : str, optional
        Of the collection; the licence as an SPDX expression.
    id_in_source : str, optional
        A refcode, for example.
    """

    collection: str
    version: str | None = None
    url: str | None = None
    doi: str | None = None
    licence: str | None = None
    citation: str | None = None
    id_in_source: str | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Entry:
    """One analysed net, as the catalogue takes it.

    Attributes
    ----------
    label : str
        What the entry is called; unique in a catalogue.
    content_hash : str
        SHA-256 of the input, in hexadecimal digits.
    kind : str
        ``crystalline``, ``amorphous`` or ``generated``.
    net : Net
        The net whose rings were searched.
    description : Description
        What `describe` says of it.
    node_counts : ndarray of int, shape (n_nodes, max_ring_size)
        Rings of each size through each node, in the order of the net's nodes.
    node_vertex_symbols : tuple of str
        The vertex symbol of each node, in the same order.
    part : str
        Which net of the input it is (``#2``), where the input holds several; else empty.
    source : SourceInfo, optional
        Where the structure comes from.
    formula : str, optional
        Chemical formula of the structure.
    density : float, optional
        Of its atoms, in g/cm³.
    atoms : Structure, optional
        The structure itself.
    geometry : tuple of Histogram
        Distances and angles of the net, each quantity once.
    parameters : mapping
        Parameters of the bond rule; a part of the net's identity.
    provenance : mapping
        Options, seeds, reports; stored and shown, no part of the identity.
    blocks : BlockSums, optional
        Ring counts by blocks of space, for the noise of an amorphous net; None for a crystal.
    """

    label: str
    content_hash: str
    kind: str
    net: Net
    description: Description
    node_counts: NDArray[np.int64]
    node_vertex_symbols: tuple[str, ...]
    part: str = ""
    source: SourceInfo | None = None
    formula: str | None = None
    density: float | None = None
    atoms: Structure | None = None
    geometry: tuple[Histogram, ...] = ()
    parameters: Mapping[str, object] = field(default_factory=dict)
    provenance: Mapping[str, object] = field(default_factory=dict)
    blocks: BlockSums | None = None

    def __post_init__(self) -> None:
        if not self.label.strip():
            raise InputError("an entry needs a label, got an empty one", hint="give it with `--label`")
        if not re.fullmatch("[0-9a-f]{64}", self.content_hash):
            raise InputError(f"content_hash of {self.label!r} must be 64 hexadecimal digits, got {self.content_hash!r}")
        if self.kind not in KINDS:
            raise InputError(f"kind of {self.label!r} must be one of {', '.join(KINDS)}, got {self.kind!r}")
        if self.description.status not in STATUSES:
            raise InputError(
                f"status of {self.label!r} must be one of {', '.join(STATUSES)}, got {self.description.status!r}"
            )
        expected = (self.net.n_nodes, self.description.max_ring_size)
        if self.node_counts.shape != expected:
            raise InputError(
                f"node_counts of {self.label!r} must have the shape (nodes, cut-off) = {expected}, "
                f"got {self.node_counts.shape}"
            )
        if len(self.node_vertex_symbols) != self.net.n_nodes:
            raise InputError(
                f"{self.label!r} has {self.net.n_nodes} nodes but {len(self.node_vertex_symbols)} vertex symbols"
            )
        if self.density is not None and not 0 < self.density < math.inf:
            raise InputError(f"density of {self.label!r} must be a number of g/cm³ above 0, got {self.density}")
        quantities = [one.quantity for one in self.geometry]
        if len(set(quantities)) < len(quantities):
            raise InputError(f"{self.label!r} has several histograms of one quantity: {', '.join(sorted(quantities))}")
        texts = (self.label, self.part, self.formula or "", self.description.file or "", *(self.net.labels or ()))
        if not all(map(is_text, texts)):
            raise InputError(f"{self.label!a} holds halves of characters, which no catalogue does")
        for what, values in (("parameters", self.parameters), ("provenance", self.provenance)):
            try:
                json_text(dict(values)).encode()
            except (TypeError, ValueError, RecursionError) as error:
                raise InputError(f"{what} of {self.label!r} must be JSON values: {error}") from error
        if not np.allclose(self.carvs().vector, self.description.carvs.vector, rtol=1e-9, atol=1e-9):
            raise InputError(f"the CARVS vector of {self.label!r} is not the mean of its node counts")

    def carvs(self) -> Carvs:
        """Return the CARVS of the net."""
        return Carvs.from_counts(
            self.node_counts,
            completeness=self.description.completeness,
            ring_kind=self.description.ring_kind,
            linker_aware=self.description.linker_aware,
        )

    def __repr__(self) -> str:
        return f"<Entry {self.label}: {self.net!r}, {self.description.carvs.symbol}>"
