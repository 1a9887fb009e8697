"""What to cite for an answer: where its definitions, its names and its methods come from."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from carvsdb.errors import InputError
from carvsdb.topology.archive import is_zeolite_code
from carvsdb.version import VERSION

if TYPE_CHECKING:
    from carvsdb_ingest.readers.cif.paper import Paper
    from carvsdb_schemas.answers import SourceAnswer
    from carvsdb_schemas.description import Description


@dataclass(frozen=True, slots=True)
class Reference:
    """A work that an answer rests on.

    Attributes
    ----------
    key : str
        Its key in BibTeX.
    reason : str
        What it is cited for.
    authors : tuple of str
        Each as ``Family, Given``; an organisation stands as it is.
    title : str
    year : int or None
        None where there is none.
    published : str
        Journal, volume and pages, or where else it is.
    doi, url : str
        Empty where there is none.
    """

    key: str
    reason: str
    authors: tuple[str, ...]
    title: str
    year: int | None
    published: str
    doi: str = ""
    url: str = ""

    @property
    def text(self) -> str:
        """The reference in one line."""
        names = [author.split(",")[0] for author in self.authors]
        who = ", ".join(names) if len(names) < 4 else f"{names[0]} et al."
        year = str(self.year) if self.year and str(self.year) not in self.title else ""
        where = f"doi:{self.doi}" if self.doi and self.doi not in self.title else self.url
        return ", ".join(part for part in (who, self.title, self.published, year, where) if part)

    @property
    def bibtex(self) -> str:
        """The reference as an entry of BibTeX, in ASCII and TeX."""
        fields = {
            "author": " and ".join(name if "," in name else f"{{{name}}}" for name in self.authors),
            "title": f"{{{_plain(self.title)}}}",
            "year": str(self.year) if self.year else "",
            "journal" if self.doi else "howpublished": self.published,
            "doi": self.doi,
            "url": self.url,
        }
        lines = [f"  {name} = {{{_tex(value, name)}}}" for name, value in fields.items() if value]
        return f"@{'article' if self.doi else 'misc'}{{{self.key},\n" + ",\n".join(lines) + "\n}"


def _plain(text: str) -> str:
    """Take out what would end or open a group of TeX; what comes from a catalogue is anybody's."""
    return re.sub(r"[{}\\\\]", "", text)


def _tex(value: str, field: str) -> str:
    if field in ("doi", "url"):
        return value
    return "".join(_TEX.get(character) or _accented(character) for character in value)


def _accented(character: str) -> str:
    """Write a letter with its accent as TeX does; one that TeX has no name for stays as it is."""
    letter, *marks = list(unicodedata.normalize("NFD", character))
    if len(marks) != 1 or marks[0] not in _ACCENTS or not letter.isascii():
        return character
    accent = _ACCENTS[marks[0]]
    return f"{{\\{accent}{' ' if accent.isalpha() else ''}{letter}}}"


def _plain_letters(text: str) -> str:
    return unicodedata.normalize("NFD", text).encode("ascii", "ignore").decode()


PROGRAM = Reference(
    "carvsdb",
    "the program",
    ("The carvsdb developers",),
    f"carvsdb {VERSION}, the topology database of crystalline and amorphous framework materials",
    2026,
    "software",
)
CARVS = Reference(
    "nicholas2025",
    "CARVS and topological distances",
    (
        "Nicholas, Thomas C.",
        "Thomas du Toit, Daniel F.",
        "Rosset, Louise A. M.",
        "Proserpio, Davide M.",
        "Goodwin, Andrew L.",
        "Deringer, Volker L.",
    ),
    "The structure and topology of an amorphous metal–organic framework",
    2025,
    "arXiv:2503.24367",
    url="https://arxiv.org/abs/2503.24367",
)
RINGS = Reference(
    "delgado2005",
    "rings",
    ("Delgado-Friedrichs, Olaf", "O'Keeffe, Michael"),
    "Crystal nets as graphs: Terminology and definitions",
    2005,
    "J. Solid State Chem. 178, 2480–2485",
    doi="10.1016/j.jssc.2005.06.011",
)
SYMBOLS = Reference(
    "blatov2010",
    "point and vertex symbols",
    ("Blatov, Vladislav A.", "O'Keeffe, Michael", "Proserpio, Davide M."),
    "Vertex-, face-, point-, Schläfli-, and Delaney-symbols in nets, polyhedra and tilings: recommended terminology",
    2010,
    "CrystEngComm 12, 44–48",
    doi="10.1039/b910671e",
)
PLACEMENT = Reference(
    "delgado2003",
    "the identity of nets, by barycentric placement",
    ("Delgado-Friedrichs, Olaf", "O'Keeffe, Michael"),
    "Identification of and symmetry computation for crystal nets",
    2003,
    "Acta Cryst. A 59, 351–360",
    doi="10.1107/S0108767303012017",
)
RCSR = Reference(
    "okeeffe2008",
    "the names of nets",
    ("O'Keeffe, Michael", "Peskov, Maxim A.", "Ramsden, Stuart J.", "Yaghi, Omar M."),
    "The Reticular Chemistry Structure Resource (RCSR) Database of, and Symbols for, Crystal Nets",
    2008,
    "Acc. Chem. Res. 41, 1782–1789",
    doi="10.1021/ar800124u",
)
ZEOLITES = Reference(
    "iza",
    "the codes of zeolite frameworks",
    ("Baerlocher, Christian", "McCusker, Lynne B."),
    "Database of Zeolite Structures",
    None,
    "Structure Commission of the International Zeolite Association",
    url="https://www.iza-structure.org/databases/",
)
CLUSTERINGS = Reference(
    "bonneau2018",
    "the clusterings",
    (
        "Bonneau, Charlotte",
        "O'Keeffe, Michael",
        "Proserpio, Davide M.",
        "Blatov, Vladislav A.",
        "Batten, Stuart R.",
        "Bourne, Susan A.",
        "Lah, Myoung Soo",
        "Eon, Jean-Guillaume",
        "Hyde, Stephen T.",
        "Wiggin, Seth B.",
        "Öhrström, Lars",
    ),
    "Deconstruction of Crystalline Networks into Underlying Nets: Relevance for Terminology Guidelines and "
    "Crystallographic Databases",
    2018,
    "Cryst. Growth Des. 18, 3411–3418",
    doi="10.1021/acs.cgd.8b00126",
)

