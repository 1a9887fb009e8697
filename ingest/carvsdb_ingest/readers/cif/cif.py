"""CIF files: crystals with symmetry, partial occupancy and alternative sites."""

import contextlib
import re
from dataclasses import replace

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
from carvsdb_ingest.readers.cif.symmetry import SYMMETRY, symmetry_of

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
_EMPTY_LOOP = re.compile(r"^[ \t]*loop_(?:\s+_\S+)*\s*(?=^[ \t]*(?:loop_|data_)|\Z)", re.MULTILINE | re.IGNORECASE)
# Operations in a loop without the quotes that their spaces need: x, y+1/2, -z.
_PART = r"[-+xyz\d/. ]{1,40}"
_SPACED_OPERATION = re.compile(
    rf"^([ \t]{{0,20}}(?:\d{{1,3}}[ \t]{{1,9}})?)((?=[^\n]*x)(?=[^\n]*y)(?=[^\n]*z){_PART},{_PART},{_PART})[ \t\r]*$",
    re.MULTILINE | re.IGNORECASE,
)
# Values of several words without quotes, with a comma after the quotes, or with one quote of a pair.
_SPACED_VALUE = re.compile(r"^(_\w\S*)[ \t]+(?=[^\n]*[ \t])([^\s_'\"#;](?:(?![ \t]_\w)[^'\"#\n])*)$", re.MULTILINE)
_QUOTED_COMMA = re.compile(r"^(_\w\S*[ \t]+(?:'[^\n]*'|\"[^\n]*\")),[ \t]*$", re.MULTILINE)
_PAPER = r"_(?:citation|publ|audit|journal|iucr)\S*"
_OPEN_QUOTE = re.compile(rf"^({_PAPER})[ \t]+(?:'[^\n]*(?<!')|\"[^\n]*(?<!\"))$", re.MULTILINE | re.IGNORECASE)
_PAPER_LOOP = re.compile(
    rf"^[ \t]*loop_(?:\s+{_PAPER})+[ \t]*\n(?:(?![ \t]*(?:_\w|loop_|data_))[^\n]*\n)*", re.MULTILINE | re.IGNORECASE
)
_CIF2 = "lists, tables and triple quotes of CIF 2.0 are not read: write CIF 1.1"
# What pages and word processors make of spaces and signs: a CIF is ASCII where it matters.
_LOOKALIKES = {0xA0: " ", 0x202F: " ", 0x2009: " ", 0x2212: "-", 0x2013: "-", 0x200B: None, 0xFEFF: None}
_REPAIRS = (
    (_UNQUOTED, r"\1 '\2'", ""),
    (_QUOTED_COMMA, r"\1", ""),
    (_SPACED_VALUE, r"\1 '\2'", ""),
    (_OPEN_QUOTE, r"\1 ?", ""),
    (_PAPER_LOOP, "", ""),
    (re.compile(r"^(data_\S+)[ \t]+([^\s_#][^#\n]*)$", re.MULTILINE | re.IGNORECASE), r"\1", ""),
    (re.compile(r"\A(?=\s*(?:#[^\n]*\n\s*)*(?:_|loop_))", re.IGNORECASE), "data_ ", "the file has no line data_"),
    (_EMPTY_LOOP, "", "a loop without values is left out"),
)
"""What is wrong in files of some programs, in the order in which it is mended, and what is said."""

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
    document, notes = parsed(file)
    blocks = [block for block in document if _has_atoms(block)]
    if not blocks:
        raise InputError("has no data block with atoms (_atom_site_fract_x, _atom_site_Cartn_x)", path=file.path)
    try:
        return [_structure(file, block, strict, notes) for block in blocks]
    except (ValueError, RuntimeError, OverflowError) as error:
        raise InputError(f"cannot be read ({_one_line(error)})", path=file.path) from error


