"""What the name and the header of a curve say of it: neutrons or X-rays, and which function.

Names mean different things to different programs: F(Q) of PDFgetX3 is Q[S(Q)-1], of others S(Q)-1; G(r) of PDFgui is
the PDF, and some write g(r), which goes to 1. What is said therefore leaves several *readings*; values decide between
them (`curves`).
"""

import re
from dataclasses import dataclass
from pathlib import Path

from carvsdb.errors import InputError
from carvsdb_ingest.files.compressed import plain_name
from carvsdb_ingest.files.text_file import TextFile, shown
from carvsdb_refine.scattering.curve_table import read_table

Q_READINGS = ("F(Q)", "S(Q)", "S(Q)-1", "Q[S(Q)-1]")
R_READINGS = ("PDF", "G(r)", "D(r)", "T(r)", "g(r)")
DIFFERENTIAL = "differential cross-section"

_F, _S, _I = ("F(Q)", "Q[S(Q)-1]", "S(Q)-1"), ("S(Q)", "S(Q)-1"), ("i(Q)", "Q[S(Q)-1]")
_G, _D = ("PDF", "G(r)", "g(r)"), ("D(r)", "PDF")
# Words of names, split at what is no letter or digit; a leading n or x is the kind.
_NAME_WORDS = {
    **dict.fromkeys(("fq", "foq", "fofq"), _F),
    **dict.fromkeys(("sq", "soq", "sofq"), _S),
    **dict.fromkeys(("iq", "ioq", "iofq"), _I),
    **dict.fromkeys(("qsq", "qiq", "qfq", "fsq", "qsofq"), ("Q[S(Q)-1]",)),
    **dict.fromkeys(("gr", "gor", "gofr"), _G),
    **dict.fromkeys(("dr", "dor", "dofr"), _D),
    **dict.fromkeys(("tr", "tor", "tofr"), ("T(r)",)),
    "pdf": ("PDF",),
    "mint01": ("i(Q)",),
    "mdcs01": (DIFFERENTIAL,),
    "mgor01": ("G(r)", "g(r)"),
    "mdor01": ("D(r)",),
}
_NEUTRON_WORDS = (
    "neutron neutrons neut nd n tof isis gem sandals nimrod polaris nomad powgen sns ill d4 d4c d20 npdf hipd lansce "
    "pdfgetn gudrunn mint01 mdcs01 mgor01 mdor01"
)
_XRAY_WORDS = (
    "xray xrays xr xrd x synchrotron saxs waxs hexrd esrf petra spring8 aps i15 id11 id15 id15a id31 11idb moka agka "
    "pdfgetx pdfgetx2 pdfgetx3 xpdfsuite gudrunx"
)
_KIND_WORDS = {"neutron": frozenset(_NEUTRON_WORDS.split()), "xray": frozenset(_XRAY_WORDS.split())}
_KIND_LINES = (
    (re.compile(r"\bmode\s*=\s*(?:x-?ray|sas)", re.IGNORECASE), "xray"),
    (re.compile(r"\bmode\s*=\s*neutron|\bstype\s*=\s*N\b", re.IGNORECASE), "neutron"),
    (re.compile(r"\bstype\s*=\s*X\b", re.IGNORECASE), "xray"),
    (re.compile(r"\bneutrons?\b|\bpdfgetn", re.IGNORECASE), "neutron"),
    (re.compile(r"\bx[- ]?rays?\b|\bsynchrotron\b|\bpdfgetx[23]?\b", re.IGNORECASE), "xray"),
)
_INNER_BLANKS = re.compile(r"\s*([-()\[\]{}*=])\s*")
# Blanks at brackets and signs are taken out before. What stands first wins.
_FUNCTION_LINES: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile(r"outputtype=gr\b"), ("PDF",)),
    (re.compile(r"outputtype=fq\b"), ("Q[S(Q)-1]",)),
    (re.compile(r"outputtype=sq\b"), ("S(Q)",)),
    (re.compile(r"q[*.x]?[\[({]s\(q\)-1|q[*.]?i\(q\)|q[*.]?f\(q\)"), ("Q[S(Q)-1]",)),
    (re.compile(r"s\(q\)-1"), ("S(Q)-1",)),
    (re.compile(r"(?<![a-z])s\(q\)"), _S),
    (re.compile(r"(?<![a-z])f\(q\)"), _F),
    (re.compile(r"(?<![a-z])i\(q\)"), _I),
    (re.compile(r"(?<![a-z])g\(r\)"), _G),
    (re.compile(r"(?<![a-z])d\(r\)"), _D),
    (re.compile(r"(?<![a-z])t\(r\)"), ("T(r)",)),
    (re.compile(r"differentialcross-?section"), (DIFFERENTIAL,)),
)
# The second column as PDFgetX3 and its relatives name it.
_COLUMN_NAMES: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile(r"f\(?\s*\$?\\?a*å*\^?\{?-1.*|f\(1/[aå].*", re.IGNORECASE), ("Q[S(Q)-1]",)),
    (re.compile(r"g\(?\s*\$?\\?a*å*\^?\{?-2.*|g\(1/[aå]\^?2.*", re.IGNORECASE), ("PDF",)),
    (re.compile(r"s", re.IGNORECASE), ("S(Q)",)),
)
_OF_PDF_PROGRAMS = re.compile(r"pdfget|pdfgui|pdffit|diffpy|xpdfsuite", re.IGNORECASE)
_ELECTRONS = re.compile(r"\bmode\s*=\s*electron", re.IGNORECASE)
_Q_MAX = re.compile(r"\bq_?max\s*=\s*([0-9]+(?:\.[0-9]*)?)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What name and header say.

    Attributes
    ----------
    kinds : tuple of str
        ``neutron``, ``xray``, or both where neither is said.
    readings : tuple of str
        What the function may be; empty where nothing is said.
    why_kind, why_readings : str
        What says so; empty where nothing does.
    q_max : float or None
        In Å⁻¹, where the header gives it.
    doubts : tuple of str
    """

    kinds: tuple[str, ...]
    readings: tuple[str, ...]
    why_kind: str
    why_readings: str
    q_max: float | None
    doubts: tuple[str, ...]


def evidence_of(path: str | Path) -> Evidence:
    """Read what the name and the header of a file of a curve say.

    Raises
    ------
    InputError
        If the file holds no table of numbers, or a curve of electrons.
    """
    table = read_table(TextFile.load(path, latin1=True))
    header = [text.strip() for text in table.header if text.strip()]
    if any(_ELECTRONS.search(text) for text in header):
        raise InputError("is a curve of electron diffraction; expected neutrons or X-rays", path=path)
    words = _words(plain_name(path))
    doubts: list[str] = []
    by_header, said = _kind_of_header(header)
    by_name = next((kind for kind, known in _KIND_WORDS.items() if any(word in known for word in words)), None)
    kind, why_kind = by_header, f"the header says {said}" if by_header else ""
    if by_header is None and by_name is not None:
        kind, why_kind = by_name, "so its name says"
    elif by_header and by_name and by_name != by_header:
        doubts.append(f"its name says {_SPOKEN[by_name]}, its header {_SPOKEN[by_header]}; the header was believed")
    readings, why = _readings(header, table.names, words)
    found = next((match for text in header if (match := _Q_MAX.search(text))), None)
    return Evidence(
        (kind,) if kind else ("neutron", "xray"),
        readings,
        why_kind,
        why,
        float(found[1]) if found and 0 < float(found[1]) < 1000 else None,
        tuple(doubts),
    )


_SPOKEN = {"neutron": "neutrons", "xray": "X-rays"}


def _words(name: str) -> list[str]:
    """Return the words of a file's name, among them the kind and the function of such as ``nsq`` and ``xfq``.

    Examples
    --------
    >>> _words("SiO2_xFQ.txt")
    ['sio2', 'xfq', 'txt', 'x', 'fq']
    """
    words = [word for word in re.split(r"[^a-z0-9]+", Path(name).name.lower()) if word]
    for word in list(words):
        if word[0] in "nx" and word[1:] in _NAME_WORDS:
            words += [word[0], word[1:]]
    return words


def _kind_of_header(header: list[str]) -> tuple[str | None, str]:
    for pattern, kind in _KIND_LINES:
        for text in header:
            match = pattern.search(text)
            if match:
                return kind, shown(match[0])
    return None, ""


def _readings(header: list[str], names: tuple[str, ...], words: list[str]) -> tuple[tuple[str, ...], str]:
    if len(names) > 1:
        for pattern, readings in _COLUMN_NAMES:
            if pattern.fullmatch(names[1]):
                return readings, f"the header calls the column {shown(names[1])}"
    from_pdf_program = any(_OF_PDF_PROGRAMS.search(text) for text in header)
    for pattern, readings in _FUNCTION_LINES:
        for text in header:
            match = pattern.search(_INNER_BLANKS.sub(r"\1", text).lower())
            if match:
                certain = ("PDF",) if readings is _G and from_pdf_program else readings
                return certain, f"the header says {shown(match[0])}"
    for word in words:
        if word in _NAME_WORDS:
            return _NAME_WORDS[word], f"its name says {word}"
    return (), ""
