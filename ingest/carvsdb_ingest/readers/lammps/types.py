"""Which element each atom of a LAMMPS file is, by its type."""

from collections.abc import Mapping, Sequence

from carvsdb.atoms.elements import elements_of_types, is_symbol
from carvsdb.errors import InputError
from carvsdb_ingest.files.text_file import TextFile, shown


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
