"""The texts of a release, made from its card."""

import json

import yaml

from carvsdb_schemas.card import CardSource, DatasetCard
from carvsdb_schemas.manifest import ReleaseManifest


def licence_text(card: DatasetCard) -> str:
    """Return the statement of licences."""
    lines = [
        f"SPDX-License-Identifier: {card.licence}",
        "",
        f"{card.title}, version {card.version}, is made available under {card.licence}.",
        *_pages(card.licence),
        "",
        "Structures come from these collections, under their own licences:",
        *(f"- {source.collection}: {source.licence}" for source in card.sources),
    ]
    return "\n".join(lines) + "\n"


def citation_text(card: DatasetCard) -> str:
    """Return CITATION.cff, in the Citation File Format 1.2.0."""
    content = {
        "cff-version": "1.2.0",
        "message": "If you use this data set, please cite it as below.",
        "type": "dataset",
        "title": card.title,
        "version": card.version,
        "date-released": card.created.isoformat(),
        "license": card.licence,
        "authors": [_person(author.name, author.orcid, author.affiliation) for author in card.authors],
        "abstract": card.description,
    }
    if card.citation.doi is not None:
        content["doi"] = card.citation.doi
    references = [_reference(source) for source in card.sources]
    return yaml.safe_dump({**content, "references": references}, sort_keys=False, allow_unicode=True, width=110)


def readme_text(card: DatasetCard, manifest: ReleaseManifest) -> str:
    """Return README.md."""
    doi = f" https://doi.org/{card.citation.doi}" if card.citation.doi else ""
    parts = [
        f"# {card.title}",
        f"Version {card.version}, {card.created.isoformat()}, {card.licence}.",
        card.description,
        "## Tables",
        _table(
            ("table", "rows", "file"),
            [(name, f"{about.rows:,}", f"`{about.file}`") for name, about in manifest.tables.items()],
        ),
        "## Quantities",
        _table(
            ("column", "unit", "what it is"),
            [(f"`{name}`", about.unit, about.description) for name, about in card.properties.items()],
        ),
        "## Sources",
        "\n".join(f"- {_source(source)}" for source in card.sources),
        "## Citation",
        f"{card.citation.text}{doi}",
        "## Reading it",
        "Tables are joined by their keys (`structure.id` = `net.structure_id`, `net.id` = `carvs.net_id`):",
        "```python\nimport pyarrow.parquet as pq\n\ncarvs = pq.read_table('carvs.parquet')\n```",
        f"`carvsdb release verify` checks the files (or `sha256sum -c SHA256SUMS`). Built by carvsdb "
        f"{manifest.code_version}, schema {manifest.schema_version}.",
    ]
    return "\n\n".join(parts) + "\n"


def manifest_text(manifest: ReleaseManifest) -> str:
    """Return the manifest as JSON."""
    return json.dumps(manifest.model_dump(), indent=2, ensure_ascii=False) + "\n"


def _pages(licence: str) -> list[str]:
    known = [part for part in licence.split() if part not in ("AND", "OR", "WITH")]
    return [f"Its text: https://spdx.org/licenses/{part}.html" for part in known if not part.startswith("LicenseRef-")]


def _person(name: str, orcid: str | None, affiliation: str | None) -> dict[str, str]:
    family, comma, given = name.partition(",")
    person = {"family-names": family.strip(), "given-names": given.strip()} if comma else {"name": name}
    if orcid is not None:
        person["orcid"] = f"https://orcid.org/{orcid}"
    if affiliation is not None:
        person["affiliation"] = affiliation
    return person


def _reference(source: CardSource) -> dict[str, object]:
    reference: dict[str, object] = {
        "type": "data",
        "title": source.collection,
        "authors": [{"name": source.collection}],
        "license": source.licence,
    }
    for field, value in (("version", source.version), ("doi", source.doi), ("url", source.url)):
        if value is not None:
            reference[field] = value
    if source.citation is not None:
        reference["notes"] = source.citation
    return reference


def _source(source: CardSource) -> str:
    version = f" {source.version}" if source.version else ""
    doi = f"https://doi.org/{source.doi}" if source.doi else None
    about = [text for text in (source.citation, doi, source.url) if text]
    return f"{source.collection}{version} ({source.licence})" + (f": {', '.join(about)}" if about else "")


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
