"""Structures whose atoms are graded: models of any format, and molecules and slabs of extended xyz."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError
from carvsdb_ingest.files.compressed import plain_name
from carvsdb_ingest.files.text_file import TextFile
from carvsdb_ingest.readers.models import read_models
from carvsdb_refine.learning.closed_cells import closed_cell
from carvsdb_refine.learning.extended_xyz import ase_frames


def read_structures(path: Path, types: Mapping[int, str], cutoff: float, doubts: list[str]) -> list[AtomicModel]:
    """Return all frames of a file; directions that do not repeat are closed so that no atom meets an image.

    Parameters
    ----------
    path : Path
        Of any format that holds atoms.
    types : mapping of int to str
        The element of each LAMMPS atom type.
    cutoff : float
        Reach of the potential in Å.
    doubts : list of str
        Takes what is worth saying.

    Raises
    ------
    InputError
        For whatever cannot be read.
    """
    try:
        return read_models(path, types)
    except InputError:
        if not plain_name(path).lower().endswith((".xyz", ".extxyz")):
            raise
        atoms = ase_frames(TextFile.load(path))
        repeats = [np.array(one.pbc, bool) & np.any(one.cell[:], axis=1) for one in atoms]
        if all(one.all() for one in repeats):
            raise
    models = []
    for number, (one, along) in enumerate(zip(atoms, repeats, strict=True), 1):
        positions = np.array(one.get_positions(), np.float64)
        if not np.isfinite(positions).all():
            raise InputError(f"frame {number}: a coordinate is not finite", path=path)
        try:
            cell = closed_cell(np.array(one.cell[:], np.float64), along, positions, cutoff)
        except InputError as error:
            raise InputError(f"frame {number}: {error.message}", path=path) from error
        models.append(AtomicModel(tuple(one.get_chemical_symbols()), positions, cell))
    doubts.append(f"{path}: where atoms do not repeat they have a cell so large that none meets an image")
    return models