_TEX = {
    "–": "--",
    "&": "\\&",
    "%": "\\%",
    "#": "\\#",
    "_": "\\_",
    "$": "\\$",
    "^": "{\\textasciicircum}",
    "~": "{\\textasciitilde}",
    "ß": "{\\ss}",
    "ø": "{\\o}",
    "Ø": "{\\O}",
    "ł": "{\\l}",
    "Ł": "{\\L}",
}
_ACCENTS = {
    "\u0301": "'", "\u0300": "`", "\u0302": "^", "\u0308": '"', "\u0303": "~", "\u0304": "=", "\u0307": ".",
    "\u0327": "c", "\u030c": "v", "\u030b": "H", "\u0306": "u", "\u0328": "k", "\u030a": "r",
}  # fmt: skip
_YEAR = re.compile(r"\b(?:19|20)[0-9]{2}\b")
_NO_KEY = re.compile(r"[^A-Za-z0-9:_-]")


def references(descriptions: "Iterable[Description]") -> list[Reference]:
    """Return what to cite for some answers of `describe`: the program first, the rest in the order of the answer.

    Examples
    --------
    >>> references([])
    []
    """
    found: dict[str, Reference] = {}
    if isinstance(descriptions, str | Path):
        raise InputError(
            f"references are asked of descriptions, got {type(descriptions).__name__}",
            hint="carvsdb.describe(PATH) gives some",
        )
    for description in descriptions:
        names = [name for part in description.names for name in part.split(" + ")]
        wanted = [PROGRAM]
        if description.formula is not None:  # atoms were clustered
            wanted.append(CLUSTERINGS)
        wanted += [CARVS, RINGS, SYMBOLS]
        if description.key is not None:
            wanted.append(PLACEMENT)
        if not all(map(is_zeolite_code, names)):
            wanted.append(RCSR)
        if any(map(is_zeolite_code, names)):
            wanted.append(ZEOLITES)
        found |= {one.key: one for one in wanted}
    return list(found.values())


def of_papers(papers: "Iterable[Paper]", structure: str) -> list[Reference]:
    """Return what to cite for the works that a file of atoms is from."""
    found: list[Reference] = []
    for paper in papers:
        year = _YEAR.search(paper.year)
        family = paper.authors[0].split(",")[0].split(" ")[0].lower() if paper.authors else "structure"
        volume = " ".join(part for part in (paper.journal, paper.volume) if part)
        one = Reference(
            _NO_KEY.sub("", _plain_letters(family)) + (year[0] if year else ""),
            f"the structure, {structure}",
            tuple(_plain(author) for author in paper.authors),
            _plain(paper.title) or f"crystal structure of {structure}",
            int(year[0]) if year else None,
            ", ".join(_plain(part) for part in (volume, paper.pages, paper.deposit) if part),
            doi=paper.doi,
        )
        taken = {other.key for other in found}
        found.append(replace(one, key=next(key for key in _keys(one.key) if key not in taken)))
    return found


def _keys(key: str) -> Iterator[str]:
    yield key
    yield from (f"{key}-{number}" for number in count(2))


def of_source(source: "SourceAnswer | None") -> list[Reference]:
    """Return what to cite for where a structure of the catalogue comes from."""
    if source is None or not (source.citation or source.doi or source.url):
        return []
    year = _YEAR.search(source.citation or "")
    return [
        Reference(
            _NO_KEY.sub("", source.collection) or "source",
            f"the structure, {source.id_in_source or ''} of {source.collection}".replace(",  of", " of"),
            (source.collection,),
            source.citation or source.collection,
            int(year[0]) if year else None,
            f"version {source.version}" if source.version else "",
            doi=source.doi or "",
            url="" if source.doi else source.url or "",
        )
    ]
