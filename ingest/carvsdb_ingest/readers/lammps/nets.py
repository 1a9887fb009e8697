"""LAMMPS data files with a Bonds section, as CHIC writes them for published models."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from carvsdb.net import Net
from carvsdb_ingest.files.text_file import TextFile
from carvsdb_ingest.readers.item import FileOptions, FoundNet
from carvsdb_ingest.readers.lammps.nearest_image import nearest_images
from carvsdb_ingest.readers.lammps.sections import (
    AtomsSection,
    DataFile,
    read_atoms,
    read_bonds,
    read_box,
    read_counts,
    read_masses,
)

Types = tuple[int, ...]


def read_lammps(data: DataFile, options: FileOptions) -> list[FoundNet]:
    """Read the net of a LAMMPS data file.

    Of two atom types, the one whose bonds all go to the other type is taken for the linker, unless `options`
    name the types. Where there are nodes and linkers, node-node bonds repeat the paths over the linkers and
    are left out. Without linkers every atom is a node and every bond an edge.

    Raises
    ------
    InputError
        With file and line, for whatever cannot be read, for an atom type that is neither node nor linker, and
        for a bond between linkers.

    Notes
    -----
    A bond goes to the nearest image, as in LAMMPS itself. Image flags are left out: in a periodic net no set
    of flags fits every bond.
    """
    file = data.file
    counts = read_counts(data)
    low, cell = read_box(data)
    atoms = read_atoms(data, counts, low, cell)
    number = {atom_id: index for index, atom_id in enumerate(atoms.ids)}
    listed = []
    for first, second, line in read_bonds(data, counts):
        if first not in number or second not in number:
            missing = first if first not in number else second
            raise file.error(line, f"bond names atom {missing}, which the Atoms section does not have")
        listed.append((number[first], number[second], line))
    bonds = np.array(listed, np.int64)
    types = np.array(atoms.types, np.int64)
    node_types, linker_types, notes = _sorts(file, atoms, bonds, types, options)
    is_node = np.isin(types, node_types)
    if linker_types:
        bonds, left_out = _node_linker_bonds(file, atoms, bonds, is_node)
        if left_out:
            notes.append(f"{left_out} node-node bonds repeat paths over linkers and are left out")
    ordered = np.sort(bonds[:, :2], axis=1)
    pairs, links = np.unique(ordered, axis=0, return_counts=True)
    rows, multiplicity, doubtful = nearest_images(atoms.positions, cell, pairs, links)
    nothing = np.flatnonzero((rows[:, 0] == rows[:, 1]) & ~rows[:, 2:].any(axis=1))
    if len(nothing):
        raise file.error(atoms.lines[rows[nothing[0], 0]], "an atom is bonded to itself")
    net = Net.from_edges(
        rows,
        len(types),
        multiplicity=multiplicity,
        is_node=is_node if linker_types else None,
        positions=atoms.positions,
        cell=cell,
        labels=[str(atom_id) for atom_id in atoms.ids],
    )
    masses, names = read_masses(data)
    parameters: dict[str, object] = {
        "node_types": list(node_types),
        "linker_types": list(linker_types),
        "type_names": names,
        "masses": masses,
    }
    quality = _quality(net, doubtful)
    return [FoundNet(net, 1, "Bonds section", parameters, tuple(quality), tuple(notes))]


def _sorts(
    file: TextFile, atoms: AtomsSection, bonds: NDArray[np.int64], types: NDArray[np.int64], options: FileOptions
) -> tuple[Types, Types, list[str]]:
    """Decide which types are nodes and which linkers; notes say what was decided."""
    present = tuple(sorted(set(atoms.types)))
    nodes, linkers = options.node_types, options.linker_types
    if nodes is not None or linkers is not None:
        if nodes is None:
            nodes = tuple(kind for kind in present if kind not in (linkers or ()))
        elif linkers is None:
            linkers = tuple(kind for kind in present if kind not in nodes)
        both = set(nodes) & set(linkers or ())
        if both:
            raise file.error(1, f"atom type {min(both)} cannot be both a node and a linker")
        for kind, line in zip(atoms.types, atoms.lines, strict=True):
            if kind not in nodes and kind not in (linkers or ()):
                raise file.error(line, f"atom type {kind} is neither a node type nor a linker type; name it as one")
        if not set(nodes) & set(present):
            raise file.error(1, f"no atom is of a node type; the file has the types {_list(present)}")
        given = tuple(kind for kind in linkers or () if kind in present)
        return tuple(kind for kind in nodes if kind in present), given, []
    if len(present) == 1:
        return present, (), []
    if len(present) > 2:
        sentence = f"the file has {len(present)} atom types ({_list(present)}): each atom is taken for a node"
        return present, (), [f"{sentence}; name node and linker types to change that, or elements with --types"]
    return _guess(bonds, types, present)


def _guess(bonds: NDArray[np.int64], types: NDArray[np.int64], present: Types) -> tuple[Types, Types, list[str]]:
    """Take for the linker the one of two types whose bonds all go to the other; of two such, the sparser."""
    ends = types[bonds[:, :2]]
    inner = Counter(ends[ends[:, 0] == ends[:, 1], 0].tolist())
    only_other = [kind for kind in present if not inner[kind] and (ends == kind).any()]
    if len(only_other) == 2:
        mean = {kind: np.count_nonzero(ends == kind) / np.count_nonzero(types == kind) for kind in present}
        fewest = min(mean.values())
        only_other = [kind for kind in present if mean[kind] == fewest]
    if len(only_other) != 1:
        sentence = f"neither of the atom types {_list(present)} looks like a linker: each atom is taken for a node"
        return present, (), [f"{sentence}; name node and linker types to change that"]
    linker = only_other[0]
    node = present[1] if linker == present[0] else present[0]
    sentence = f"atom type {linker} is taken for the linker and {node} for the node"
    return (node,), (linker,), [f"{sentence}, since all bonds of type {linker} go to type {node}"]


def _node_linker_bonds(
    file: TextFile, atoms: AtomsSection, bonds: NDArray[np.int64], is_node: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], int]:
    """Return the node-linker bonds, and how many node-node bonds are left out."""
    first, second = is_node[bonds[:, 0]], is_node[bonds[:, 1]]
    between = np.flatnonzero(~first & ~second)
    if len(between):
        a, b, line = bonds[between[0]].tolist()
        raise file.error(
            line, f"atoms {atoms.ids[a]} and {atoms.ids[b]} are bonded but both linkers; are the types right?"
        )
    kept = bonds[first != second]
    if not len(kept):
        raise file.error(1, "no bond joins a node to a linker; are the types right?")
    return kept, len(bonds) - len(kept)


def _quality(net: Net, doubtful: int) -> list[str]:
    quality = []
    alone = int(np.count_nonzero((net.degrees() == 0) & net.is_node))
    if alone:
        quality.append(f"{alone} of {net.n_nodes} nodes have no bonds")
    parallel = int(np.count_nonzero(net.multiplicity > 1))
    if parallel:
        quality.append(f"{parallel} bonds are listed more than once between the same images")
    if doubtful:
        quality.append(
            f"{doubtful} bonds could go to another image at the same distance: the cell is too small to tell"
        )
    return quality


def _list(types: Types) -> str:
    return ", ".join(map(str, types[:5])) + (", ..." if len(types) > 5 else "")
