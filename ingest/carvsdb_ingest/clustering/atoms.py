"""The clustering *atoms* of network solids: each atom is a vertex."""

from collections import Counter
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.elements import ELECTROPOSITIVE, HALIDES, HYDROGEN, METALLOIDS, is_metal
from carvsdb.atoms.structure import Structure
from carvsdb.errors import NoNetError
from carvsdb_ingest.bonds import Bonds
from carvsdb_ingest.clustering.cells import HOME
from carvsdb_ingest.clustering.cluster_graph import ClusterGraph
from carvsdb_ingest.clustering.clustered import Clustered
from carvsdb_ingest.clustering.groups import Group
from carvsdb_ingest.clustering.trimming import Framework, find_framework, note_of_guests
from carvsdb_ingest.clustering.vertices import net_of_clusters, sites_of_vertices, units_of_atoms

_LARGE_SHARE = 0.8
_FEWEST = 3


def is_network_solid(structure: Structure, bonds: Bonds) -> bool:
    """Tell whether metals, metalloids and P bond each other, or through single atoms that hold three or more of them.

    Eight in ten of the other atoms, hydrogen aside, must be so: in glasses some are bonded to each other.

    Examples
    --------
    >>> from carvsdb_ingest.bonds import find_bonds
    >>> places = np.array([[0, 0, 0], [1, 1, 1]]) / 4
    >>> cell = 2.18 * np.array([[0, 1.0, 1.0], [1.0, 0, 1.0], [1.0, 1.0, 0]])
    >>> carbide = Structure(("Si", "C"), places, cell, ("", ""))
    >>> is_network_solid(carbide, find_bonds(carbide))
    True
    """
    kinds, kind = np.unique(structure.elements, return_inverse=True)
    names = kinds.tolist()
    centre = np.array([is_metal(one) or one in METALLOIDS or one == "P" for one in names], bool)[kind]
    heavy = ~np.isin(kinds, sorted(HYDROGEN))[kind]
    ends = bonds.edges[heavy[bonds.edges[:, :2]].all(axis=1), :2]
    degree = np.bincount(ends.ravel(), minlength=structure.n_atoms)
    to_centres = np.bincount(ends[centre[ends[:, 1]], 0], minlength=structure.n_atoms)
    to_centres += np.bincount(ends[centre[ends[:, 0]], 1], minlength=structure.n_atoms)
    others = ~centre & (degree > 0)
    good = others & (degree >= _FEWEST) & (to_centres == degree)
    return bool((centre & (degree > 0)).any() and good.sum() >= _LARGE_SHARE * others.sum())


def atoms(structure: Structure, bonds: Bonds) -> Clustered:
    """Make one vertex of each atom.

    Parameters
    ----------
    structure : Structure
    bonds : Bonds

    Raises
    ------
    NoNetError
        If nothing is bonded, or nothing repeats.

    Notes
    -----
    Finite components are guests, atoms that end in nothing are left out (the hydrogen of amorphous silicon), those on
    two others become edges (the oxygen of silica). Alkali, alkaline-earth and rare-earth atoms are guests, too, if
    each atom that they touch has three or more other bonds, and the rest repeats in as many directions: Ba in
    clathrates of silicon and in BaB6.
    """
    elements = structure.elements
    framework = find_framework(bonds.neighbours(structure.n_atoms), elements)
    bonds, without, ions = _without_ions(structure, bonds, framework)
    guests = Counter(framework.guests) + ions
    graph = bonds.neighbours(structure.n_atoms)
    groups = [Group({atom: HOME}) for atom in sorted(without.members)]
    clusters = ClusterGraph(bonds.edges, groups)
    _, bridging = clusters.simplify()
    net, vertex_of = net_of_clusters(structure, clusters, groups)
    notes = note_of_guests(dict(guests.most_common()))
    if bridging:
        notes.append(f"atoms on two vertices, now edges: {len(bridging)}")
    free = [f"{number} {one}" for one, number in guests.most_common() if is_metal(one) or one in HALIDES]
    quality = (f"ions in cavities, left out: {', '.join(free)}",) if free else ()
    sites = sites_of_vertices(structure, without, vertex_of)
    units, cells = units_of_atoms(graph, without, groups)
    return Clustered(net, "atoms", sites, units, cells, bonds, quality, tuple(notes))


def _without_ions(structure: Structure, bonds: Bonds, framework: Framework) -> tuple[Bonds, Framework, Counter[str]]:
    """Return bonds and framework without ions in cavities, and how many ions there are of each element."""
    elements = np.array(structure.elements)
    ion = np.isin(elements, sorted(ELECTROPOSITIVE))
    ends = bonds.edges[:, :2]
    touching = ion[ends].any(axis=1)
    if not touching.any():
        return bonds, framework, Counter()
    rest = replace(bonds, edges=bonds.edges[~touching], lengths=bonds.lengths[~touching])
    touched: NDArray[np.int64] = np.unique(ends[touching])
    degree = np.bincount(rest.edges[:, :2].ravel(), minlength=structure.n_atoms)
    if (degree[touched[~ion[touched]]] < _FEWEST).any():
        return bonds, framework, Counter()
    try:
        without = find_framework(rest.neighbours(structure.n_atoms), structure.elements)
    except NoNetError:
        return bonds, framework, Counter()
    if without.periodicity < framework.periodicity:
        return bonds, framework, Counter()
    return rest, without, Counter(elements[ion & np.isin(np.arange(len(ion)), touched)].tolist())
