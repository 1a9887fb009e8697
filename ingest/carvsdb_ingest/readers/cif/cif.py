"""CIF files: crystals with symmetry, partial occupancy and alternative sites."""

import contextlib
import re

import gemmi
import numpy as np
from gemmi import cif
from numpy.typing import NDArray

from carvsdb.atoms.cell import cell_of_parameters
from carvsdb.atoms.structure import Structure
from carvsdb.errors import InputError, NoNetError
from carvsdb_ingest.files.cif_tags import MATRIX, OWN, VECTOR
from carvsdb_ingest.files.text_file import TextFile, plain, shown
from carvsdb_ingest.readers.cif.bonds import listed_bonds
from carvsdb_ingest.readers.cif.expansion import FULL, Expanded, expand
from carvsdb_ingest.readers.cif.sites import LARGEST_STRUCTURE, Sites, read_sites
from carvsdb_ingest.readers.symmetry import Operations, group_operations

_CELL_TAGS = (
    "_cell_length_a",
    "_cell_length_b",
    "_cell_length_c",
    "_cell_angle_alpha",
    "_cell_angle_beta",
    "_cell_angle_gamma",
)
_OPERATION_TAGS = (
    "_space_group_symop_operation_xyz",
    "_space_group_symop.operation_xyz",
    "_symmetry_equiv_pos_as_xyz",
    "_symmetry_equiv.pos_as_xyz",
)
_NAME_TAGS = (
    "_space_group_name_H-M_alt",
    "_space_group.name_H-M_alt",
    "_symmetry_space_group_name_H-M",
    "_symmetry.space_group_name_H-M",
)
_HALL_TAGS = ("_space_group_name_Hall", "_space_group.name_Hall", "_symmetry_space_group_name_Hall")
_NUMBER_TAGS = ("_space_group_IT_number", "_space_group.IT_number", "_symmetry_Int_Tables_number")
# Some programs write the name of the group, P 1, without the quotes that a space needs.
_UNQUOTED = re.compile(
    r"^(_(?:symmetry_)?space_group\S*)[ \t]+([A-Za-z][^'\"\n]*?)[ \t]*$", re.MULTILINE | re.IGNORECASE
)
_WHERE = re.compile(r"^[^:\s]*:(\d+)(?::\d+)?(?:\(\d+\))?:?\s*")


