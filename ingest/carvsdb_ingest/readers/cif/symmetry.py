"""What a CIF block says about symmetry, and which reading of it the contents of the cell bear out."""

import numpy as np
from gemmi import cif
from numpy.typing import NDArray

from carvsdb.atoms.space_groups import Reading, Symmetry, SymmetryStatement, read_symmetry
from carvsdb.errors import InputError
from carvsdb_ingest.files.text_file import TextFile
from carvsdb_ingest.readers.cif.contents import Contents, crowding, found_contents, same_atoms
from carvsdb_ingest.readers.cif.sites import Sites

_OPERATIONS = (
    "_space_group_symop_operation_xyz",
    "_space_group_symop.operation_xyz",
    "_symmetry_equiv_pos_as_xyz",
    "_symmetry_equiv.pos_as_xyz",
    "_symmetry_equiv_pos.as_xyz",
    "_space_group_symop_magn_operation.xyz",
    "_space_group_symop_magn_operation_xyz",
)
_CENTRINGS = ("_space_group_symop_magn_centering.xyz", "_space_group_symop_magn_centering_xyz")
_HALL = (
    "_space_group_name_Hall",
    "_space_group.name_Hall",
    "_symmetry_space_group_name_Hall",
    "_symmetry.space_group_name_Hall",
)
_NAMES = (
    "_space_group_name_H-M_alt",
    "_space_group.name_H-M_alt",
    "_symmetry_space_group_name_H-M",
    "_symmetry.space_group_name_H-M",
    "_space_group_name_H-M",
    "_space_group.name_H-M",
    "_space_group_name_H-M_ref",
    "_space_group.name_H-M_ref",
    "_space_group_name_H-M_full",
    "_space_group.name_H-M_full",
    "_symmetry.pdbx_full_space_group_name_H-M",
    "_space_group_name_Schoenflies",
    "_space_group.name_Schoenflies",
)
_NUMBER = (
    "_space_group_IT_number",
    "_space_group.IT_number",
    "_symmetry_Int_Tables_number",
    "_symmetry.Int_Tables_number",
    "_space_group_number",
)
_CODE = ("_space_group_IT_coordinate_system_code", "_space_group.IT_coordinate_system_code")
SYMMETRY = "symmetry: "
"""What doubts about symmetry begin with."""

_BETTER = 0.1
_CROWDED = 0.005


def statement_of(block: cif.Block) -> SymmetryStatement:
    """Collect what a block says about symmetry."""
    names = tuple(dict.fromkeys(text for tag in _NAMES if (text := _text(block, (tag,)))))
    return SymmetryStatement(
        operations=_operations(block),
        hall=_text(block, _HALL),
        names=names,
        number=_text(block, _NUMBER),
        code=_text(block, _CODE),
    )


def symmetry_of(
    file: TextFile, block: cif.Block, sites: Sites, cell: NDArray[np.float64], *, strict: bool = False
) -> tuple[Reading, list[str]]:
    """Read the symmetry of a block.

    Parameters
    ----------
    file, block
        For messages, and to read.
    sites : Sites
        What is at hand to decide between readings.
    cell : ndarray of float64, shape (3, 3)
        Rows, in Å.
    strict : bool
        Raise where there is a doubt.

    Returns
    -------
    reading : Reading
    quality : list of str
        What is doubtful about symmetry, and what about the contents of the cell.

    Raises
    ------
    InputError
        For operations that are none; if strict, for every doubt about symmetry.
    """
    try:
        symmetry = read_symmetry(statement_of(block), cell)
    except InputError as error:
        raise InputError(error.message, path=file.path) from error
    contents = Contents.of(block)
    reading, reason = _decide(symmetry, sites, contents, cell)
    doubts = [*symmetry.doubts, *([reason] if reason else [])]
    modulations = _text(block, ("_cell_modulation_dimension", "_cell.modulation_dimension"))
    if modulations not in ("", "0"):
        doubts.append("the structure is modulated: read as its average")
    if strict and doubts:
        raise InputError(f"{SYMMETRY}{doubts[0]}", path=file.path, hint="without --strict it is read with this doubt")
    found = found_contents(sites, reading.operations, cell)
    quality = [f"{SYMMETRY}{doubt}" for doubt in doubts]
    return reading, quality + [f"contents: {doubt}" for doubt in contents.doubts(found, cell)]


def _decide(symmetry: Symmetry, sites: Sites, contents: Contents, cell: NDArray[np.float64]) -> tuple[Reading, str]:
    """Choose a reading, and say what was not decided by the file and what decided."""
    first, *others = symmetry.readings
    if not others or all(same_atoms(sites, first.operations, one.operations, cell) for one in others):
        return first, ""
    question = symmetry.question
    found = [found_contents(sites, one.operations, cell) for one in symmetry.readings]
    errors = [contents.mismatch(one, cell) for one in found]
    if errors[0] is not None:
        best = min(range(len(errors)), key=lambda index: errors[index] or 0.0)
        worst = max(error or 0.0 for error in errors)
        if worst - (errors[best] or 0.0) > _BETTER:
            chosen = symmetry.readings[best]
            return chosen, f"{question}; {chosen.name} was taken, with which {contents.basis} agrees best"
    if symmetry.unsaid:
        crowds = [crowding(sites, one.operations, cell) for one in symmetry.readings]
        best = int(np.argmin(crowds))
        if max(crowds) > _CROWDED and crowds[best] < max(crowds) / 2:
            chosen = symmetry.readings[best]
            return chosen, f"{question}; {chosen.name} was taken, in which atoms are less crowded"
    return first, f"{question}; {first.name} was taken, and nothing in the file bears it out"


def _operations(block: cif.Block) -> tuple[str, ...]:
    for tag in _OPERATIONS:
        texts = _column(block, tag)
        if texts:
            centrings = [text for tag in _CENTRINGS for text in _column(block, tag)] if "magn" in tag else []
            return tuple(texts) if not centrings else _with_centrings(texts, centrings)
    return ()


def _with_centrings(texts: list[str], centrings: list[str]) -> tuple[str, ...]:
    """Return the products of operations and centrings, which files of magnetic structures list apart."""
    from carvsdb.atoms.symmetry_operations import operations_of_texts, products, texts_of_operations

    try:
        return texts_of_operations(products(operations_of_texts(tuple(centrings)), operations_of_texts(tuple(texts))))
    except InputError:
        return tuple(texts)


def _column(block: cif.Block, tag: str) -> list[str]:
    texts = [cif.as_string(text).strip() for text in block.find_values(tag)]
    return [text for text in texts if text not in ("", "?", ".")]


def _text(block: cif.Block, tags: tuple[str, ...]) -> str:
    for tag in tags:
        text = block.find_value(tag)
        if text is not None and not cif.is_null(text):
            return " ".join(cif.as_string(text).split())
    return ""
