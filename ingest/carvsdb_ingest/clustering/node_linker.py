"""The clustering *node-linker* of AB2 networks: nodes are atoms, linkers molecules or single atoms."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.elements import HYDROGEN
from carvsdb.atoms.formula import hill_formula
from carvsdb.atoms.molecules import NO_MOLECULE
from carvsdb.atoms.structure import Structure
from carvsdb.errors import NoNetError
from carvsdb.net import Net, components
from carvsdb_ingest.bonds import Bonds
from carvsdb_ingest.clustering.clustered import Clustered
from carvsdb_ingest.clustering.framework_atoms import COUNTER_ION, LINKER, NODE, sorts_of_atoms
from carvsdb_ingest.clustering.oxide_frameworks import find_oxide_framework


def node_linker(structure: Structure, bonds: Bonds) -> Clustered:
    """Make a net of nodes (metal, silicon, ...) and linkers (imidazolate, oxygen, ...) between them.

    A linker is what remains connected without the nodes, at the mean position of its atoms other than hydrogen. Bonds
    of one linker to one node that lead to the same image are one edge of higher multiplicity. Molecules without a
    bond to a node, and cations in the cavities of an oxide framework (`find_oxide_framework`), are guests: left out
    and listed. Bonds between nodes are left out.

    Raises
    ------
    NoNetError
        If there are no nodes or no bonds between nodes and linkers, if a linker repeats without end, or if nothing
        repeats.

    Examples
    --------
    >>> from carvsdb_ingest.bonds import find_bonds
    >>> cristobalite = Structure(
    ...     ("Si", "Si", "O", "O", "O", "O"),
    ...     np.array([[0, 0, 0], [2, 2, 2], [1, 1, 1], [5, 1, 1], [1, 5, 1], [1, 1, 5]]) / 8,
    ...     3.58 * np.array([[0, 1.0, 1.0], [1.0, 0, 1.0], [1.0, 1.0, 0]]), tuple("ABcdef"))
    >>> node_linker(cristobalite, find_bonds(cristobalite)).net
    <Net: 2 nodes, 4 linkers, 8 edges>
    """
    framework = find_oxide_framework(structure, bonds)
    bonds = framework.bonds
    sorts = sorts_of_atoms(structure, bonds, framework)
    first, second = sorts[bonds.edges[:, 0]], sorts[bonds.edges[:, 1]]
    outer = bonds.edges[(first != second) & (first != COUNTER_ION) & (second != COUNTER_ION)]
    if not (sorts == NODE).any():
        raise NoNetError("no atom is a node: there is no metal, metalloid or phosphorus", cause="no nodes")
    if not len(outer):
        raise NoNetError("no bond joins a node to a linker", cause="no bonds")
    # Linkers are what hangs together without the nodes; a component that no bond joins to a node is a guest.
    atoms = Net.from_edges(bonds.edges[(first == LINKER) & (second == LINKER)], structure.n_atoms)
    bonded = np.zeros(structure.n_atoms, bool)
    bonded[outer[:, :2].ravel()] = True
    site_to_vertex = np.full(structure.n_atoms, -1, np.int64)
    nodes = np.flatnonzero(sorts == NODE)
    site_to_vertex[nodes] = np.arange(len(nodes))
    positions = [structure.positions[nodes]]
    labels = [structure.labels[atom] for atom in nodes]
    cells = np.zeros((structure.n_atoms, 3), np.int64)
    guests: Counter[str] = Counter()
    heavy = ~np.isin(np.array(structure.elements), sorted(HYDROGEN))
    for part in components(atoms):
        molecule = part.vertices
        if sorts[molecule[0]] != LINKER:
            continue
        if not bonded[molecule].any():
            guests[hill_formula(Counter(structure.elements[atom] for atom in molecule))] += 1
            continue
        if part.periodicity:
            raise NoNetError(
                f"the linker of atom {structure.labels[molecule[0]]} ({structure.elements[molecule[0]]}) repeats "
                "without end: its atoms are bonded to those of the next",
                cause="infinite linker",
                hint="is the clustering right, or the bond tolerance too wide?",
            )
        # A molecule may lie across faces of the cell: its atoms are brought together before their mean is taken, and
        # the offsets of its bonds count from there.
        site_to_vertex[molecule] = len(labels)
        cells[molecule] = part.shifts
        positions.append(_centre(structure, molecule, part.shifts, heavy[molecule])[None, :])
        labels.append(_label(structure, molecule))
    net = Net.from_edges(
        _edges(outer, sorts, site_to_vertex, cells),
        len(labels),
        is_node=np.arange(len(labels)) < len(nodes),
        positions=np.concatenate(positions),
        cell=structure.cell,
        labels=labels,
        name=structure.name,
    )
    if not any(part.periodicity for part in components(net)):
        raise NoNetError("nothing of the structure repeats: it is made of molecules", cause="0-periodic")
    between = int(np.count_nonzero((first == NODE) & (second == NODE)))
    guests += Counter(structure.elements[atom] for atom in np.flatnonzero(sorts == COUNTER_ION))
    quality = _quality(structure, site_to_vertex, len(nodes))
    notes = _notes(guests, between)
    return Clustered(net, "node-linker", site_to_vertex, site_to_vertex, cells, bonds, quality, notes)


def _edges(
    outer: NDArray[np.int64], sorts: NDArray[np.int64], site_to_vertex: NDArray[np.int64], cells: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return edges from nodes to linkers, whose own cell is that of their first atom."""
    turned = np.column_stack([outer[:, 1], outer[:, 0], -outer[:, 2:]])
    rows = np.where((sorts[outer[:, 0]] == NODE)[:, None], outer, turned)
    edges = rows.copy()
    edges[:, :2] = site_to_vertex[rows[:, :2]]
    edges[:, 2:] -= cells[rows[:, 1]]
    return edges


