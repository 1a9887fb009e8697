"""Atomic models as CIF files."""

from typing import Any

import gemmi
import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.elements import is_symbol
from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError
from carvsdb_ingest.files.text_file import TextFile, shown

_MATRIX = tuple(f"_atom_sites_Cartn_tran_matrix_{row}{column}" for row in (1, 2, 3) for column in (1, 2, 3))
_VECTOR = tuple(f"_atom_sites_Cartn_tran_vector_{row}" for row in (1, 2, 3))
_CARTESIAN = tuple(f"_atom_site_Cartn_{axis}" for axis in "xyz")
_FRACTIONS = tuple(f"_atom_site_fract_{axis}" for axis in "xyz")
# What CIF has no word for: name -> (tags, in the model).
_OWN = {
    "atom_ids": ("_atom_site_carvsdb_id",),
    "molecule_ids": ("_atom_site_carvsdb_molecule",),
    "images": tuple(f"_atom_site_carvsdb_image_{axis}" for axis in "uvw"),
    "charges": ("_atom_site_carvsdb_charge",),
}


def read_cif_model(file: TextFile) -> AtomicModel:
    """Read a CIF file of one structure; symmetry is expanded.

    Raises
    ------
    InputError
        If the file is no CIF, holds several structures or none, sites are partly occupied or without element, or
        a number is none.

    Notes
    -----
    A file by :func:`cif_text` gives back the model to the last digit: lattice vectors and Cartesian coordinates
    stand in it beside the cell's lengths and angles and the fractional coordinates.
    """
    try:
        document = gemmi.cif.read_string("\n".join(file.lines))
    except (ValueError, RuntimeError) as error:
        raise InputError(f"is no CIF ({str(error).splitlines()[0]})", path=file.path) from None
    blocks = [block for block in document if block.find_loop(_FRACTIONS[0]) or block.find_loop(_CARTESIAN[0])]
    if len(blocks) != 1:
        raise InputError(f"expected one structure with coordinates, got {len(blocks)}", path=file.path)
    block = blocks[0]
    try:
        if block.find_value(_MATRIX[0]) and block.find_loop(_CARTESIAN[0]):
            return _as_written(block)
        return _expanded(block)
    except InputError as error:
        raise error if error.path else InputError(error.message, path=file.path, hint=error.hint) from None


def _as_written(block: gemmi.cif.Block) -> AtomicModel:
    """Return a model from lattice vectors and Cartesian coordinates."""
    matrix = np.array([_number(block.find_value(tag), tag) for tag in _MATRIX]).reshape(3, 3)
    origin = np.array([_number(block.find_value(tag) or "0", tag) for tag in _VECTOR])
    arrays: dict[str, Any] = {"positions": _columns(block, _CARTESIAN, float)}
    for key, tags in _OWN.items():
        if block.find_loop(tags[0]):
            values = _columns(block, tags, float if key == "charges" else int)
            arrays[key] = values if len(tags) > 1 else values[:, 0]
    return AtomicModel(_elements(block), cell=matrix.T, origin=origin, **arrays)


def _expanded(block: gemmi.cif.Block) -> AtomicModel:
    """Return a model from an asymmetric unit."""
    small = gemmi.make_small_structure_from_block(block)
    cell = small.cell
    if not cell.is_crystal():
        raise InputError("there is no cell; expected _cell_length_a and so on")
    if len(small.sites) != len(_elements(block)):
        raise InputError(
            f"{len(small.sites)} of {len(_elements(block))} sites can be read; expected labels and fractions"
        )
    if small.spacegroup is None and (small.spacegroup_hm or len(small.symops) > 1):
        raise InputError(f"there is no space group {shown(small.spacegroup_hm or '; '.join(small.symops))}")
    for site in small.sites:
        if site.occ < 0.999:
            raise InputError(f"site {site.label} is occupied by {site.occ:g}; a model needs whole atoms")
        if not np.isfinite([site.fract.x, site.fract.y, site.fract.z]).all():
            raise InputError(f"site {site.label} has no coordinates")
    sites = small.get_all_unit_cell_sites()
    fractions = np.array([[site.fract.x, site.fract.y, site.fract.z] for site in sites])
    vectors = np.array(cell.orth.mat.tolist()).T
    elements = ["D" if site.element.name == "D" else site.element.name for site in sites]
    return AtomicModel(tuple(elements), fractions @ vectors, vectors)


def _elements(block: gemmi.cif.Block) -> tuple[str, ...]:
    column = block.find_loop("_atom_site_type_symbol") or block.find_loop("_atom_site_label")
    symbols = []
    for text in column:
        letters = "".join(letter for letter in gemmi.cif.as_string(text)[:2] if letter.isalpha())
        symbol = letters.capitalize() if is_symbol(letters.capitalize()) else letters[:1]
        if not is_symbol(symbol):
            raise InputError(f"{shown(text)} is no chemical symbol")
        symbols.append(symbol)
    return tuple(symbols)


def _columns(block: gemmi.cif.Block, tags: tuple[str, ...], kind: type) -> NDArray[Any]:
    columns = [[_number(text, tag) for text in block.find_loop(tag)] for tag in tags]
    return np.array(columns, np.float64).T.astype(np.int64 if kind is int else np.float64)


def _number(text: str | None, tag: str) -> float:
    try:
        return float(gemmi.cif.as_string(text or "?"))
    except ValueError:
        raise InputError(f"{tag} must be a number, got {shown(text or 'nothing')}") from None
