"""Nets of what no file holds: of a net, of a structure, of atoms of ASE or pymatgen."""

from typing import Any

from carvsdb.atoms.structure import Structure
from carvsdb.errors import InputError, cause_of
from carvsdb.net import Net
from carvsdb_ingest.analysis.item import NetItem, ReadOptions, item_of_net
from carvsdb_ingest.analysis.nets_of_atoms import items_of_structure
from carvsdb_ingest.readers.ase_atoms import structure_of_atoms


def is_in_memory(thing: object) -> bool:
    """Tell whether a thing is a net, a structure, or atoms of ASE or pymatgen."""
    return isinstance(thing, Net | Structure) or _is_atoms(thing) or hasattr(thing, "to_ase_atoms")


def items_in_memory(thing: Any, options: ReadOptions | None = None) -> list[NetItem]:
    """Make the nets of a net, a structure, an ``ase.Atoms`` or a ``pymatgen.core.Structure``.

    Raises
    ------
    InputError
        If the atoms cannot be used.
    NoNetError
        If they have no net, with the cause.

    Examples
    --------
    >>> from carvsdb.net import library
    >>> [(item.label, item.clustering) for item in items_in_memory(library.load("dia"))]
    [('dia', 'as given')]
    """
    if isinstance(thing, Net):
        content = thing.edges.tobytes() + thing.is_node.tobytes() + thing.multiplicity.tobytes()
        return [item_of_net(thing, thing.name or "net", content)]
    return items_of_structure(structure_in_memory(thing), options)


def structure_in_memory(thing: Any) -> Structure:
    """Make a structure of atoms in memory.

    Raises
    ------
    InputError
        If they cannot be used: no cell, disorder, coordinates that are not finite.
    """
    if isinstance(thing, Structure):
        return thing
    what = f"the {type(thing).__name__}"
    if not _is_atoms(thing):
        try:
            thing = thing.to_ase_atoms()
        except Exception as error:  # whatever pymatgen says of disorder
            raise InputError(f"cannot be read as atoms ({cause_of(error)})", path=what) from error
    return structure_of_atoms(what, thing, tuple(thing.get_chemical_symbols()))


def _is_atoms(thing: object) -> bool:
    """Tell whether a thing is an ``ase.Atoms``, without importing ASE for it."""
    return any(one.__module__ == "ase.atoms" and one.__name__ == "Atoms" for one in type(thing).__mro__)
