"""Which element each atom of a LAMMPS file is, by its type."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from carvsdb.atoms.elements import elements_of_types, is_symbol
from carvsdb.errors import InputError
from carvsdb_ingest.files.text_file import TextFile, shown
from carvsdb_ingest.readers.lammps.sections import is_reduced, read_masses, split_sections


def elements_of_atoms(
    file: TextFile,
    types: Sequence[int],
    lines: Sequence[int],
    *,
    given: Mapping[int, str],
    masses: Mapping[int, float],
    names: Mapping[int, str],
    reduced: bool = False,
) -> tuple[str, ...]:
    """Return the element of each atom; parameters as in `elements_of_types`, `lines` are those of the atoms.

    Raises
    ------
    InputError
        With the line of the first atom whose type has no element.
    """
    for kind, symbol in given.items():
        if not is_symbol(symbol):
            raise InputError(f"atom type {kind} is given as {shown(symbol)}, which is no chemical symbol")
    found: dict[int, str] = {}
    for kind, line in zip(types, lines, strict=True):
        if kind not in found:
            try:
                found |= elements_of_types([kind], given=given, masses=masses, names=names, reduced=reduced)
            except InputError as error:
                raise InputError(error.message, path=file.path, line=line, hint=error.hint) from None
    return tuple(found[kind] for kind in types)


def types_of_data_file(path: str | Path) -> dict[int, str]:
    """Return the element of each atom type that a LAMMPS data file says, for dumps that name none.

    Raises
    ------
    InputError
        If it is no data file, gives no masses, or masses that are those of no element.
    """
    file = TextFile.load(path)
    data = split_sections(file)
    masses, names = read_masses(data)
    if not masses:
        raise InputError("has no Masses, which would say what its atom types are", path=path)
    try:
        return elements_of_types(masses, given={}, masses=masses, names=names, reduced=is_reduced(file))
    except InputError as error:
        raise InputError(error.message, path=path, hint=error.hint) from None
