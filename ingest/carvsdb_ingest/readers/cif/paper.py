"""The works that a CIF file says it is from: the tags of papers and of deposits."""

import re
import unicodedata
from dataclasses import dataclass

from gemmi import cif

from carvsdb_ingest.files.text_file import TextFile
from carvsdb_ingest.readers.cif.cif import parsed

_JOURNAL = ("_journal_name_full", "_citation_journal_full", "_journal_name_abbrev", "_citation_journal_abbrev")
_DOI = ("_journal_paper_doi", "_citation_doi", "_journal_paper_DOI", "_citation_DOI")
_AUTHORS = ("_publ_author_name", "_citation_author_name")
_DEPOSITS = {
    "_database_code_depnum_ccdc_archive": "CCDC",
    "_cod_database_code": "COD",
    "_database_code_ICSD": "ICSD",
    "_database_code_amcsd": "AMCSD",
}
_LONGEST = 1000
_PREFIX = re.compile(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", re.IGNORECASE)
_NO_DOI = re.compile(r"[\s{}\\]")
# Letters of other alphabets, as CIF writes them in ASCII.
_ACCENT = re.compile(r"\\(['`^\"~,%<;>=.(])\s?([A-Za-z])")
_MARKS = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", ",": "\u0327", "%": "\u030a",
    "<": "\u030c", ";": "\u0328", ">": "\u030b", "=": "\u0304", ".": "\u0307", "(": "\u0306",
}  # fmt: skip
_RAISED = re.compile(r"([~^])([^\s~^]+)\1")
"""Numbers of formulas and charges: ``Zn^2+^``, ``Zn(mIM)~2~``."""

_LETTERS = {r"\&s": "ß", r"\/o": "ø", r"\/O": "Ø", r"\/l": "ł", r"\/L": "Ł", r"\?i": "ı"}


@dataclass(frozen=True, slots=True)
class Paper:
    """A work that a structure is from; what the file does not say is empty.

    Attributes
    ----------
    authors : tuple of str
    title, journal, volume, pages, year, doi : str
    deposit : str
        Database and number, such as ``CCDC 1002678``.
    """

    authors: tuple[str, ...]
    title: str
    journal: str
    volume: str
    pages: str
    year: str
    doi: str
    deposit: str


def papers_of(file: TextFile) -> list[Paper]:
    """Return the works that the blocks of a CIF file are from, each once.

    Examples
    --------
    >>> text = "data_a _citation_doi https://doi.org/10.1021/ja500330a _citation_year 2014"
    >>> [(one.doi, one.year) for one in papers_of(TextFile.decode(text.encode(), "a.cif"))]
    [('10.1021/ja500330a', '2014')]
    """
    document, _ = parsed(file)
    found = [_paper(block) for block in document]
    return list(dict.fromkeys(one for one in found if one.doi or one.journal or one.title or one.deposit))


def _paper(block: cif.Block) -> Paper:
    first = _value(block, "_journal_page_first", "_citation_page_first")
    last = _value(block, "_journal_page_last", "_citation_page_last")
    deposits = [_deposit(_value(block, tag), name) for tag, name in _DEPOSITS.items()]
    doi = _PREFIX.sub("", _value(block, *_DOI))
    return Paper(
        authors=next((found for tag in _AUTHORS if (found := _values(block, tag))), ()),
        title=_value(block, "_publ_section_title", "_citation_title"),
        journal=_value(block, *_JOURNAL),
        volume=_value(block, "_journal_volume", "_citation_journal_volume"),
        pages=f"{first}–{last}" if first and last and first != last else first,
        year=_value(block, "_journal_year", "_citation_year"),
        doi=doi if doi.startswith("10.") and not _NO_DOI.search(doi) else "",
        deposit=", ".join(filter(None, deposits)),
    )


def _deposit(number: str, database: str) -> str:
    return number if not number or number.upper().startswith(database) else f"{database} {number}"


def _value(block: cif.Block, *tags: str) -> str:
    """Return the first value of the first tag that has one."""
    return next((values[0] for tag in tags if (values := _values(block, tag))), "")


def _values(block: cif.Block, tag: str) -> tuple[str, ...]:
    column = block.find_values(tag)
    texts = (_in_words(cif.as_string(value)) for value in column if not cif.is_null(value))
    return tuple(text for text in texts if text and text not in ("?", "."))


def _in_words(text: str) -> str:
    """Return a text in one line, with its letters as they are written.

    Examples
    --------
    >>> _in_words(chr(92) + "'Eric  Gro" + chr(92) + "&s")
    'Éric Groß'
    >>> _in_words("Zn^2+^ in [Zn(mIM)~2~] at ~5 K")
    'Zn2+ in [Zn(mIM)2] at ~5 K'
    """
    for written, letter in _LETTERS.items():
        text = text.replace(written, letter)
    text = _ACCENT.sub(lambda found: unicodedata.normalize("NFC", found[2] + _MARKS[found[1]]), text)
    return " ".join(_RAISED.sub(r"\2", text).split())[:_LONGEST]
