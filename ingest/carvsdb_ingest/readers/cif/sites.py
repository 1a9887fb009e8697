"""The atom sites of a CIF block."""

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np
from gemmi import cif
from numpy.typing import NDArray

from carvsdb.atoms.elements import (
    DUMMIES,
    VACANT,
    element_of_site,
    element_readings,
    is_element_word,
    is_symbol,
    mixed_elements,
    symbol_doubt,
    tetrahedral_element,
)
from carvsdb.errors import InputError
from carvsdb_ingest.files.text_file import TextFile, plain, shown

LARGEST_STRUCTURE = 500_000
"""Atoms in a cell, at most."""

# Rounding, and shares of a site that were refined, go a little beyond 1.
_FULLEST = 1.05
_FARTHEST = 1000.0
_FRACTION = re.compile(r"([+-]?\d{1,3})/([1-9]\d{0,2})")


@dataclass(frozen=True, slots=True, eq=False)
class Sites:
    """Atom sites of an asymmetric unit.

    Attributes
    ----------
    elements, labels : tuple of str
    positions : ndarray of float64, shape (n_sites, 3)
        Fractional.
    occupancies : ndarray of float64, shape (n_sites,)
    groups : tuple of (str, str) or None
        Disorder assembly and group of each site; None for sites without alternatives, and for those that are
        disordered about a special position (a negative group), whose images are their alternatives.
    quality : tuple of str
    cartesian : ndarray of float64, shape (n_sites, 3), or None
        In Å, as the file has them, where it has Cartesian coordinates.
    rows : tuple of int
        Which row of the file's loop each site is.
    """

    elements: tuple[str, ...]
    labels: tuple[str, ...]
    positions: NDArray[np.float64]
    occupancies: NDArray[np.float64]
    groups: tuple[tuple[str, str] | None, ...]
    quality: tuple[str, ...] = ()
    cartesian: NDArray[np.float64] | None = None
    rows: tuple[int, ...] = ()


def read_sites(file: TextFile, block: cif.Block, cell: NDArray[np.float64]) -> Sites:
    """Read the atom sites of a block.

    Raises
    ------
    InputError
        For a coordinate that is no number, or an atom of no element.

    Notes
    -----
    Sites without coordinates, dummies and sites without occupancy are left out.
    """
    columns = _columns(block)
    labels, symbols = columns["label"], columns["type_symbol"]
    where = "fract" if columns["fract_x"] else "Cartn"
    triples = list(zip(columns[f"{where}_x"], columns[f"{where}_y"], columns[f"{where}_z"], strict=False))
    count = len(triples)
    if any(len(columns[f"{where}_{axis}"]) != count for axis in "xyz"):
        raise InputError("has atom sites without x, y or z", path=file.path)
    if count > LARGEST_STRUCTURE:
        raise InputError(f"has {count} atom sites; carvsdb reads at most {LARGEST_STRUCTURE}", path=file.path)
    labels = labels if len(labels) == count else [f"{i + 1}" for i in range(count)]
    formula = _formula(block)
    left_out: Counter[str] = Counter()
    mixed, unknown, unclear, rows = list[str](), list[str](), dict[str, int](), list[int]()
    elements: list[str] = []
    names, places, occupancies = [], [], []
    groups: list[tuple[str, str] | None] = []
    # A site that cannot be used is left out and counted; only one that has a place and no element ends the reading.
    for row, triple in enumerate(triples):
        label = cif.as_string(labels[row])
        symbol = "" if len(symbols) != count or cif.is_null(symbols[row]) else cif.as_string(symbols[row])
        if all(cif.is_null(text) for text in triple):
            left_out["atoms without coordinates, left out"] += 1
            continue
        occupancy = _occupancy(columns["occupancy"], row, count)
        if occupancy <= 0 or (len(columns["calc_flag"]) == count and columns["calc_flag"][row] == "dum"):
            left_out["dummy or unoccupied sites, left out"] += 1
            continue
        if symbol in VACANT:
            left_out["vacant sites, left out"] += 1
            continue
        if symbol in DUMMIES or (not symbol and label.rstrip("0123456789") in DUMMIES):
            left_out["dummy or unoccupied sites, left out"] += 1
            continue
        shares = mixed_elements(symbol)
        element = next(iter(shares), None) or element_of_site(symbol, label, formula)
        if element is None and (element := tetrahedral_element(symbol, label, formula)) is not None:
            unknown.append(f"sites T (tetrahedral) are taken for {element}")
        elif element is None:
            raise InputError(f"atom {shown(label)} of type {shown(symbol)} is of no element", path=file.path)
        if shares:
            mixed.append(f"site {plain(label)} is mixed ({plain(symbol)}), taken for {element}")
        elif symbol and not element_readings(symbol):
            unknown.append(f"{shown(symbol)} is no chemical symbol: the labels of such sites name their elements")
        elif symbol and not is_element_word(symbol):
            unknown.append(f"{shown(symbol)} is no chemical symbol: it is taken for {element}")
        elif not symbol and label[1:2].isupper() and len(element_readings(label)) > 1 and len(element) == 1:
            unclear[label] = len(elements)
        elif element not in formula and (doubt := symbol_doubt(symbol or label, element)):
            unknown.append(doubt)
        elements.append(element)
        names.append(label)
        rows.append(row)
        occupancies.append(occupancy)
        places.append([_coordinate(file, text, label) for text in triple])
        assembly, group = (_entry(columns[name], row, count) for name in ("disorder_assembly", "disorder_group"))
        groups.append(None if group in (".", "0") or group.startswith("-") else (assembly, group))
    # CA1 in a formula of Ca and C: what else would be missing altogether is what such labels mean.
    for label, index in list(unclear.items()):
        absent = [one for one in element_readings(label) if one in formula and one not in elements]
        if absent:
            elements[index] = absent[0]
        if absent or formula:
            del unclear[label]
    positions = np.array(places, np.float64).reshape(-1, 3)
    cartesian = positions if where == "Cartn" else _cartesian(columns, count, rows)
    if where == "Cartn":
        positions = positions @ np.linalg.inv(cell)
    if not len(positions):
        said = "; ".join(f"{what}: {number}" for what, number in left_out.items())
        raise InputError(f"has no atom with coordinates{f' ({said})' if said else ''}", path=file.path)
    if np.abs(positions).max() > _FARTHEST:
        label = names[int(np.abs(positions).max(axis=1).argmax())]
        raise InputError(f"atom {shown(label)} lies more than {_FARTHEST:g} cells away", path=file.path)
    crowded = sum(1 for one in occupancies if one > _FULLEST)
    if crowded:
        unknown.append(f"occupancies beyond 1 (multiplicities of sites?), taken for 1: {crowded}")
    return Sites(
        tuple(elements),
        tuple(names),
        positions,
        np.minimum(np.array(occupancies), 1.0) if crowded else np.array(occupancies),
        tuple(groups),
        (
            *(f"{what}: {number}" for what, number in left_out.items()),
            *dict.fromkeys(mixed),
            *dict.fromkeys(unknown),
            *(
                f"label {plain(label)} is taken for {elements[index]}, it could be {_other(label)}; "
                "neither a type nor a formula settles it"
                for label, index in list(unclear.items())[:1]
            ),
        ),
        cartesian,
        tuple(rows),
    )


