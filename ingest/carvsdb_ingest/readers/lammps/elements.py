"""Which element a LAMMPS atom type is: as the user says, as the file names it, or by its mass."""

from collections.abc import Iterable, Mapping

from carvsdb.errors import InputError

NEAR = 0.1
"""How far a mass may be from that of its element, in g/mol; cobalt and nickel are 0.24 apart."""

_DEUTERIUM = 2.014
_SAY = "say which: --types 1=C,2=H,3=N,4=Zn"


def elements_of_types(
    types: Iterable[int],
    path: str,
    *,
    given: Mapping[int, str],
    masses: Mapping[int, float],
    names: Mapping[int, str],
) -> tuple[dict[int, str], str]:
    """Return the element of each atom type, and how it is known: in words.

    Parameters
    ----------
    types : iterable of int
        The types that atoms have.
    path : str
        The file, for messages.
    given : mapping of int to str
        What the user says.
    masses : mapping of int to float
        In g/mol.
    names : mapping of int to str
        What the file calls its types.

    Raises
    ------
    InputError
        If a type is none of these.

    Examples
    --------
    >>> elements_of_types([1, 2], "", given={}, masses={1: 12.0107, 2: 65.38}, names={})
    ({1: 'C', 2: 'Zn'}, 'by mass')
    """
    found, how = {}, set()
    for kind in sorted(set(types)):
        if kind in given:
            found[kind] = given[kind]
            how.add("as given")
            continue
        if given:
            listed = ",".join(f"{one}={symbol}" for one, symbol in given.items())
            raise InputError(f"atom type {kind} has no element (--types {listed} leaves it out)", path=path)
        name = names.get(kind, "").strip()
        # Only what is written as elements are: CA is an aromatic carbon of many a force field, Ca is calcium.
        named = name if name == _symbol(name) else None
        weighed = _by_mass(masses[kind]) if kind in masses else None
        if named is None and weighed is None:
            mass = f", its mass {masses[kind]:g} is that of none" if kind in masses else ", the file gives no mass"
            raise InputError(f"atom type {kind} has no element{mass}", path=path, hint=_SAY)
        if named is not None and weighed is not None and named != weighed and (named, weighed) != ("H", "D"):
            sentence = f"atom type {kind} is called {named}, but its mass {masses[kind]:g} is that of {weighed}"
            raise InputError(sentence, path=path, hint=_SAY)
        found[kind] = str(weighed or named)
        how.add("by mass" if weighed else "by name")
    return found, " and ".join(sorted(how))


def check_symbol(symbol: str) -> str:
    """Return an element's symbol as it is written.

    Raises
    ------
    InputError
        If there is no such element.

    Examples
    --------
    >>> check_symbol("zn")
    'Zn'
    """
    found = _symbol(symbol)
    if found is None:
        raise InputError(f"there is no element {symbol!r}")
    return found


def _symbol(text: str) -> str | None:
    from gemmi import Element

    word = text.strip().capitalize()
    if not word.isalpha() or len(word) > 2:
        return None
    element = Element(word)
    return element.name if element.atomic_number else None


def _by_mass(mass: float) -> str | None:
    from gemmi import Element

    if abs(mass - _DEUTERIUM) < NEAR:
        return "D"
    nearest = min((Element(number) for number in range(1, 104)), key=lambda element: abs(element.weight - mass))
    return str(nearest.name) if abs(nearest.weight - mass) < NEAR else None
