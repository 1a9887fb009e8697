"""What a block of a TopoCIF file says: values by data name, symmetry operations by identifier, whole numbers."""

from dataclasses import dataclass

import numpy as np
from gemmi import cif
from numpy.typing import NDArray

from carvsdb.atoms.space_groups import read_symmetry
from carvsdb.atoms.symmetry_operations import operations_of_texts
from carvsdb.errors import InputError
from carvsdb_ingest.readers.cif.symmetry import statement_of


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """The symmetry operations of a block.

    Attributes
    ----------
    rotations : ndarray of float64, shape (n, 3, 3)
    steps : ndarray of float64, shape (n, 3)
        Translation of each operation.
    number_of : dict of str to int
        Number of the operation that an identifier names; that of the empty text is the identity.
    doubts : tuple of str
        What is doubtful about them.
    """

    rotations: NDArray[np.float64]
    steps: NDArray[np.float64]
    number_of: dict[str, int]
    doubts: tuple[str, ...] = ()


def group_of(block: cif.Block, cell: NDArray[np.float64] | None) -> Group:
    """Return the operations that a block lists, or those of the space group that it names.

    Raises
    ------
    InputError
        For operations that are none, or without the identity.
    """
    texts = tagged(block, "_space_group_symop.operation_xyz") or tagged(block, "_symmetry_equiv.pos_as_xyz")
    ids = tagged(block, "_space_group_symop.id") or tagged(block, "_symmetry_equiv.pos_site_id")
    doubts: tuple[str, ...] = ()
    if texts:
        rotations, steps = operations_of_texts(tuple(texts))
        if len(ids) != len(texts):
            ids = [str(number + 1) for number in range(len(texts))]
    else:
        rotations, steps = operations_of_texts(("x,y,z",))
        said = statement_of(block)
        if cell is not None and (said.names or said.hall or said.number):
            # A list that is not there has no identifiers but that of the identity.
            symmetry = read_symmetry(said, cell)
            first = symmetry.readings[0]
            rotations, steps = first.operations
            doubts = (f"its symmetry operations are not listed; those of {first.name} were taken", *symmetry.doubts)
            doubts += (symmetry.question,) if symmetry.question else ()
        ids = []
    same = np.all(rotations == np.eye(3), axis=(1, 2)) & np.all(np.asarray(steps) == 0, axis=1)
    if not same.any():
        raise InputError("its symmetry operations lack x,y,z")
    identity = int(np.argmax(same))
    number_of = {name: number for number, name in enumerate(ids)} or {"1": identity}
    number_of[""] = identity
    if len(rotations) == 1:
        doubts = ()
    return Group(np.asarray(rotations, np.float64), np.asarray(steps, np.float64), number_of, doubts)


def values_of(block: cif.Block, category: str, *names: str) -> list[str]:
    """Return the values of the first of some names that a block has; what is not known is empty."""
    for name in names:
        values = tagged(block, f"_topol_{category}.{name}")
        if values:
            return values
    return []


def tagged(block: cif.Block, tag: str) -> list[str]:
    """Return the values of a tag, written with a dot or, as in CIF 1, with an underscore."""
    for written in (tag, tag.replace(".", "_", 1)):
        values = [*block.find_values(written)]
        if values:
            return ["" if cif.is_null(text) else cif.as_string(text).strip() for text in values]
    return []


def whole_number(text: str) -> int:
    """Read a whole number, which may be written as another one.

    Raises
    ------
    ValueError
        If it is none.

    Examples
    --------
    >>> whole_number("-1"), whole_number("+2.000")
    (-1, 2)
    """
    number = float(text)
    if not number.is_integer():
        raise ValueError(text)
    return int(number)