def parsed(file: TextFile) -> tuple[cif.Document, list[str]]:
    """Parse a file, mended if need be, and say what was mended."""
    plain_text = file.text.translate(_LOOKALIKES)
    text = _SPACED_OPERATION.sub(lambda found: found[1] + found[2].replace(" ", ""), plain_text.rstrip("\x1a\n") + "\n")
    try:
        return cif.read_string(text, check_level=0), []
    except (ValueError, RuntimeError) as error:
        notes: list[str] = []
        for pattern, repaired, note in _REPAIRS:
            before, text = text, pattern.sub(repaired, text)
            if text != before:
                notes += [note] if note else []
                with contextlib.suppress(ValueError, RuntimeError):
                    return cif.read_string(text, check_level=0), notes
        sentence = _one_line(error)
        where = _WHERE.match(sentence)
        line = int(where[1]) if where else None
        text = sentence[where.end() :] if where else sentence
        hint = _CIF2 if file.text.lstrip().startswith("#\\#CIF_2") else None
        raise InputError(f"is no CIF file: {text}", path=file.path, line=line, hint=hint) from error


def _one_line(error: Exception) -> str:
    text = " ".join(str(error).split())
    return "".join(character if character.isprintable() else "?" for character in text)[:200]


def _has_atoms(block: cif.Block) -> bool:
    return any(
        len(block.find_values(tag)) > 0
        for tag in ("_atom_site_fract_x", "_atom_site.fract_x", "_atom_site_Cartn_x", "_atom_site.Cartn_x")
    )


def _structure(file: TextFile, block: cif.Block, strict: bool, notes: list[str]) -> Structure:
    cell, guessed = _cell(file, block)
    notes = [*notes, *guessed]
    sites = read_sites(file, block, cell)
    reading, doubts = symmetry_of(file, block, sites, cell, strict=strict)
    operations = reading.operations
    count = len(sites.elements) * len(operations[0])
    if count > LARGEST_STRUCTURE:
        raise InputError(
            f"block {plain(block.name)} has {count} atoms with symmetry; carvsdb reads at most {LARGEST_STRUCTURE}",
            path=file.path,
        )
    written = _as_written(block, sites, len(operations[0]) == 1, cell)
    if written is not None:
        return replace(written, quality=(*notes, *doubts))
    expanded = expand(sites, operations, cell)
    bonds, bond_doubts = listed_bonds(block, sites, operations, expanded, cell)
    # A sum of atoms that disagrees with a formula is for the reader to judge; an unknown symmetry is no model.
    unsure = [doubt for doubt in doubts if doubt.startswith(SYMMETRY)]
    told = [*guessed, *unsure, *sites.quality, *expanded.quality]
    obstacles = [f"{doubt}; a model needs all its atoms at known places" for doubt in told]
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
        quality=(*notes, *doubts, *sites.quality, *expanded.quality, *bond_doubts),
        obstacles=tuple(InputError(sentence, path=file.path) for sentence in obstacles),
    )


def _as_written(block: cif.Block, sites: Sites, is_p1: bool, cell: NDArray[np.float64]) -> Structure | None:
    """Return the atoms by lattice vectors and Cartesian coordinates to the last bit, as carvsdb writes them in P 1.

    None if the block has no such vectors, symmetry, or sites that are not whole atoms.
    """
    if sites.cartesian is None or not is_p1 or (sites.occupancies < FULL).any() or sites.quality:
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


def _cell(file: TextFile, block: cif.Block) -> tuple[NDArray[np.float64], list[str]]:
    """Return the cell, and a sentence if angles are not given: they are right angles then, as CIF has it."""
    parameters, missing = [], 0
    for tag in _CELL_TAGS:
        text = block.find_value(tag) or block.find_value(tag.replace("_cell_", "_cell.", 1))
        if "angle" in tag and (text is None or cif.is_null(text)):
            parameters.append(90.0)
            missing += 1
            continue
        if text is None:
            raise NoNetError(f"block {plain(block.name)} has no {tag}", cause="bad cell", path=file.path)
        number = cif.as_number(text)
        if not np.isfinite(number):
            raise InputError(f"{tag} must be a number, got {shown(cif.as_string(text))}", path=file.path)
        parameters.append(number)
    try:
        cell = cell_of_parameters(parameters)
    except InputError as error:
        raise NoNetError(error.message, cause="bad cell", path=file.path) from error
    return cell, [f"{missing} of the cell's angles are not given: taken for 90°"] if missing else []