def _other(label: str) -> str:
    return element_readings(label)[1]


def _cartesian(columns: dict[str, list[str]], count: int, rows: list[int]) -> NDArray[np.float64] | None:
    """Return the Cartesian coordinates that stand beside fractional ones, if they all do."""
    found = [columns[f"Cartn_{axis}"] for axis in "xyz"]
    if any(len(column) != count for column in found):
        return None
    values = np.array([[cif.as_number(column[row]) for column in found] for row in rows], np.float64)
    return values if np.isfinite(values).all() else None


def _columns(block: cif.Block) -> dict[str, list[str]]:
    names = ["label", "type_symbol", "occupancy", "calc_flag", "disorder_assembly", "disorder_group"]
    names += [f"{where}_{axis}" for where in ("fract", "Cartn") for axis in "xyz"]
    found = {}
    for name in names:
        values = block.find_values(f"_atom_site_{name}") or block.find_values(f"_atom_site.{name}")
        found[name] = list(values) if values else []
    return found


def _formula(block: cif.Block) -> frozenset[str]:
    """Return the elements that a block says it has: in a formula, else in its list of atom types; none if nowhere."""
    for tag in ("_chemical_formula_sum", "_chemical_formula.sum", "_chemical_formula_moiety"):
        text = block.find_value(tag)
        words = "" if text is None or cif.is_null(text) else cif.as_string(text)
        found = frozenset(word for word in re.findall("[A-Za-z]+", words) if is_symbol(word))
        if found:
            return found
    types = block.find_values("_atom_type_symbol") or block.find_values("_atom_type.symbol")
    symbols = [cif.as_string(text).rstrip("0123456789+-") for text in types]
    return frozenset(symbols) if all(map(is_symbol, symbols)) else frozenset()


def _entry(column: list[str], row: int, count: int) -> str:
    return "." if len(column) != count or cif.is_null(column[row]) else column[row]


def _occupancy(column: list[str], row: int, count: int) -> float:
    if len(column) != count:
        return 1.0
    number = float(cif.as_number(column[row]))
    return number if np.isfinite(number) else 1.0


def _coordinate(file: TextFile, text: str, label: str) -> float:
    fraction = _FRACTION.fullmatch(cif.as_string(text).strip())
    number = int(fraction[1]) / int(fraction[2]) if fraction else float(cif.as_number(text))
    if not np.isfinite(number):
        raise InputError(
            f"a coordinate of atom {shown(label)} must be a number, got {shown(cif.as_string(text))}", path=file.path
        )
    return number
