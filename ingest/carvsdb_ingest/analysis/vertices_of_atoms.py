"""A net that was found, as a document: its vertices with their atoms, its edges, its key and names."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from carvsdb.catalogue import Catalogue
from carvsdb.errors import CarvsdbError, NotFoundError
from carvsdb.net import components
from carvsdb.topology import identify
from carvsdb.topology.names_file import NamesFile
from carvsdb.version import VERSION
from carvsdb_ingest.analysis.item import NetItem, ReadOptions
from carvsdb_ingest.analysis.nets_of_atoms import items_of_structure
from carvsdb_ingest.bonds.options import BondOptions
from carvsdb_schemas.net_document import AtomsDocument, EdgeDocument, NetDocument, VertexDocument


def atoms_of_vertices(item: NetItem) -> list[list[int]] | None:
    """Return the atoms of each vertex, ascending; None if the net was not made of atoms.

    Examples
    --------
    >>> from carvsdb_ingest.sources import source_named
    >>> atoms_of_vertices(next(iter(source_named("reference-nets").items()))) is None
    True
    """
    if item.site_to_vertex is None:
        return None
    atoms: list[list[int]] = [[] for _ in range(item.net.n_vertices)]
    for atom, vertex in enumerate(item.site_to_vertex.tolist()):
        if vertex >= 0:
            atoms[vertex].append(atom)
    return atoms


def net_document(item: NetItem, names: NamesFile | None = None) -> NetDocument:
    """Say what a net is made of.

    Parameters
    ----------
    item : NetItem
    names : NamesFile, optional
        Names of one's own, next to those that come with carvsdb.
    """
    net = item.net
    identity = identify(net, names.archive() if names else None)
    atoms = atoms_of_vertices(item)
    degrees = net.degrees().tolist()
    component = np.zeros(net.n_vertices, np.int64)
    for number, part in enumerate(components(net)):
        component[part.vertices] = number
    return NetDocument(
        label=item.label,
        file=item.path or None,
        clustering=item.clustering,
        bond_rule=item.bond_rule,
        parameters=item.parameters,
        key=identity.key,
        names=list(identity.names),
        status=identity.status,
        periodicity=identity.periodicity,
        cell=_rows(net.cell),
        vertices=[
            VertexDocument(
                label=None if net.labels is None else net.labels[vertex],
                is_node=bool(net.is_node[vertex]),
                coordination=degrees[vertex],
                component=int(component[vertex]),
                position=None if net.positions is None else net.positions[vertex].tolist(),
                atoms=None if atoms is None else atoms[vertex],
            )
            for vertex in range(net.n_vertices)
        ],
        edges=[
            EdgeDocument(src=src, dst=dst, offset=offset, multiplicity=links)
            for (src, dst, *offset), links in zip(net.edges.tolist(), net.multiplicity.tolist(), strict=True)
        ],
        atoms=_atoms(item),
        quality=list(item.quality),
        notes=list(item.notes),
        version=VERSION,
    )


def item_of_entry(catalogue: Catalogue, name: str) -> NetItem:
    """Return the net of an entry of a catalogue, with its atoms where they are stored.

    Raises
    ------
    NotFoundError
        If nothing, or more than one thing, has the name.

    Notes
    -----
    A catalogue holds the atoms and the net, but not which atoms make which vertex: the atoms are clustered again by the
    rule that is stored, and what comes out is used if it is the same net; else `notes` says that it is not.
    """
    shown = catalogue.show(name)
    about = shown.description
    net = catalogue.net(name)
    item = NetItem(
        net=net,
        path=about.file or "",
        label=about.label,
        item=0,
        line=0,
        clustering=about.clustering,
        bond_rule=about.bond_rule,
        parameters=dict(shown.parameters),
        quality=tuple(about.quality),
        kind=shown.kind,
        provenance=dict(shown.provenance),
        content_hash=shown.sha256,
    )
    try:
        structure = catalogue.atoms(name)
    except NotFoundError:
        return item
    try:
        options = ReadOptions(
            bonds=BondOptions.of_parameters(shown.parameters), clusterings=(about.clustering,), check_tolerance=False
        )
        (made,) = items_of_structure(structure, options)
    except CarvsdbError:
        made = None
    if made is None or not made.net.same_as(net):
        note = "which atoms make which vertex is not known: the stored atoms give another net than the file did"
        return replace(item, structure=structure, notes=(note,))
    return replace(item, structure=structure, site_to_vertex=made.site_to_vertex, bonds=made.bonds)


def _atoms(item: NetItem) -> AtomsDocument | None:
    structure, vertex = item.structure, item.site_to_vertex
    if structure is None or vertex is None:
        return None
    return AtomsDocument(
        elements=list(structure.elements),
        labels=list(structure.labels),
        positions=structure.positions.tolist(),
        vertex=[one if one >= 0 else None for one in vertex.tolist()],
    )


def _rows(array: NDArray[np.float64] | None) -> list[list[float]] | None:
    rows: list[list[float]] | None = None if array is None else array.tolist()
    return rows