def _centre(
    structure: Structure, molecule: NDArray[np.int64], shifts: NDArray[np.int64], heavy: NDArray[np.bool_]
) -> NDArray[np.float64]:
    kept = heavy if heavy.any() else ~heavy
    centre: NDArray[np.float64] = (structure.positions[molecule] + shifts)[kept].mean(axis=0)
    return centre


def _label(structure: Structure, molecule: NDArray[np.int64]) -> str:
    """Call a linker after its molecule in the file, else after its first atom that is no hydrogen."""
    if structure.molecule_ids is not None:
        numbers = set(structure.molecule_ids[molecule].tolist())
        if len(numbers) == 1 and NO_MOLECULE not in numbers:
            return f"molecule {numbers.pop()}"
    heavy = [atom for atom in molecule if structure.elements[atom] not in HYDROGEN]
    return str(structure.labels[(heavy or molecule.tolist())[0]])


def _notes(guests: Counter[str], between: int) -> tuple[str, ...]:
    notes = []
    if guests:
        notes.append(f"guests left out: {_counted(guests)}")
    if between:
        notes.append(f"{between} bonds between nodes are left out")
    return tuple(notes)


def _counted(numbers: Counter[str]) -> str:
    return ", ".join(f"{number} {what}" for what, number in numbers.most_common())


def _quality(structure: Structure, site_to_vertex: NDArray[np.int64], n_nodes: int) -> tuple[str, ...]:
    """Say where the file's molecules and the linkers differ."""
    if structure.molecule_ids is None:
        return ()
    of_linker = (site_to_vertex >= n_nodes) & (structure.molecule_ids != NO_MOLECULE)
    pairs = np.unique(np.column_stack([site_to_vertex, structure.molecule_ids])[of_linker], axis=0)
    merged = sum(1 for one, number in Counter(pairs[:, 0].tolist()).items() if number > 1)
    broken = sum(1 for one, number in Counter(pairs[:, 1].tolist()).items() if number > 1)
    quality = []
    if merged:
        quality.append(f"{merged} linkers are made of atoms of several molecules of the file")
    if broken and len(set(pairs[:, 1].tolist())) > 1:
        quality.append(f"{broken} molecules of the file are broken into several linkers")
    return tuple(quality)
