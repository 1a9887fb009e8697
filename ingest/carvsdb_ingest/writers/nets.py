"""A net that was found, as a file: CGD, TopoCIF, CIF or JSON by its suffix."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from carvsdb.atomic_write import path_of_kind, write_text
from carvsdb.atoms.cell import parameters_of_cell
from carvsdb.atoms.elements import is_metal
from carvsdb.errors import InputError
from carvsdb.escaping import escaped
from carvsdb.net import Net, contract_linkers
from carvsdb.net.edge_vectors import edge_vectors
from carvsdb.net.linkers import vertices_of_contracted
from carvsdb_ingest.files.cif_tags import CELL
from carvsdb_ingest.writers.cgd import labels_in_cgd, write_cgd
from carvsdb_ingest.writers.cif_values import block_name, cif_value
from carvsdb_ingest.writers.topocif import write_topocif
from carvsdb_schemas.net_document import NetDocument

NET_SUFFIXES = (".cgd", ".cif", ".json", ".topocif")
_LISTED = 40


def net_file(path: str | Path) -> Path:
    """Return the path of a file that a net can be written to.

    Raises
    ------
    InputError
        If its suffix is not known.
    """
    return path_of_kind(path, NET_SUFFIXES, "a net")


def write_net(net: Net, document: NetDocument, path: str | Path) -> tuple[str, ...]:
    """Write a net with the atoms of each vertex.

    Parameters
    ----------
    net : Net
    document : NetDocument
        What is known of this very net.
    path : str or Path
        ``.json``: all of it. ``.cgd``: the net as Systre and ToposPro read it, in which linkers on two nodes are edges
        and those on one are dropped; atoms stand in comments. ``.cif``: each vertex as an atom, with its bonds and its
        atoms in a column of its own. ``.topocif``: nodes and links by the Topology CIF dictionary.

    Returns
    -------
    tuple of str
        What the reader of the file should know.

    Raises
    ------
    InputError
        For another suffix, or a net that the format cannot hold.
    """
    target = net_file(path)
    writers: dict[str, Callable[[Net, NetDocument, Path], tuple[str, ...]]] = {
        ".json": _write_json,
        ".cgd": _write_cgd,
        ".cif": _write_cif,
        ".topocif": _write_topocif,
    }
    return writers[target.suffix.lower()](net, document, target)


def _write_json(net: Net, document: NetDocument, path: Path) -> tuple[str, ...]:
    del net  # all of it is in the document
    write_text(path, json.dumps(document.model_dump(), indent=1, allow_nan=False) + "\n")
    return ()


def _write_topocif(net: Net, document: NetDocument, path: Path) -> tuple[str, ...]:
    write_topocif(net.with_name(net.name or document.label), path)
    if not net.is_node_linker:
        return ()
    return ("TopoCIF has no word for linkers: `_topol_node.carvsdb_is_node` tells them from nodes",)


def _write_cgd(net: Net, document: NetDocument, path: Path) -> tuple[str, ...]:
    contracted = contract_linkers(net)
    kept = np.flatnonzero(vertices_of_contracted(net)).tolist()
    comments = [f"{document.clustering}, {document.bond_rule}, of {document.label}"]
    if document.atoms is not None:
        names = labels_in_cgd(contracted) if contracted.positions is not None else range(1, len(kept) + 1)
        comments += [f"{name} = {_atoms(document, old)}" for name, old in zip(names, kept, strict=True)]
    write_cgd(contracted.with_name(net.name or document.label), path, comments=comments)
    if not net.is_node_linker:
        return ()
    lost = net.n_linkers - (len(kept) - net.n_nodes)
    return (f"CGD has no linkers: {lost} of {net.n_linkers} became edges or were dropped; .json has all of them",)


def _write_cif(net: Net, document: NetDocument, path: Path) -> tuple[str, ...]:
    if net.positions is None or net.cell is None:
        raise InputError("the net has no coordinates, which a CIF is made of; write .cgd or .json", path=path)
    write_text(path, net_cif(net, document))
    return ("the CIF has a vertex of the net where others have an atom",)


def net_cif(net: Net, document: NetDocument) -> str:
    """Return a net with coordinates as a CIF file in P 1: its vertices as atoms, its edges as bonds.

    Notes
    -----
    A vertex has the element of its first metal atom, else of its first atom, else the dummy ``X``. Bonds name the cell
    of their second end as ``1_uvw``, where 5 is cell 0; one that leads more than four cells away is written in
    ``_carvsdb_edge`` only, which has all of them.
    """
    assert net.positions is not None
    assert net.cell is not None
    sites = [f"V{vertex + 1}" for vertex in range(net.n_vertices)]
    lines = [f"data_{block_name(document.label)}", "_audit_creation_method carvsdb"]
    lines += [f"# vertices of a net, not atoms: {escaped(document.clustering)}, {escaped(document.bond_rule)}"]
    lines += [f"_cell_{key} {value!r}" for key, value in zip(CELL, parameters_of_cell(net.cell), strict=True)]
    lines += ["_space_group_name_H-M_alt 'P 1'", "loop_", "_space_group_symop_operation_xyz", "x,y,z", "loop_"]
    lines += ["_atom_site_label", "_atom_site_type_symbol"]
    lines += [f"_atom_site_fract_{axis}" for axis in "xyz"]
    lines += ["_atom_site_carvsdb_kind", "_atom_site_carvsdb_coordination", "_atom_site_carvsdb_atoms"]
    for vertex, (site, place) in enumerate(zip(sites, net.positions.tolist(), strict=True)):
        about = document.vertices[vertex]
        kind = "node" if about.is_node else "linker"
        where = " ".join(f"{value:.10f}" for value in place)
        atoms = cif_value(_ascii(",".join(_labels_of(document, vertex)))) if about.atoms else "."
        lines.append(f"{site} {_element(document, vertex)} {where} {kind} {about.coordination} {atoms}")
    lines += ["loop_", "_geom_bond_atom_site_label_1", "_geom_bond_atom_site_label_2", "_geom_bond_distance"]
    lines += ["_geom_bond_site_symmetry_2"]
    lengths = np.linalg.norm(edge_vectors(net, net.positions) @ net.cell, axis=1).tolist()
    for (src, dst, *offset), length in zip(net.edges.tolist(), lengths, strict=True):
        if max(map(abs, offset)) <= 4:
            code = "1_" + "".join(str(5 + step) for step in offset) if any(offset) else "."
            lines.append(f"{sites[src]} {sites[dst]} {length:.6f} {code}")
    lines += ["loop_", "_carvsdb_edge_src", "_carvsdb_edge_dst", *(f"_carvsdb_edge_{axis}" for axis in "uvw")]
    lines += ["_carvsdb_edge_multiplicity"]
    for (src, dst, *offset), links in zip(net.edges.tolist(), net.multiplicity.tolist(), strict=True):
        lines.append(f"{sites[src]} {sites[dst]} {' '.join(map(str, offset))} {links}")
    return "\n".join([*lines, ""])


def _labels_of(document: NetDocument, vertex: int) -> list[str]:
    atoms = document.vertices[vertex].atoms or []
    if document.atoms is None:
        return []
    labels = [document.atoms.labels[atom] for atom in atoms]
    # Numbers are not what an atom is called: the element says more.
    return [
        f"{document.atoms.elements[atom]}{label}" if label.isdigit() else label
        for atom, label in zip(atoms, labels, strict=True)
    ]


def _atoms(document: NetDocument, vertex: int) -> str:
    labels = [escaped(label) for label in _labels_of(document, vertex)]
    more = f" and {len(labels) - _LISTED} more" if len(labels) > _LISTED else ""
    return " ".join(labels[:_LISTED]) + more if labels else "no atoms"


def _element(document: NetDocument, vertex: int) -> str:
    atoms = document.vertices[vertex].atoms
    if not atoms or document.atoms is None:
        return "X"
    symbols = [document.atoms.elements[atom] for atom in atoms]
    return next((symbol for symbol in symbols if is_metal(symbol)), symbols[0])


def _ascii(text: str) -> str:
    return escaped(text).encode("ascii", "backslashreplace").decode()
