"""CIF files: crystals with symmetry, partial occupancy and alternative sites."""

import contextlib
import re

import numpy as np
from gemmi import cif
from numpy.typing import NDArray

from carvsdb.atoms.cell import cell_of_parameters
from carvsdb.atoms.structure import Structure
from carvsdb.errors import InputError, NoNetError
from carvsdb_ingest.files.text_file import TextFile, plain, shown
from carvsdb_ingest.readers.cif.bonds import listed_bonds
from carvsdb_ingest.readers.cif.expansion import Expanded, expand
from carvsdb_ingest.readers.cif.sites import LARGEST_STRUCTURE, Sites, read_sites
from carvsdb_ingest.readers.cif.symmetry import symmetry_of

_CELL_TAGS = (
    "_cell_length_a",
    "_cell_length_b",
    "_cell_length_c",
    "_cell_angle_alpha",
    "_cell_angle_beta",
    "_cell_angle_gamma",
)
# Some programs write the name of the group, P 1, without the quotes that a space needs.
_UNQUOTED = re.compile(
    r"^(_(?:symmetry_)?space_group\S*)[ \t]+([A-Za-z][^'\"\n]*?)[ \t]*$", re.MULTILINE | re.IGNORECASE
)
_WHERE = re.compile(r"^[^:\s]*:(\d+)(?::\d+)?(?:\(\d+\))?:?\s*")


def read_cif(file: TextFile, *, strict: bool = False) -> list[Structure]:
    """Read the crystals of a CIF file, one for each data block with atoms.

    Parameters
    ----------
    file : TextFile
    strict : bool
        Raise for whatever is doubtful about symmetry.

    Raises
    ------
    InputError
        With file and line, for whatever cannot be read.
    NoNetError
        With the cause ``bad cell``, for a cell without volume.

    Notes
    -----
    Of alternative sites the most occupied are kept; partly occupied atoms that are too near to better occupied
    ones are left out; atoms less than 0.4 Å apart are merged. `Structure.quality` says so.

    Examples
    --------
    >>> text = '''data_nacl
    ... _cell_length_a 5.64 _cell_length_b 5.64 _cell_length_c 5.64
    ... _cell_angle_alpha 90 _cell_angle_beta 90 _cell_angle_gamma 90
    ... _symmetry_space_group_name_H-M 'F m -3 m'
    ... loop_ _atom_site_label _atom_site_fract_x _atom_site_fract_y _atom_site_fract_z
    ... Na1 0 0 0
    ... Cl1 0.5 0.5 0.5'''
    >>> read_cif(TextFile.decode(text.encode(), "nacl.cif"))
    [<Structure nacl: 8 atoms, 179 Å³>]
    """
    blocks = [block for block in _parse(file) if _has_atoms(block)]
    if not blocks:
        raise InputError("has no data block with atoms (_atom_site_fract_x, _atom_site_Cartn_x)", path=file.path)
    try:
        return [_structure(file, block, strict) for block in blocks]
    except (ValueError, RuntimeError, OverflowError) as error:
        raise InputError(f"cannot be read ({_one_line(error)})", path=file.path) from error


def _parse(file: TextFile) -> cif.Document:
    try:
        return cif.read_string(file.text, check_level=0)
    except (ValueError, RuntimeError) as error:
        quoted = _UNQUOTED.sub(r"\1 '\2'", file.text)
        if quoted != file.text:
            with contextlib.suppress(ValueError, RuntimeError):
                return cif.read_string(quoted, check_level=0)
        sentence = _one_line(error)
        where = _WHERE.match(sentence)
        line = int(where[1]) if where else None
        text = sentence[where.end() :] if where else sentence
        raise InputError(f"is no CIF file: {text}", path=file.path, line=line) from error


def _one_line(error: Exception) -> str:
    text = " ".join(str(error).split())
    return "".join(character if character.isprintable() else "?" for character in text)[:200]


def _has_atoms(block: cif.Block) -> bool:
    return any(
        len(block.find_values(tag)) > 0
        for tag in ("_atom_site_fract_x", "_atom_site.fract_x", "_atom_site_Cartn_x", "_atom_site.Cartn_x")
    )


def _structure(file: TextFile, block: cif.Block, strict: bool) -> Structure:
    cell = _cell(file, block)
    sites = read_sites(file, block, cell)
    reading, doubts = symmetry_of(file, block, sites, cell, strict=strict)
    operations = reading.operations
    count = len(sites.elements) * len(operations[0])
    if count > LARGEST_STRUCTURE:
        raise InputError(
            f"block {plain(block.name)} has {count} atoms with symmetry; carvsdb reads at most {LARGEST_STRUCTURE}",
            path=file.path,
        )
    expanded = expand(sites, operations, cell)
    bonds, bond_doubts = listed_bonds(block, sites, operations, expanded, cell)
    return Structure(
        elements=expanded.elements,
        positions=expanded.positions,
        cell=cell,
        labels=_labels(sites, expanded),
        bonds=bonds,
        name=block.name,
        quality=(*doubts, *sites.quality, *expanded.quality, *bond_doubts),
    )


def _labels(sites: Sites, expanded: Expanded) -> tuple[str, ...]:
    return tuple(sites.labels[site] for site in expanded.sites)


def _cell(file: TextFile, block: cif.Block) -> NDArray[np.float64]:
    parameters = []
    for tag in _CELL_TAGS:
        text = block.find_value(tag) or block.find_value(tag.replace("_cell_", "_cell.", 1))
        if text is None:
            raise NoNetError(f"block {plain(block.name)} has no {tag}", cause="bad cell", path=file.path)
        number = cif.as_number(text)
        if not np.isfinite(number):
            raise InputError(f"{tag} must be a number, got {shown(cif.as_string(text))}", path=file.path)
        parameters.append(number)
    try:
        return cell_of_parameters(parameters)
    except InputError as error:
        raise NoNetError(error.message, cause="bad cell", path=file.path) from error
