"""From a model to its net, by the road of all structures: bonds, clustering, rings."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb_ingest.analysis import read_items
from carvsdb_ingest.analysis.analyse import Analysis, AnalysisOptions, analyse
from carvsdb_ingest.analysis.item import NetItem, ReadOptions
from carvsdb_ingest.analysis.nets_of_atoms import items_of_structure
from carvsdb_ingest.bonds import BondOptions, find_bonds
from carvsdb_schemas.refinement import OutputsTable


def analyse_model(model: AtomicModel, outputs: OutputsTable, label: str) -> Analysis:
    """Find the net of a model and its rings.

    Raises
    ------
    NoNetError
        If there is none, with the cause.
    """
    item = items_of_structure(model.structure(label), _read_options(outputs, None), label=label)[0]
    return _analyse(item, outputs)


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
    return _analyse(replace(item, label=label), outputs)


def _analyse(item: NetItem, outputs: OutputsTable) -> Analysis:
    largest = outputs.max_ring_size
    return analyse(item, AnalysisOptions() if largest is None else AnalysisOptions(largest))


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


def coordination(model: AtomicModel, outputs: OutputsTable) -> dict[str, NDArray[np.int64]]:
    """Count bonded neighbours: for each pair of elements that bonds, how many atoms have 0, 1, 2... of them.

    Returns
    -------
    dict of str to ndarray of int64
        ``"Si-O"``: at place k the number of Si with k neighbours O.

    Examples
    --------
    >>> model = AtomicModel(("O", "H", "H", "O"), [[0, 0, 0], [0.96, 0, 0], [0, 0.96, 0], [5, 5, 5]], 12 * np.eye(3))
    >>> {pair: counts.tolist() for pair, counts in coordination(model, OutputsTable()).items()}
    {'H-O': [0, 2], 'O-H': [1, 0, 1]}
    """
    bonds = find_bonds(model.structure(), bond_options(outputs))
    edges = np.asarray(bonds.edges)
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
