"""From atoms to nets: bonds, clusterings, and what is doubtful about both."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from carvsdb.atoms.structure import Structure
from carvsdb.errors import CarvsdbError, InputError
from carvsdb_ingest.analysis.item import NetItem, ReadOptions
from carvsdb_ingest.analysis.tolerance import WiderTolerance
from carvsdb_ingest.bonds import Bonds, find_bonds
from carvsdb_ingest.clustering import Clustered, clusterings, natural_clustering
from carvsdb_ingest.geometry import Histogram, local_geometry


@dataclass(frozen=True, slots=True, eq=False)
class StructurePart:
    """One structure of a file, whose nets are still to be made.

    Attributes
    ----------
    structure : Structure
    options : ReadOptions
    path, label, item
        As in `NetItem`.
    content_hash, file_sha256 : str
        As in `NetItem`; all nets of a structure have the same.
    """

    structure: Structure
    options: ReadOptions
    path: str
    label: str
    item: int
    content_hash: str
    file_sha256: str

    def items(self) -> Iterator[NetItem]:
        """Make the nets, one for each clustering.

        Raises
        ------
        NoNetError
            If there is none, with the cause.
        """
        for found in self.items_or_errors():
            if isinstance(found, CarvsdbError):
                raise found
            yield found

    def items_or_errors(self) -> Iterator[NetItem | CarvsdbError]:
        """Make the nets; for a clustering that gives none, yield why."""
        doubts = self.structure.quality
        try:
            bonds = find_bonds(self.structure, self.options.bonds)
            doubts = (*doubts, *bonds.quality)
            names = self.options.clusterings or (natural_clustering(self.structure, bonds),)
        except CarvsdbError as error:
            yield self._placed(error, doubts)
            return
        wider = WiderTolerance(self.structure, bonds, names, self.options.bonds)
        for found in clusterings(self.structure, bonds, names):
            try:
                if isinstance(found, CarvsdbError):
                    yield self._placed(found, doubts)
                else:
                    yield self._item(bonds, found, wider)
            except CarvsdbError as error:
                yield self._placed(error, doubts)

    def _item(self, bonds: Bonds, clustered: Clustered, wider: WiderTolerance) -> NetItem:
        structure, options = self.structure, self.options
        quality = [*structure.quality, *bonds.quality, *clustered.quality]
        if options.check_tolerance:
            quality += wider.sentences(clustered)
        return NetItem(
            net=clustered.net.with_name(structure.name),
            path=self.path,
            label=self.label,
            item=self.item,
            line=1,
            clustering=clustered.clustering,
            bond_rule=bonds.rule,
            parameters=dict(bonds.parameters),
            quality=tuple(dict.fromkeys(quality)),
            notes=clustered.notes,
            content_hash=self.content_hash,
            file_sha256=self.file_sha256,
            structure=structure,
            geometry=_geometry(structure, bonds, clustered),
            clustered=clustered,
            site_to_vertex=clustered.site_to_vertex,
            bonds=bonds,
        )

    def _placed(self, error: CarvsdbError, doubts: tuple[str, ...]) -> CarvsdbError:
        """Say of which file an error is, and what was doubtful before it."""
        error.doubts = tuple(dict.fromkeys((*error.doubts, *doubts)))
        if isinstance(error, InputError) and error.path is None and self.path:
            error.path = error.item = self.path
        return error


def items_of_structure(
    structure: Structure,
    options: ReadOptions | None = None,
    *,
    label: str | None = None,
    path: str = "",
    content: bytes | None = None,
) -> list[NetItem]:
    """Make the nets of a structure that no file holds: of a model in a refinement, of a frame in memory.

    Parameters
    ----------
    structure : Structure
    options : ReadOptions, optional
        With the bond rule and the clusterings; by default one net, in the clustering that suits the structure.
    label : str, optional
        Default: the structure's name, else its formula.
    path : str
        Of the file that the structure will be written to, if any.
    content : bytes, optional
        What the structure's identity is made of, such as the file's bytes; by default its elements, positions and cell.

    Raises
    ------
    NoNetError
        If there is no net, with the cause.

    Examples
    --------
    >>> import numpy as np
    >>> cristobalite = Structure(
    ...     ("Si", "Si", "O", "O", "O", "O"),
    ...     np.array([[0, 0, 0], [2, 2, 2], [1, 1, 1], [5, 1, 1], [1, 5, 1], [1, 1, 5]]) / 8,
    ...     3.58 * np.array([[0, 1.0, 1.0], [1.0, 0, 1.0], [1.0, 1.0, 0]]), tuple("ABcdef"))
    >>> items_of_structure(cristobalite)[0].net
    <Net: 2 nodes, 4 linkers, 8 edges>
    """
    own = content if content is not None else _bytes(structure)
    digest = hashlib.sha256(own).hexdigest()
    part = StructurePart(
        structure, options or ReadOptions(), path, label or structure.name or structure.formula, 0, digest, digest
    )
    return list(part.items())


def _bytes(structure: Structure) -> bytes:
    elements: Sequence[str] = structure.elements
    return " ".join(elements).encode() + structure.positions.tobytes() + structure.cell.tobytes()


def _geometry(structure: Structure, bonds: Bonds, clustered: Clustered) -> tuple[Histogram, ...]:
    return local_geometry(structure, bonds, clustered) if clustered.net.is_node_linker else ()