def read_cif(file: TextFile) -> list[Structure]:
    """Read the crystals of a CIF file, one for each data block with atoms.

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
        return [_structure(file, block) for block in blocks]
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


def _structure(file: TextFile, block: cif.Block) -> Structure:
    cell = _cell(file, block)
    sites = read_sites(file, block, cell)
    operations, doubts = _operations(file, block, cell)
    count = len(sites.elements) * len(operations[0])
    if count > LARGEST_STRUCTURE:
        raise InputError(
            f"block {plain(block.name)} has {count} atoms with symmetry; carvsdb reads at most {LARGEST_STRUCTURE}",
            path=file.path,
        )
    written = _as_written(block, sites, operations, cell)
    if written is not None:
        return written
    expanded = expand(sites, operations, cell)
    bonds, bond_doubts = listed_bonds(block, sites, operations, expanded, cell)
    obstacles = [*doubts, *sites.quality, *expanded.quality]
    partial = np.flatnonzero(sites.occupancies < FULL)
    if len(partial):
        label, share = sites.labels[partial[0]], sites.occupancies[partial[0]]
        obstacles.insert(0, f"site {plain(label)} is occupied by {share:g}; a model needs whole atoms")
    return Structure(
        elements=expanded.elements,
        positions=expanded.positions,
        cell=cell,
        labels=_labels(sites, expanded),
        bonds=bonds,
        name=block.name,
        quality=(*doubts, *sites.quality, *expanded.quality, *bond_doubts),
        obstacles=tuple(InputError(sentence, path=file.path) for sentence in obstacles),
    )


def _as_written(block: cif.Block, sites: Sites, operations: Operations, cell: NDArray[np.float64]) -> Structure | None:
    """Return the atoms by lattice vectors and Cartesian coordinates to the last bit, as carvsdb writes them in P 1.

    None if the block has no such vectors, symmetry, or sites that are not whole atoms.
    """
    if sites.cartesian is None or len(operations[0]) > 1 or (sites.occupancies < FULL).any() or sites.quality:
        return None
    numbers = [cif.as_number(block.find_value(tag) or "?") for tag in (*MATRIX, *VECTOR)]
    vectors, origin = np.array(numbers[:9]).reshape(3, 3).T, np.array(numbers[9:])
    if not np.isfinite(numbers).all() or not np.allclose(vectors @ vectors.T, cell @ cell.T, rtol=1e-4, atol=1e-3):
        return None
    arrays: dict[str, NDArray[np.float64] | NDArray[np.int64]] = {}
    for key, tags in OWN.items():
        columns = [list(block.find_loop(tag)) for tag in tags]
        if all(len(column) > max(sites.rows) for column in columns):
            values = np.array([[cif.as_number(column[row]) for column in columns] for row in sites.rows])
            if np.isfinite(values).all():
                found = values if key == "charges" else np.rint(values).astype(np.int64)
                arrays[key] = found if len(tags) > 1 else found[:, 0]
    return Structure.from_cartesian(
        sites.elements, sites.cartesian, vectors, origin, labels=sites.labels, name=block.name, **arrays
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


def _operations(file: TextFile, block: cif.Block, cell: NDArray[np.float64]) -> tuple[Operations, list[str]]:
    """Return the operations that the block lists, else those of its group; the identity if it has neither."""
    for tag in _OPERATION_TAGS:
        texts = [cif.as_string(text) for text in block.find_values(tag)]
        texts = [text for text in texts if text.strip() and text.strip() not in "?."]
        if texts:
            return _listed_operations(file, texts), []
    name = _text(block, _NAME_TAGS)
    if name:
        found = group_operations(name, 3, alpha=_angle(cell, 1, 2), gamma=_angle(cell, 0, 1))
        if found is not None:
            return found, []
    hall = _text(block, _HALL_TAGS)
    if hall:
        try:
            return _arrays(list(gemmi.symops_from_hall(hall))), []
        except (ValueError, RuntimeError):
            pass
    number = _text(block, _NUMBER_TAGS)
    if number and number.isascii() and number.isdigit() and 1 <= int(number) <= 230:
        return _arrays(list(gemmi.find_spacegroup_by_number(int(number)).operations())), []
    identity = _arrays([gemmi.Op("x,y,z")])
    if name:
        return identity, [f"space group {plain(name)} is unknown: read without symmetry"]
    return identity, []


def _listed_operations(file: TextFile, texts: list[str]) -> Operations:
    if len(texts) > 192:
        raise InputError(f"lists {len(texts)} symmetry operations; a space group has at most 192", path=file.path)
    found = []
    for text in texts:
        try:
            found.append(gemmi.Op(text.replace(" ", "").lower()))
        except (ValueError, RuntimeError) as error:
            raise InputError(f"{shown(text)} is no symmetry operation; expected x,y,z", path=file.path) from error
    return _arrays(found)


def _arrays(operations: list[gemmi.Op]) -> Operations:
    scale = gemmi.Op.DEN
    rotations = np.array([op.rot for op in operations], np.float64) / scale
    return rotations, np.array([op.tran for op in operations], np.float64) / scale


def _text(block: cif.Block, tags: tuple[str, ...]) -> str:
    for tag in tags:
        text = block.find_value(tag)
        if text is not None and not cif.is_null(text):
            return cif.as_string(text).strip()
    return ""


def _angle(cell: NDArray[np.float64], first: int, second: int) -> float:
    one, two = cell[first], cell[second]
    return float(np.degrees(np.arccos(np.clip(one @ two / np.linalg.norm(one) / np.linalg.norm(two), -1, 1))))
