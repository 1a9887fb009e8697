"""Chemical elements: what a symbol, a label, a type or a mass means, and what bonds depend on.

One rule for all formats. What the user says wins. A name and a mass must agree; the mass of deuterium or tritium
makes an isotope of what is called H; a contradiction is refused. A mass that is near no element's, or near two, is a
question and no answer.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from functools import cache, lru_cache

from carvsdb.errors import InputError

METALLOIDS = frozenset({"B", "Si", "Ge", "As", "Sb", "Te"})
NOBLE_GASES = frozenset({"He", "Ne", "Ar", "Kr", "Xe", "Rn"})
HALIDES = frozenset({"F", "Cl", "Br", "I"})
ALKALI = frozenset({"Li", "Na", "K", "Rb", "Cs", "Fr"})
_RARE_EARTHS = "Y La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu"
ELECTROPOSITIVE = ALKALI | {"Ca", "Sr", "Ba", "Ra"} | frozenset(_RARE_EARTHS.split())
"""Metals that give their electrons away: alkali, alkaline-earth from Ca on, rare earths."""

HYDROGEN = frozenset({"H", "D", "T"})
NEAR = 0.1
"""How far a mass may be from that of its element, in g/mol; cobalt and nickel are 0.24 apart."""

_ISOTOPES = {"D": 2.014, "T": 3.016}
_SAY = "say which: --types 1=C,2=H,3=N,4=Zn, or --types model.data (in the TOML file of a refinement: types in [start])"
_HEAVIEST, _HEAVIEST_BY_MASS = 118, 103
# Reference 1 has two radii of these; gemmi knows those of the low-spin state, which is rare in frameworks.
_HIGH_SPIN = {"Mn": 1.61, "Fe": 1.52, "Co": 1.50}
# Sites that programs name by the molecule or group whose heavy atom they are.
_GROUPS = {"WAT": "O", "WATER": "O", "HOH": "O", "DOD": "O", "NH": "N"}
_GROUPS |= {text: "O" for text in ("H2O", "D2O", "H3O", "OH", "OH2", "OH3", "OD2", "OW")}
_GROUPS |= {f"NH{number}": "N" for number in (2, 3, 4)}
_GROUPS |= {f"CH{number}": "C" for number in (2, 3, 4)}
VACANT = frozenset({"Va", "VA", "Vac", "vac", "VAC", "Vc", "vacancy"})
"""Types of sites that hold nothing."""

DUMMIES = frozenset({"Du", "DU", "du", "Dum", "DUM", "Cnt", "CNT", "Cent", "XX", "Xx"})
"""Types and labels of points that are no atoms: dummies, centroids."""

_TETRAHEDRAL = ("Si", "Al", "P", "Ge", "Ga", "B", "Be", "Zn")

_LETTERS = re.compile(r"[A-Za-z]+")
_MIXTURE = re.compile(r"(\d*\.\d+)?\s*([A-Z][a-z]?)\s*(\d*\.?\d+)?")
_SHARED = re.compile(r"[/,+&;]|\d?\.\d")
_WORD = re.compile(r"[A-Za-z0-9]+")


DALTON_PER_CUBIC_ANGSTROM = 1.66053906660
"""One dalton per Å³, in g/cm³ (CODATA 2018)."""


@cache
def _masses() -> dict[str, float]:
    import gemmi

    elements = (gemmi.Element(number) for number in range(1, _HEAVIEST + 1))
    return {element.name: float(element.weight) for element in elements} | _ISOTOPES


def is_symbol(text: str) -> bool:
    """Tell whether a text is a chemical symbol, written as usual; ``D`` and ``T`` count.

    Examples
    --------
    >>> is_symbol("Zn"), is_symbol("D"), is_symbol("ZN"), is_symbol("X")
    (True, True, False, False)
    """
    return text in _masses()


def symbol_of(text: str) -> str:
    """Return an element's symbol as it is usually written.

    Raises
    ------
    InputError
        If there is no such element.

    Examples
    --------
    >>> symbol_of("zn"), symbol_of("D")
    ('Zn', 'D')
    """
    word = text.strip().capitalize()
    if not is_symbol(word):
        raise InputError(f"there is no element {text!r}")
    return word


def mass_of(symbol: str) -> float:
    """Return the standard atomic mass of an element, or the mass of D or T, in g/mol."""
    return _masses()[symbol]


@cache
def element_of_mass(mass: float) -> str | None:
    """Return the element whose standard atomic mass (g/mol) is within 0.1 of a mass, if it is the only one.

    Examples
    --------
    >>> element_of_mass(65.38), element_of_mass(2.014), element_of_mass(5.0), element_of_mass(40.0)
    ('Zn', 'D', None, None)
    """
    masses = list(_masses().items())
    near = [symbol for symbol, weight in masses[:_HEAVIEST_BY_MASS] + masses[_HEAVIEST:] if abs(weight - mass) <= NEAR]
    return near[0] if len(near) == 1 else None


def element_of_type(kind: int, name: str, mass: float | None) -> str:
    """Return the element of an atom type that a file calls by a name and gives a mass (g/mol), or only one of them.

    Raises
    ------
    InputError
        If the two contradict each other, or neither says which element it is.

    Notes
    -----
    A name counts only as elements are written: CA is an aromatic carbon of many a force field, Ca is calcium. A whole
    number is a rounded mass. H of the mass of D is D: neutrons see another nucleus, and no program gives hydrogen that
    mass by chance.

    Examples
    --------
    >>> element_of_type(1, "H", 2.014), element_of_type(1, "CA", 12.011), element_of_type(1, "Ca", 40.0)
    ('D', 'C', 'Ca')
    """
    name = name.strip()
    named = name if is_symbol(name) else None
    weighed = None if mass is None else element_of_mass(mass)
    if named is None:
        if weighed is not None:
            return weighed
        cause = "the file gives no mass" if mass is None else f"its mass {mass:g} is that of none"
        raise InputError(f"atom type {kind} has no element, {cause}", hint=_SAY)
    if mass is None or weighed is None or weighed == named or (named == "H" and weighed in _ISOTOPES):
        return weighed or named
    if mass == round(mass) and abs(mass - mass_of(named)) <= 0.5:
        return named
    raise InputError(f"atom type {kind} is called {named}, but its mass {mass:g} is that of {weighed}", hint=_SAY)


def elements_of_types(
    types: Iterable[int],
    *,
    given: Mapping[int, str],
    masses: Mapping[int, float],
    names: Mapping[int, str],
    reduced: bool = False,
) -> dict[int, str]:
    """Return the element of each atom type.

    Parameters
    ----------
    types : iterable of int
        The types that atoms have.
    given : mapping of int to str
        What the user says; it must then name every type.
    masses : mapping of int to float
        In g/mol.
    names : mapping of int to str
        What the file calls its types.
    reduced : bool
        The file says that its units are reduced (``units lj``): its masses say nothing of elements.

    Raises
    ------
    InputError
        If a type has no element.

    Notes
    -----
    Masses that are all 1 are those of reduced units too.

    Examples
    --------
    >>> elements_of_types([1, 2], given={}, masses={1: 12.0107, 2: 65.38}, names={})
    {1: 'C', 2: 'Zn'}
    """
    if reduced or (masses and all(mass == 1.0 for mass in masses.values())):
        unnamed = [kind for kind in sorted(set(types)) if kind not in given and not is_symbol(names.get(kind, ""))]
        if unnamed and not given:
            sentence = f"atom type {unnamed[0]} has no element, its mass is in reduced units (lj)"
            raise InputError(sentence, hint=_SAY)
        masses = {}
    found = {}
    for kind in sorted(set(types)):
        if given and kind not in given:
            listed = ",".join(f"{one}={symbol}" for one, symbol in given.items())
            raise InputError(f"atom type {kind} has no element (--types {listed} leaves it out)")
        found[kind] = given[kind] if given else element_of_type(kind, names.get(kind, ""), masses.get(kind))
    return found


def element_of_site(symbol: str, label: str, formula: Collection[str] = ()) -> str | None:
    """Return the element of a crystallographic site: of its type (``Zn2+``), else of its label (``Zn1A``, ``OW2``).

    Parameters
    ----------
    symbol, label : str
        As the file has them; the symbol may be empty.
    formula : collection of str
        The elements that the file's chemical formula has; they decide where ``CU1`` can be carbon or copper.

    Returns
    -------
    str or None
        None if it is none.

    Examples
    --------
    >>> element_of_site("Zn2+", ""), element_of_site("", "OW2"), element_of_site("Wat", "")
    ('Zn', 'O', 'O')
    >>> element_of_site("", "CA1"), element_of_site("", "CA1", {"Ca", "O"}), element_of_site("Va", "V1")
    ('C', 'Ca', None)
    """
    if symbol:
        letters = _LETTERS.match(symbol)
        if letters is not None and letters[0] in VACANT:
            return None
    possible = list(_possible(symbol) if symbol else ()) or element_readings(label)
    if possible == ["W"] and not symbol and "O" in formula and "W" not in formula:
        return "O"  # the water of hydrates is W1, W2 in older papers
    return next((one for one in possible if one in formula), possible[0] if possible else None)


def tetrahedral_element(symbol: str, label: str, formula: Collection[str] = ()) -> str | None:
    """Return the element of a site called T, as tetrahedral sites of zeolites are: Si, unless a formula has none.

    Examples
    --------
    >>> tetrahedral_element("", "T1"), tetrahedral_element("T", "T2A", {"P", "Al", "O"}), tetrahedral_element("", "X1")
    ('Si', 'Al', None)
    """
    letters = _LETTERS.match(symbol or label)
    if letters is None or letters[0] != "T":
        return None
    return next((one for one in _TETRAHEDRAL if not formula or one in formula), None)


@lru_cache(4096)
def is_element_word(text: str) -> bool:
    """Tell whether a type begins with an element, a group or a mixture, and with no other word.

    Examples
    --------
    >>> is_element_word("Zn2+"), is_element_word("C_R"), is_element_word("OH2"), is_element_word("Mof")
    (True, True, True, False)
    """
    letters, word = _LETTERS.match(text), _WORD.match(text)
    if letters is None or word is None:
        return False
    whole = word[0].upper()
    return is_symbol(letters[0].capitalize()) or whole in _GROUPS or whole.rstrip("0123456789") in _GROUPS


def symbol_doubt(text: str, element: str) -> str | None:
    """Say so if a type or a label, taken for an element of two letters, may be a word or a type of a force field.

    Notes
    -----
    In GAFF an aromatic carbon is ``ca``, the oxygen of an ether ``os``, the hydrogen of a hydroxyl ``ho``.

    Examples
    --------
    >>> symbol_doubt("Mof_Zn1", "Mo")
    "'Mof' is taken for Mo, but may be a word or a type of a force field"
    >>> symbol_doubt("zn", "Zn"), symbol_doubt("Zn1a", "Zn"), symbol_doubt("Wat", "O")
    (None, None, None)
    """
    letters = _LETTERS.match(text.lstrip("0123456789_ "))
    if letters is None or len(element) < 2 or letters[0][:2].capitalize() != element:
        return None
    word = letters[0]
    is_like_type = len(word) == 2 and word.islower() and word[0] in "chnops" and is_metal(element)
    if not (is_like_type or word[2:3].islower()):
        return None
    return f"'{word}' is taken for {element}, but may be a word or a type of a force field"


def mixed_elements(text: str) -> dict[str, float]:
    """Return the elements that share a site, and their shares, the largest first; empty if the type is no mixture.

    Examples
    --------
    >>> mixed_elements("0.75Si + 0.25Al"), mixed_elements("Al,Si"), mixed_elements("Zn2+")
    ({'Si': 0.75, 'Al': 0.25}, {'Al': 1.0, 'Si': 1.0}, {})
    """
    if not _SHARED.search(text):
        return {}
    found = _MIXTURE.findall(text)
    rest = _MIXTURE.sub("", text).strip(" +-/,&;()[]")
    shares: dict[str, float] = {}
    for before, symbol, after in found:
        # A whole number is a charge or an amount, as in Fe2+/Fe3+.
        number = before or (after if "." in after else "")
        shares[symbol] = shares.get(symbol, 0.0) + (float(number) if number else 1.0)
    if rest or len(shares) < 2 or not all(map(is_symbol, shares)):
        return {}
    return dict(sorted(shares.items(), key=lambda one: -one[1]))


def element_readings(label: str) -> list[str]:
    """Return the elements that the label of a site can begin with, the likeliest first.

    Examples
    --------
    >>> element_readings("Ca1"), element_readings("CA1"), element_readings("CU1"), element_readings("OW2")
    (['Ca', 'C'], ['C', 'Ca'], ['Cu', 'C'], ['O'])
    """
    found = list(_possible(label))
    upper = len(found) == 2 and label[1].isupper()
    # CA is a carbon in most organic labels; but nobody counts through sulphurs or fluorines by letters: SI, FE.
    return found[::-1] if upper and label[0] in "CHNO" and label[:2] not in ("CL", "CU", "NI") else found


@lru_cache(4096)
def _possible(text: str) -> tuple[str, ...]:
    text = text.lstrip("0123456789_ ")
    letters = _LETTERS.match(text)
    if letters is None or not text.isascii():
        return ()
    word = _WORD.match(text)
    whole = word[0].upper() if word else ""
    group = _GROUPS.get(whole) or _GROUPS.get(whole.rstrip("0123456789"))
    if group is not None:
        return (group,)
    two, one = letters[0][:2].capitalize(), letters[0][:1].capitalize()
    # T1 is a tetrahedral site of a zeolite, not tritium.
    return tuple(text for text in dict.fromkeys((two, one)) if is_symbol(text) and text != "T")


@cache
def covalent_radius(symbol: str) -> float:
    """Return the covalent radius of an element in Å (Mn, Fe and Co: high spin); 0 for what is no element.

    References
    ----------
    .. [1] Cordero et al., Dalton Trans. 2832 (2008), doi:10.1039/b801115j

    Examples
    --------
    >>> covalent_radius("Zn"), covalent_radius("D")
    (1.22, 0.31)
    """
    import gemmi

    if symbol in _HIGH_SPIN:
        return _HIGH_SPIN[symbol]
    element = gemmi.Element("H" if symbol in _ISOTOPES else symbol)
    return round(float(element.covalent_r), 2) if element.atomic_number else 0.0


@cache
def is_metal(symbol: str) -> bool:
    """Tell whether an element is a metal; B, Si, Ge, As, Sb and Te are none here.

    Examples
    --------
    >>> is_metal("Al"), is_metal("Ge"), is_metal("P"), is_metal("CO")
    (True, False, False, False)
    """
    import gemmi

    element = gemmi.Element(symbol)
    return symbol not in METALLOIDS and symbol not in ("Po", "X") and element.name == symbol and bool(element.is_metal)
