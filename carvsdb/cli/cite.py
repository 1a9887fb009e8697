"""`carvsdb cite`: what to cite for an answer."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from carvsdb.cli.answered import Output, answered
from carvsdb.cli.asked_catalogue import asked_catalogue
from carvsdb.cli.options import DEFAULT_DB, Db
from carvsdb.cli.output import say
from carvsdb.errors import CarvsdbError

if TYPE_CHECKING:
    from carvsdb_ingest.analysis.references import Reference


@answered
def cite(
    query: Annotated[str, typer.Argument(metavar="NAME|FILE", help="An entry of the catalogue, or a file.")],
    bibtex: Annotated[bool, typer.Option("--bibtex", help="As entries of BibTeX.")] = False,
    db: Db = DEFAULT_DB,
    *,
    out: Output,
) -> None:
    """List what to cite for what is said of a net: program, definitions, names, and where the structure comes from.

    Without a catalogue a name is one of the nets that come with carvsdb.
    """
    found = _of_file(query) if Path(query).is_file() else _of_entry(query, db)
    rows = [
        {
            "reason": one.reason,
            "reference": one.text,
            "doi": one.doi or None,
            "url": one.url or None,
            "bibtex": one.bibtex,
        }
        for one in found
    ]
    out.answer(
        document=rows,
        rows=rows,
        text=lambda: (
            "\n\n".join(one.bibtex for one in found)
            if bibtex
            else "\n".join(f"{one.reason}: {one.text}" for one in found)
        ),
        shown=("reason", "reference"),
    )


def _of_file(path: str) -> "list[Reference]":
    from carvsdb_ingest.analysis.describing import describe_each
    from carvsdb_ingest.analysis.references import references

    descriptions = []
    failures = []
    for one in describe_each(path):
        if isinstance(one, CarvsdbError):
            failures.append(one)
            say(str(one))
        else:
            descriptions.append(one)
            for doubt in one.quality:
                say(f"{one.label}: {doubt}")
    if not descriptions and failures:
        raise failures[0]
    return references(descriptions) + _of_paper(path)


def _of_paper(path: str) -> "list[Reference]":
    """Return the works that a CIF file says it is from."""
    from carvsdb_ingest.analysis.references import of_papers
    from carvsdb_ingest.files.compressed import plain_name
    from carvsdb_ingest.files.text_file import TextFile

    name = Path(plain_name(path))
    if name.suffix.lower() != ".cif":
        return []
    from carvsdb_ingest.readers.cif.paper import papers_of

    return of_papers(papers_of(TextFile.load(path)), name.stem)


def _of_entry(name: str, db: str) -> "list[Reference]":
    from carvsdb_ingest.analysis.references import of_source, references

    with asked_catalogue(db) as (catalogue, _):
        answer = catalogue.show(name)
    return references([answer.description]) + of_source(answer.source)
