"""What a name of a space group means: every notation that crystallographic programs write.

A name stands for one or several settings of gemmi's table (564 settings of the 230 groups; International Tables for
Crystallography A, doi:10.1107/97809553602060000100). Several remain where the name leaves something unsaid: the origin,
the axes of a rhombohedral lattice, the unique axis of a monoclinic one.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import gemmi

# Groups of each Schoenflies class, in the order of their numbers.
_SCHOENFLIES = (
    "C1 1,CI 1,C2 3,CS 4,C2H 6,D2 9,C2V 22,D2H 28,C4 6,S4 2,C4H 6,D4 10,C4V 12,D2D 12,D4H 20,C3 4,C3I 2,D3 7,C3V 6,"
    "D3D 6,C6 6,C3H 1,C6H 2,D6 6,C6V 4,D3H 4,D6H 4,T 5,TH 7,O 8,TD 6,OH 10"
)
# What the glide e replaces; Acta Cryst. A48, 727 (1992), doi:10.1107/S0108767392003428.
_DOUBLE_GLIDES = {
    39: "Abm2 Aem2,Bma2 Bme2,B2cm B2em,C2mb C2me,Cm2a Cm2e,Ac2m Ae2m",
    41: "Aba2 Aea2,Bba2 Bbe2,B2cb B2eb,C2cb C2ce,Cc2a Cc2e,Ac2a Ae2a",
    64: "Cmca Cmce,Ccmb Ccme,Abma Aema,Acam Aeam,Bbcm Bbem,Bmab Bmeb",
    67: "Cmma Cmme,Abmm Aemm,Bmcm Bmem",
    68: "Ccca Ccce,Abaa Aeaa,Bbcb Bbeb",
}
_USUAL = 530  # settings that International Tables list stand first in the table
# What programs append for origin choices and axes; S and Z, HR and RS are those of the ICSD.
_AXES = {"S": "1", "Z": "2", "O1": "1", "O2": "2", "H": "H", "HR": "H", "R": "R", "RS": "R", "RR": "R"}
_CODE = r"[12]?(?:-?[abc][123]?|a-?bc|-?cba|ba-?c|cab|bca|a-cb)|[12]|[HhRr]"
_SUFFIXES = (
    (re.compile(rf"^(?P<name>.*?)\s*:\s*(?P<code>{_CODE})$"), ""),
    (re.compile(r"^(?P<name>.*?)\s*,\s*(?P<code>[12])$"), ""),
    (
        re.compile(
            r"^(?P<name>.*?)[\s,;(\[{]*\b(?:origin|orig\.?|o\.?\s?c\.?|setting)\s*(?:choice|ch\.?|no\.?)?\s*[:=#]?\s*"
            r"(?P<code>[12])\s*[)\]}]*$",
            re.IGNORECASE,
        ),
        "",
    ),
    (re.compile(r"^(?P<name>.*?)[\s,;(\[{]*\borigin\s*(?P<code>[12])\s+at\b.*$", re.IGNORECASE), ""),
    (re.compile(r"^(?P<name>.*?)[\s,;(\[{]*\borigin at (?:-1|-3m?|2/m|\.?-3m)\s*[)\]}]*$", re.IGNORECASE), "2"),
    (re.compile(r"^(?P<name>.*?[a-zA-Z0-9])\s*[(\[]\s*(?P<code>[12HR])\s*[)\]]$"), ""),
    (re.compile(r"^(?P<name>.*?)[\s,;(\[{]*\bchoice\s*[:=#]?\s*(?P<code>[12])\s*[)\]}]*$", re.IGNORECASE), ""),
    (re.compile(r"^(?P<name>.*?)[\s,;(\[{]*\borigin\b.*(?:cent(?:re|er)|inversion).*$", re.IGNORECASE), "2"),
    (re.compile(r"^(?P<name>.*?)[\s,;(\[{]*\bhex(?:agonal)?\.?(?:\s+\w+)?\s*[)\]}]*$", re.IGNORECASE), "H"),
    (
        re.compile(r"^(?P<name>.*?)[\s,;(\[{]*\b(?:rhomb(?:ohedral)?)\.?(?:\s+\w+)?\s*[)\]}]*$", re.I),
        "R",
    ),
    (re.compile(r"^(?P<name>.*?)[\s,;(\[{]*(?:#|\bno\.?|\bsg)\s*\d{1,3}\s*[)\]}]*$", re.IGNORECASE), "-"),
    (re.compile(r"^(?P<name>.*?[a-zA-Z0-9])\s*[(\[{]\s*\d{1,3}\s*[)\]}]$"), "-"),
    (re.compile(r"^(?P<name>.*\S)\s*(?P<code>O1|O2)$"), ""),
    (re.compile(r"^(?P<name>[PABCFI].*\S)\s*(?P<code>[SZ])$"), ""),
    (re.compile(r"^(?P<name>[Rr]\s*-?3.*?)\s*(?P<code>HR|RS|RR|H|R)$"), ""),
)
_NUMBER = re.compile(rf"^(?:(?:no|sg|it)\.?\s*|#\s*)?(?P<number>\d{{1,3}})(?:\s*[:\-]?\s*(?P<code>{_CODE}))?$", re.I)
_MARKUP = re.compile(r"</?su[bp]>|</?i>|[~_$^]|\\(?:mathrm|mathit|text|rm|it)\b|[{}]", re.IGNORECASE)
_BAR = re.compile(r"\\(?:bar|overline)\s*\{?\s*([1346])\s*\}?|(?:-|bar)\s*([1346])|([1346])bar", re.IGNORECASE)
_AXIS = r"[2346][1-5]?/[a-emn]|-[1346]|[1346]|21?|[a-emn]"
_OLD_CUBIC = re.compile(r"^([PFI])([mnacd])3([mncd]?)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of a space group.

    Attributes
    ----------
    number : int
        In International Tables A.
    name : str
        Hermann-Mauguin symbol, with ``:1``, ``:2``, ``:H`` or ``:R`` where the symbol alone is ambiguous.
    hall : str
        Hall symbol.
    code : str
        Coordinate-system code: ``b1``, ``cab``, ``2``, ``1bca``, ``H``; empty for the only setting.
    place : int
        In gemmi's table.
    """

    number: int
    name: str
    hall: str
    code: str
    place: int


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name says.

    Attributes
    ----------
    settings : tuple of Setting
        Those it may mean, the most likely first: origin choice 2 and hexagonal axes, as in Systre, the RCSR, GSAS and
        SHELX.
    code : str
        What it says of the setting; empty if nothing.
    """

    settings: tuple[Setting, ...]
    code: str = ""


@lru_cache(maxsize=1)
def all_settings() -> tuple[Setting, ...]:
    """Return the settings of the table, in its order."""
    found = []
    for place, one in enumerate(gemmi.spacegroup_table()):
        extension = one.ext.strip("\0 ")
        code = extension if extension in ("H", "R") else extension + one.qualifier
        found.append(Setting(one.number, one.xhm(), one.hall, code, place))
    return tuple(found)


def settings_of_number(number: int, code: str = "") -> tuple[Setting, ...]:
    """Return the settings of a group, the most likely first; with a code those that it means, if there are any.

    Examples
    --------
    >>> [setting.name for setting in settings_of_number(227)]
    ['F d -3 m:2', 'F d -3 m:1']
    """
    return _with_code(_preferred([one for one in all_settings() if one.number == number]), code)


def meaning_of_name(text: str, code: str = "") -> Meaning | None:
    """Return what a name means, or None if it is no name of a space group.

    Parameters
    ----------
    text : str
        A Hermann-Mauguin symbol, short, full, old or extended, with or without spaces; a number; a Schoenflies symbol.
    code : str
        What else the file says about the setting (``_space_group.IT_coordinate_system_code``).

    Examples
    --------
    >>> [setting.name for setting in meaning_of_name("P2(1)/n").settings][:1]
    ['P 1 21/n 1']
    >>> [setting.name for setting in meaning_of_name("F 41/d -3 2/m (origin choice 1)").settings]
    ['F d -3 m:1']
    """
    if not text.strip() or len(text) > 80:
        return None
    found = _find(text.strip())  # the table itself has a few symbols with brackets
    if found:
        return Meaning(_with_code(found, code), code)
    # In P = Q of spglib's table Q is the setting.
    name, said = _cleaned(text.rpartition("=")[2]), ""
    for _ in range(4):
        found = _find(name)
        if found:
            return Meaning(_with_code(found, said or code), said or code)
        name, more = _without_suffix(name)
        if not more:
            break
        said = said or more.strip("-")
    return None


def _canonical(code: str) -> str:
    code = code.strip()
    return _AXES.get(code.upper(), code.lower())


def _with_code(settings: tuple[Setting, ...], code: str) -> tuple[Setting, ...]:
    """Choose by a coordinate-system code: the whole code, else its origin or axes."""
    code = _canonical(code).removesuffix("abc") if code.endswith("abc") else _canonical(code)
    if not code:
        return settings
    for wanted in (code, code[:1]):
        same = tuple(one for one in settings if one.code == wanted)
        if same:
            return same
    return tuple(one for one in settings if code in ("1", "2") and one.code[:1] == code) or settings


def _without_suffix(name: str) -> tuple[str, str]:
    for pattern, meaning in _SUFFIXES:
        match = pattern.match(name)
        if match and match["name"].strip():
            return match["name"].strip(), meaning or match["code"]
    return name, ""


def _cleaned(text: str) -> str:
    """Write a name in plain letters: no subscripts, bars, markup, comments of programs."""
    text = unicodedata.normalize("NFD", text.strip().strip("'\"").strip())
    text = re.sub(r"([1346])[\u0304\u0305]", r"-\1", text)  # 3 with a bar above
    text = re.sub(r"[\u0304\u0305]([1346])", r"-\1", text)
    text = unicodedata.normalize("NFKC", text).translate(
        {0x2212: "-", 0x2013: "-", 0x2010: "-", 0x2011: "-", 0xAF: "-"}
    )
    text = re.sub(r"^hall\s*:.*", "", text, flags=re.IGNORECASE)
    text = re.sub(r"^(?:space\s*group|h-?m)\s*[:=]?\s*", "", text, flags=re.IGNORECASE)
    text = _BAR.sub(lambda match: f"-{match[1] or match[2] or match[3]}", text)
    text = _MARKUP.sub("", text.replace("sub", "") if "<" not in text else text)
    text = re.sub(r"\s*/\s*", "/", text)
    text = re.sub(r"([2346])\s*\(\s*([1-5])\s*\)", r"\1\2", text)  # P2(1)/n, as SHELX writes it
    return " ".join(text.lstrip("*").split())


def _find(name: str) -> tuple[Setting, ...]:
    """Look a name up, first as it stands, then in its other forms."""
    number = _NUMBER.match(name)
    if number and 1 <= int(number["number"]) <= 230:
        return settings_of_number(int(number["number"]), number["code"] or "")
    table = _table()
    for form in _forms(name):
        for key in (form, form.replace(" ", "")):
            if key in table:
                return _preferred([all_settings()[place] for place in table[key]])
    schoenflies = re.sub(r"[\s\-.]", "", name).upper()
    if schoenflies in _schoenflies():
        return settings_of_number(_schoenflies()[schoenflies])
    return ()


def _forms(name: str) -> list[str]:
    low = name.lower()
    forms = [low]
    if low[:1] == "h" and re.match(r"h\s*-?3", low):
        forms.append("r" + low[1:] + ":h")
    short = _without_mirror_axes(low)
    if short:
        forms.append(short)
    for form in tuple(forms):
        old = _OLD_CUBIC.match(form.replace(" ", ""))
        if old:
            forms.append(f"{old[1]}{old[2]}-3{old[3]}")
    if low.startswith("c") and re.match(r"c\s*-?[36]", low):
        forms.append("p" + low[1:])  # hexagonal cells were called C until 1952
    return forms


def _without_mirror_axes(low: str) -> str:
    """Shorten a full symbol: ``f 4/m -3 2/m`` is ``f m -3 m``, ``p 21/n 21/m 21/a`` is ``p n m a``."""
    lattice, rest = low[:1], low[1:]
    axes = rest.split() if " " in rest.strip() else re.findall(_AXIS, rest)
    if not 1 < len(axes) <= 3 or "".join(axes) != rest.replace(" ", ""):
        return ""
    shortened = [re.sub(r"^[2346][1-5]?/", "", axis) for axis in axes]
    if axes[0][0] in "-346" and "-3" not in axes[1:]:
        shortened[0] = axes[0]  # the main axis of tetragonal, trigonal and hexagonal groups
    elif axes[0].startswith("2") and len(axes) == 3 and axes[1:] == ["1", "1"]:
        return ""
    return lattice + "".join(shortened)


def _preferred(settings: list[Setting]) -> tuple[Setting, ...]:
    """Order settings that one name may mean: origin choice 2 before 1, hexagonal before rhombohedral axes."""
    order = {"2": 0, "H": 0, "1": 1, "R": 1}
    seen = dict.fromkeys(settings)
    groups: dict[tuple[int, str], int] = {}
    for one in seen:
        groups.setdefault((one.number, one.name.partition(":")[0]), len(groups))
    return tuple(
        sorted(
            seen,
            key=lambda one: (
                groups[one.number, one.name.partition(":")[0]],
                order.get(one.name.partition(":")[2], 0),
            ),
        )
    )


@lru_cache(maxsize=1)
def _table() -> dict[str, list[int]]:
    """Names in small letters, with and without spaces, and the settings that they may mean."""
    table: dict[str, list[int]] = {}

    def add(name: str, place: int) -> None:
        for key in (name.lower(), name.lower().replace(" ", "")):
            if place not in table.setdefault(key, []):
                table[key].append(place)

    settings = all_settings()
    for one in settings:
        symbol, _, extension = one.name.partition(":")
        add(symbol, one.place)
        if extension in ("H", "R"):
            add(f"{symbol}:{extension}", one.place)
    taken = set(table)
    short: dict[str, list[int]] = {}
    # P 21/c is P 1 21/c 1; and P 21/b, which no setting with the unique axis b has, is P 1 1 21/b.
    ways = [(part, axis) for part in (settings[:_USUAL], settings[_USUAL:]) for axis in (1, 2, 0)]
    for part, axis in ways:
        for one in part:
            lattice, *axes = one.name.split(":")[0].split(" ")
            if 3 <= one.number <= 15 and len(axes) == 3 and axes[axis] != "1":
                key = f"{lattice}{axes[axis]}".lower()
                if key not in taken:
                    short.setdefault(key, []).append(one.place)
    table.update(short)
    for pairs in _DOUBLE_GLIDES.values():
        for pair in pairs.split(","):
            old, new = pair.lower().split()
            table[new] = table[old]
    return table


@lru_cache(maxsize=1)
def _schoenflies() -> dict[str, int]:
    numbers, number = {}, 0
    for part in _SCHOENFLIES.split(","):
        symbol, count = part.split()
        for index in range(1, int(count) + 1):
            number += 1
            for alias in (symbol, "S6") if symbol == "C3I" else (symbol, "S2") if symbol == "CI" else (symbol,):
                numbers[f"{alias}{index}"] = number
    return numbers
