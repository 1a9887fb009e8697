"""One page that says how a run went: numbers, figures, and what they rest on. It needs no other file."""

import base64
import html
from collections.abc import Sequence
from dataclasses import dataclass

from carvsdb.escaping import escaped_lines

GENERATOR = '<meta name="generator" content="carvsdb refine report">'
"""By which a page of ours is known."""

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #222; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0.2rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
p.under { color: #666; margin-top: 0; } table { border-collapse: collapse; margin: 0.8rem 0; }
th, td { text-align: left; padding: 0.25rem 0.9rem 0.25rem 0; border-bottom: 1px solid #e4e4e4; font-weight: normal; }
th { color: #666; font-size: 0.88rem; } td.number { font-variant-numeric: tabular-nums; text-align: right; }
figure { margin: 0.6rem 0; } img { max-width: 100%; height: auto; } figcaption { color: #555; font-size: 0.9rem; }
pre { background: #f6f6f6; padding: 0.8rem; overflow-x: auto; font-size: 0.85rem; }
"""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a header; numbers are given as text, as they shall stand."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure.

    Attributes
    ----------
    name : str
        Of its file, without ending.
    caption : str
        What it shows.
    content : bytes
        PNG.
    """

    name: str
    caption: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page: text, tables and pictures in this order."""

    title: str
    text: Sequence[str] = ()
    tables: Sequence[Table] = ()
    pictures: Sequence[Picture] = ()
    code: str = ""


def page(title: str, under: str, sections: Sequence[Section]) -> str:
    """Return the page as HTML.

    Examples
    --------
    >>> text = page("m<1>", "a run", [Section("Fits", ["good"], [Table(["a"], [["1"]])])])
    >>> "<h1>m&lt;1&gt;</h1>" in text, "<h2>Fits</h2>" in text, "http" in text
    (True, True, False)
    """
    body = "".join(_section(section) for section in sections)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">{GENERATOR}<title>{_text(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>\n'
        f'<body><h1>{_text(title)}</h1>\n<p class="under">{_text(under)}</p>\n{body}</body></html>\n'
    )


def _text(text: str) -> str:
    """Return a text of others as a part of the page."""
    return html.escape(escaped_lines(text))


def _section(section: Section) -> str:
    parts = [f"<h2>{_text(section.title)}</h2>\n"]
    parts += [f"<p>{_text(line)}</p>\n" for line in section.text]
    parts += [_table(table) for table in section.tables]
    for picture in section.pictures:
        data = base64.b64encode(picture.content).decode()
        caption = _text(picture.caption)
        parts.append(
            f'<figure><img alt="{caption}" src="data:image/png;base64,{data}"><figcaption>{caption}</figcaption>'
            "</figure>\n"
        )
    if section.code:
        parts.append(f"<pre>{_text(section.code)}</pre>\n")
    return "".join(parts)


def _table(table: Table) -> str:
    header = "".join(f"<th>{_text(name)}</th>" for name in table.header)
    rows = "".join("<tr>" + "".join(_cell(text) for text in row) + "</tr>" for row in table.rows)
    return f"<table><tr>{header}</tr>{rows}</table>\n"


def _cell(text: str) -> str:
    number = text.replace(",", "").replace("−", "-").split(" ")[0]
    try:
        float(number)
    except ValueError:
        return f"<td>{_text(text)}</td>"
    return f'<td class="number">{_text(text)}</td>'
