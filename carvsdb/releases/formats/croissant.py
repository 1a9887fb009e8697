"""croissant.json: the tables as a Croissant 1.1 data set of MLCommons."""

import json
from pathlib import Path

import pyarrow as pa

from carvsdb.releases.formats.columns import Column, columns_of, primary_key
from carvsdb.releases.formats.facts import FileFacts, ReleaseFacts, what
from carvsdb.releases.formats.people import doi_url, licence_urls, name_of, orcid_url
from carvsdb_schemas.card import Author

FILE = "croissant.json"

_OF_CROISSANT = (
    "arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "extract", "field", "fileProperty",
    "fileObject", "fileSet", "format", "includes", "isArray", "isLiveDataset", "jsonPath", "key", "md5", "parentField",
    "path", "recordSet", "references", "regex", "repeated", "replace", "samplingRate", "separator", "source",
    "subField", "transform",
)  # fmt: skip
_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "sc": "https://schema.org/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "description": {"@container": "@language"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
    **{name: f"cr:{name}" for name in _OF_CROISSANT},
}
"""The context of the standard, whose terms these are."""

_ENCODINGS = {
    ".parquet": "application/x-parquet",
    ".zip": "application/zip",
    ".jsonl": "application/jsonlines",
    ".yaml": "application/yaml",
}


def text(facts: ReleaseFacts) -> str:
    """Return the file.

    Notes
    -----
    Bytes (the packed atoms of structures) have no Croissant type; that column is in the Parquet file only.
    """
    card = facts.card
    page = card.url or doi_url(card.citation.doi)
    content = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": card.name,
        "alternateName": card.title,
        "description": card.description,
        "version": _semantic(card.version),
        "datePublished": card.created.isoformat(),
        "license": licence_urls(card.licence) or card.licence,
        "creator": [_creator(author) for author in card.authors],
        "publisher": {"@type": "sc:Organization", "name": card.publisher},
        "citeAs": card.citation.text,
        "keywords": card.keywords or ["topology", "nets", "rings"],
        **({"url": page} if page else {}),
        "distribution": [_file(about) for about in facts.files.values()],
        "recordSet": _record_sets(facts),
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _semantic(version: str) -> str:
    """Return a version in three numbers: 2026.11 is 2026.11.0."""
    parts = [str(int(part)) for part in version.split(".")]
    return ".".join([*parts, "0", "0"][:3])


def _creator(author: Author) -> dict[str, object]:
    name, orcid = name_of(author), orcid_url(author)
    kind = "sc:Person" if name.family else "sc:Organization"
    return {"@type": kind, "name": name.whole, **({"url": orcid} if orcid else {})}


def _file(about: FileFacts) -> dict[str, object]:
    return {
        "@type": "cr:FileObject",
        "@id": about.name,
        "name": about.name,
        "description": what(about.name),
        "contentUrl": about.name,
        "contentSize": f"{about.size} B",
        "encodingFormat": _ENCODINGS.get(Path(about.name).suffix, "application/octet-stream"),
        "sha256": about.sha256,
    }


def _record_sets(facts: ReleaseFacts) -> list[dict[str, object]]:
    sets: dict[str, list[dict[str, object]]] = {table: [] for table in facts.manifest.tables}
    for column in columns_of(facts.card):
        if column.table in sets and not pa.types.is_binary(column.kind):
            sets[column.table].append(_field(column, facts.manifest.tables[column.table].file))
    return [
        {
            "@type": "cr:RecordSet",
            "@id": table,
            "name": table,
            "description": what(f"{table}.parquet"),
            "key": [{"@id": f"{table}/{column}"} for column in primary_key(table)],
            "field": fields,
        }
        for table, fields in sets.items()
    ]


def _field(column: Column, file: str) -> dict[str, object]:
    kind, depth = column.kind, 0
    while pa.types.is_list(kind):
        kind, depth = kind.value_type, depth + 1
    field: dict[str, object] = {
        "@type": "cr:Field",
        "@id": f"{column.table}/{column.name}",
        "name": column.name,
        "description": column.description + (f" Unit: {column.unit}." if column.unit else ""),
        "dataType": _type(kind),
        "source": {"fileObject": {"@id": file}, "extract": {"column": column.name}},
    }
    if depth:
        field["isArray"] = True
        field["arrayShape"] = ",".join(["-1"] * depth)
    return field


def _type(kind: pa.DataType) -> str:
    if pa.types.is_boolean(kind):
        return "sc:Boolean"
    if pa.types.is_integer(kind):
        return "sc:Integer"
    return "sc:Float" if pa.types.is_floating(kind) else "sc:Text"
