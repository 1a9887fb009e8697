"""Which column of an atom's line in a LAMMPS data file holds what: by the style that is named, or by the columns.

Every style has the number of the atom, its type and three coordinates; what else it has is carried over if it is a
molecule or a charge, and passed over if not (diameters, densities, dipoles, spins...).

References
----------
.. [1] LAMMPS manual, command ``read_data``, table of the Atoms section; https://docs.lammps.org/read_data.html
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from carvsdb.errors import InputError
from carvsdb_ingest.files.text_file import shown


@dataclass(frozen=True, slots=True)
class AtomStyle:
    """Where an atom's line has what; -1 for what it has not.

    Attributes
    ----------
    molecule, kind, charge : int
        Columns, from 0.
    first : int
        The column of x.
    width : int
        How many columns there are before image flags.
    """

    molecule: int
    kind: int
    charge: int
    first: int
    width: int


# What stands between the number of an atom and the three that image flags may follow: m molecule, t type, q charge,
# x the three coordinates, . something else.
_COLUMNS = {
    "amoeba": "mtqx",
    "angle": "mtx",
    "atomic": "tx",
    "body": "t..x",
    "bond": "mtx",
    "bpm/sphere": "mt..x",
    "charge": "tqx",
    "dielectric": "tqx........",
    "dipole": "tqx...",
    "dpd": "t.x",
    "edpd": "t..x",
    "electron": "tq..x",
    "ellipsoid": "t..x",
    "full": "mtqx",
    "line": "mt..x",
    "mdpd": "t.x",
    "molecular": "mtx",
    "peri": "t..x",
    "rheo": "t..x",
    "rheo/thermal": "t...x",
    "smd": "tm.......x",
    "sph": "t...x",
    "sphere": "t..x",
    "spin": "tx....",
    "template": "tm..x",
    "tri": "mt..x",
    "wavepacket": "tq.....x",
}
_NAMED = re.compile(r"(?:(?:atom_)?style\s*=?\s*)?[\"']?([a-z_/]+)[\"']?")
_HYBRID = re.compile(r"(?:(?:atom_)?style\s*=?\s*)?[\"']?hybrid((?:\s+[a-z_/]+)*)[\"']?")


def style_of(comment: str, rows: Sequence[list[str]], labels: dict[str, int], n_types: int | None) -> AtomStyle:
    """Return the style that the title of the Atoms section names, or that the columns suggest.

    Parameters
    ----------
    comment : str
        What follows ``Atoms #``.
    rows : sequence of list of str
        The words of each line.
    labels : dict of str to int
        The types that have names.
    n_types : int or None
        How many types the header declares.

    Raises
    ------
    InputError
        If there is no such style, or the columns leave it open.

    Examples
    --------
    >>> style_of("hybrid sphere charge", [], {}, 2)
    AtomStyle(molecule=-1, kind=1, charge=7, first=2, width=8)
    """
    comment = comment.lower().strip()
    if hybrid := _HYBRID.fullmatch(comment):
        return _hybrid(hybrid[1].split())
    if match := _NAMED.fullmatch(comment):
        return _of_columns(_columns_of(match[1]))
    words = rows[0]
    # 8 and 9 columns are 5 and 6 with image flags: all styles have three coordinates.
    width = len(words) if len(words) < 8 else len(words) - 3
    if width == 6:
        return _of_columns(_COLUMNS[_molecular_or_charge(rows, labels, n_types)])
    if width in (5, 7):
        return _of_columns(_COLUMNS["atomic" if width == 5 else "full"])
    raise InputError(f"{len(words)} columns fit no atom style; name it, as in 'Atoms # full'")


def _columns_of(name: str) -> str:
    if name not in _COLUMNS:
        raise InputError(f"atom style {shown(name)} is not supported; carvsdb reads {', '.join(_COLUMNS)}, hybrid")
    return _COLUMNS[name]


def _of_columns(columns: str) -> AtomStyle:
    """Return the style whose columns, behind the number of the atom, are these."""
    molecule, kind, charge, first = (columns.find(letter) for letter in "mtqx")
    # The coordinates are three columns: what stands behind them moves by two.
    places = [-1 if at < 0 else at + 1 + (2 if at > first else 0) for at in (molecule, kind, charge)]
    return AtomStyle(places[0], places[1], places[2], first + 1, len(columns) + 3)


def _hybrid(names: list[str]) -> AtomStyle:
    """Return a style of several: number, type and coordinates, then what each has besides, one after the other."""
    if not names:
        raise InputError("atom style hybrid is made of others; name them, as in 'Atoms # hybrid sphere charge'")
    rest = "".join(re.sub("[tx]", "", _columns_of(name)) for name in names)
    for letter, what in (("m", "molecules"), ("q", "charges")):
        if rest.count(letter) > 1:
            raise InputError(
                f"atom style hybrid {' '.join(names)} has {what} twice; write the atoms in one of the styles"
            )
    return _of_columns("tx" + rest)


def _molecular_or_charge(rows: Sequence[list[str]], labels: dict[str, int], n_types: int | None) -> str:
    """Tell ``id molecule type`` from ``id type charge`` by which column can be types.

    Types are labels or whole numbers from 1 to what the header declares. Where both columns can be, whole numbers above
    0 throughout are no charges of a neutral cell: unless they leave out types that the other column has all of.
    """
    columns = [[words[column] for words in rows if len(words) > 2] for column in (1, 2)]
    second, third = (_kinds_of_column(column, labels, n_types) for column in columns)
    if third is None:
        return "charge"
    if second is not None and n_types is not None and len(second) == n_types > len(third):
        raise InputError(
            "the second and the third column can both be atom types; name the style: 'Atoms # charge' (number, type, "
            "charge) or 'Atoms # molecular' (number, molecule, type)",
        )
    return "molecular"


def _kinds_of_column(words: list[str], labels: dict[str, int], n_types: int | None) -> set[int] | None:
    """Return the atom types that a column holds; None if it holds anything else."""
    found = set()
    for word in set(words):
        if word in labels:
            found.add(labels[word])
        elif re.fullmatch("[0-9]{1,9}", word) and 0 < int(word) <= (n_types or int(word)):
            found.add(int(word))
        else:
            return None
    return found
