"""LAMMPS data files of all atoms: structures, whose bonds are still to be found."""

from typing import TYPE_CHECKING

import numpy as np

from carvsdb.atoms.structure import Structure
from carvsdb_ingest.readers.item import FileOptions, Frames
from carvsdb_ingest.readers.lammps.nearest_image import nearest_images
from carvsdb_ingest.readers.lammps.sections import (
    DataFile,
    is_reduced,
    read_atoms,
    read_bonds,
    read_box,
    read_counts,
    read_masses,
)
from carvsdb_ingest.readers.lammps.types import elements_of_atoms

if TYPE_CHECKING:
    from numpy.typing import NDArray


def is_all_atom(data: DataFile, options: FileOptions) -> bool:
    """Tell whether a data file is to be read as atoms: if their elements are given, or it has no bonds to read."""
    if options.node_types is not None or options.linker_types is not None:
        return False
    return bool(options.elements) or "Bonds" not in data.sections


def read_lammps_atoms(data: DataFile, options: FileOptions) -> Frames:
    """Read the atoms of a LAMMPS data file; its Bonds, if there are any, go to the nearest image.

    Raises
    ------
    InputError
        With file and line, for whatever cannot be read, and for an atom type of unknown element.
    """
    file = data.file
    counts = read_counts(data)
    low, cell = read_box(data)
    atoms = read_atoms(data, counts, low, cell)
    masses, names = read_masses(data)
    elements = elements_of_atoms(
        file,
        atoms.types,
        atoms.lines,
        given=dict(options.elements),
        masses=masses,
        names=names,
        reduced=is_reduced(file),
    )
    bonds: NDArray[np.int64] | None = None
    if "Bonds" in data.sections:
        number = {atom_id: index for index, atom_id in enumerate(atoms.ids)}
        pairs = []
        for first, second, line in read_bonds(data, counts):
            for one in (first, second):
                if one not in number:
                    raise file.error(line, f"bond names atom {one}, which the Atoms section does not have")
            if first == second:
                raise file.error(line, f"atom {first} is bonded to itself")
            pairs.append(sorted((number[first], number[second])))
        distinct = np.unique(np.array(pairs, np.int64), axis=0)
        bonds, _, _ = nearest_images(atoms.positions, cell, distinct, np.ones(len(distinct), np.int64))
    return [
        Structure(
            elements=elements,
            positions=atoms.positions,
            cell=cell,
            labels=tuple(map(str, atoms.ids)),
            molecule_ids=None if atoms.molecules is None else np.array(atoms.molecules, np.int64),
            bonds=bonds,
            cartesian=atoms.cartesian,
            origin=low,
            atom_ids=np.array(atoms.ids, np.int64),
            images=atoms.images,
            charges=None if atoms.charges is None else np.array(atoms.charges),
        )
    ]
