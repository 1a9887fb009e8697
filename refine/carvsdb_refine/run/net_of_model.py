"""From a model to its net, by the road of all structures: bonds, clustering, rings."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb.atoms.structure import Structure
from carvsdb.net import Net
from carvsdb.rings import RingCensus
from carvsdb.topology import identify
from carvsdb_ingest.analysis import read_items
from carvsdb_ingest.analysis.analyse import Analysis, AnalysisOptions, analyse, search_rings
from carvsdb_ingest.analysis.item import ReadOptions
from carvsdb_ingest.bonds import BondOptions, Bonds, find_bonds
from carvsdb_ingest.clustering import cluster, natural_clustering
from carvsdb_schemas.refinement import OutputsTable


@dataclass(frozen=True, slots=True, eq=False)
class BondedModel:
    """A model and its bonds, which coordination, angles and net have in common."""

    model: AtomicModel
    structure: Structure
    bonds: Bonds

    @classmethod
    def of(cls, model: AtomicModel, outputs: OutputsTable) -> "BondedModel":
        """Find the bonds of a model."""
        structure = model.structure()
        return cls(model, structure, find_bonds(structure, bond_options(outputs)))


@dataclass(frozen=True, slots=True, eq=False)
class RingsOfModel:
    """The rings of a model's net.

    Attributes
    ----------
    clustering : str
        By which the net was made.
    census : RingCensus
        The rings.
    name : str
        Of the net; empty if it has none.
    """

    clustering: str
    census: RingCensus
    name: str


def rings_of_model(bonded: BondedModel, outputs: OutputsTable, before: RingsOfModel | None = None) -> RingsOfModel:
    """Find the net of a model and its rings.

    Parameters
    ----------
    bonded : BondedModel
        The model.
    outputs : OutputsTable
        With the clustering and the cut-off of the search.
    before : RingsOfModel, optional
        An earlier model of the run. Where the config leaves the clustering open it is the same, so that all are seen
        alike; where the net is the same, its rings are.

    Raises
    ------
    NoNetError
        If there is no net, with the cause.
    """
    known = None if before is None else before.clustering
    name = outputs.clustering or known or natural_clustering(bonded.structure, bonded.bonds)
    net = cluster(bonded.structure, bonded.bonds, name).net
    if before is not None and _is_same(net, before.census.net):
        return before
    return RingsOfModel(name, search_rings(net, _analysis_options(outputs)), identify(net).name or "")


def _is_same(one: Net, other: Net) -> bool:
    return np.array_equal(one.edges, other.edges) and np.array_equal(one.is_node, other.is_node)


def analyse_file(path: Path, types: Mapping[int, str] | None, outputs: OutputsTable, label: str) -> Analysis:
    """Find the net of a model's file and its rings, just as ingestion of that file does.

    Raises
    ------
    NoNetError
        If there is none, with the cause.
    InputError
        If the file cannot be read.
    """
    item = read_items(path, _read_options(outputs, types))[0]
    return analyse(replace(item, label=label), _analysis_options(outputs))


def _analysis_options(outputs: OutputsTable) -> AnalysisOptions:
    largest = outputs.max_ring_size
    return AnalysisOptions() if largest is None else AnalysisOptions(largest)


def _read_options(outputs: OutputsTable, types: Mapping[int, str] | None) -> ReadOptions:
    return ReadOptions(
        bonds=bond_options(outputs),
        clusterings=() if outputs.clustering is None else (outputs.clustering,),
        elements=tuple((types or {}).items()),
    )


def bond_options(outputs: OutputsTable) -> BondOptions:
    """Return the bond rule of a config."""
    pairs = [(pair.partition("-"), length) for pair, length in outputs.bonds.items()]
    return BondOptions(pairs=tuple((first, second, length) for (first, _, second), length in pairs))


def coordination(bonded: BondedModel) -> dict[str, NDArray[np.int64]]:
    """Count bonded neighbours: for each pair of elements that bonds, how many atoms have 0, 1, 2... of them.

    Returns
    -------
    dict of str to ndarray of int64
        ``"Si-O"``: at place k the number of Si with k neighbours O.

    Examples
    --------
    >>> model = AtomicModel(("O", "H", "H", "O"), [[0, 0, 0], [0.96, 0, 0], [0, 0.96, 0], [5, 5, 5]], 12 * np.eye(3))
    >>> found = coordination(BondedModel.of(model, OutputsTable()))
    >>> {pair: counts.tolist() for pair, counts in found.items()}
    {'H-O': [0, 2], 'O-H': [1, 0, 1]}
    """
    model, edges = bonded.model, np.asarray(bonded.bonds.edges)
    kinds = model.atom_to_species
    counts: dict[str, NDArray[np.int64]] = {}
    for one, centre in enumerate(model.species):
        for other, neighbour in enumerate(model.species):
            numbers = np.zeros(model.n_atoms, np.int64)
            for here, there in ((0, 1), (1, 0)):
                matches = (kinds[edges[:, here]] == one) & (kinds[edges[:, there]] == other)
                np.add.at(numbers, edges[matches, here], 1)
            if numbers.any():
                counts[f"{centre}-{neighbour}"] = np.bincount(numbers[kinds == one])
    return counts


def bond_angles(bonded: BondedModel) -> dict[str, NDArray[np.float64]]:
    """Return all angles between bonds at one atom, in degrees, by the elements of end, centre and end.

    Examples
    --------
    >>> model = AtomicModel(("O", "H", "H"), [[0, 0, 0], [0.96, 0, 0], [0, 0.96, 0]], 12 * np.eye(3))
    >>> found = bond_angles(BondedModel.of(model, OutputsTable()))
    >>> {triple: angles.round(6).tolist() for triple, angles in found.items()}
    {'H-O-H': [90.0]}
    """
    model, edges = bonded.model, np.asarray(bonded.bonds.edges)
    positions = bonded.structure.positions
    apart = (positions[edges[:, 1]] + edges[:, 2:] - positions[edges[:, 0]]) @ bonded.structure.cell
    centres = np.concatenate((edges[:, 0], edges[:, 1]))
    ends = np.concatenate((edges[:, 1], edges[:, 0]))
    vectors = np.concatenate((apart, -apart))
    order = np.argsort(centres, kind="stable")
    ends, vectors = ends[order], vectors[order]
    degrees = np.bincount(centres, minlength=model.n_atoms)
    begins = np.cumsum(degrees) - degrees
    kinds, n_kinds = model.atom_to_species, len(model.species)
    labels, angles = [], []
    for degree in np.unique(degrees[degrees > 1]).tolist():
        atoms = np.flatnonzero(degrees == degree)
        rows = begins[atoms][:, None] + np.arange(degree)
        first, second = np.triu_indices(degree, 1)
        one, two = vectors[rows[:, first]], vectors[rows[:, second]]
        lengths = np.linalg.norm(one, axis=2) * np.linalg.norm(two, axis=2)
        angles.append(np.degrees(np.arccos(np.clip((one * two).sum(axis=2) / lengths, -1, 1))).ravel())
        low, high = np.sort((kinds[ends[rows[:, first]]], kinds[ends[rows[:, second]]]), axis=0)
        labels.append(((low * n_kinds + kinds[atoms][:, None]) * n_kinds + high).ravel())
    if not angles:
        return {}
    label, angle = np.concatenate(labels), np.concatenate(angles)
    found = {}
    for number in np.unique(label).tolist():
        rest, last = divmod(number, n_kinds)
        first, centre = divmod(rest, n_kinds)
        triple = "-".join(model.species[kind] for kind in (first, centre, last))
        found[triple] = np.asarray(angle[label == number], np.float64)
    return found
