"""The grammar of CGD files: blocks of keywords with values, in Systre's manner.

A block begins with ``CRYSTAL`` or ``PERIODIC_GRAPH`` and ends with ``END`` (``ENDCRYSTAL`` is read too).
Keywords are read in any case, ``#`` begins a comment. A line that begins with a number goes on with the keyword above
it, and so does every line below a keyword that stands alone. Keywords that are not known are skipped.
"""

import json
from dataclasses import dataclass, field

from carvsdb_ingest.files.text_file import TextFile, shown
from carvsdb_ingest.readers.item import KINDS

HEADER = "# carvsdb:"
BLOCKS = ("CRYSTAL", "PERIODIC_GRAPH")
_KEYWORDS = {
    "name": "name",
    "group": "group",
    "cell": "cell",
    "node": "node",
    "nodes": "node",
    "atom": "node",
    "atoms": "node",
    "edge": "edge",
    "edges": "edge",
    "bond": "edge",
    "bonds": "edge",
}


@dataclass(frozen=True, slots=True)
class KeywordLine:
    """The values of one keyword, and the line they stand on."""

    line: int
    values: list[str]


@dataclass(frozen=True, slots=True)
class Block:
    """One block: its sort (`CRYSTAL` or `PERIODIC_GRAPH`), its first line, and its entries by keyword."""

    sort: str
    line: int
    entries: dict[str, list[KeywordLine]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The net's name in the file; empty if it has none."""
        return " ".join(self.entries["name"][0].values).strip('"') if "name" in self.entries else ""


@dataclass(frozen=True, slots=True)
class Header:
    """What the comment that our own writer puts above the blocks says."""

    kind: str | None = None
    provenance: dict[str, object] = field(default_factory=dict)
    quality: tuple[str, ...] = ()


def split_blocks(file: TextFile) -> list[Block]:
    """Split a CGD file into its blocks.

    Raises
    ------
    InputError
        For text outside blocks, blocks of another sort, a block without END, or no block at all.
    """
    blocks: list[Block] = []
    block: Block | None = None
    keyword: str | None = None
    alone = False
    for number, text in enumerate(file.lines, 1):
        words = text.partition("#")[0].split()
        if not words:
            continue
        first = words[0].lower()
        if block is None:
            if first.upper() not in BLOCKS:
                raise file.error(number, f"expected CRYSTAL or PERIODIC_GRAPH, found {shown(words[0])}")
            block, keyword, alone = Block(first.upper(), number), None, False
        elif first == "end" or first == f"end{block.sort.lower()}":
            blocks.append(block)
            block = None
        elif len(words) == 1 and first.upper() in BLOCKS:
            raise _unfinished(file, block)
        elif first in _KEYWORDS:
            keyword, alone = _KEYWORDS[first], len(words) == 1
            if not alone or keyword == "name":
                block.entries.setdefault(keyword, []).append(KeywordLine(number, words[1:]))
        elif first[0] in "+-.0123456789" or (alone and keyword in ("node", "edge")):
            if keyword is not None:
                block.entries.setdefault(keyword, []).append(KeywordLine(number, words))
        else:
            keyword = None
    if block is not None:
        raise _unfinished(file, block)
    if not blocks:
        raise file.error(len(file.lines), "there is no CRYSTAL or PERIODIC_GRAPH block in this file")
    return blocks


def _unfinished(file: TextFile, block: Block) -> Exception:
    return file.error(block.line, f"the {block.sort} block that begins here has no END (is the file cut off?)")


def read_header(file: TextFile) -> Header:
    """Read the comment ``# carvsdb: {json}`` above the first block, if there is one.

    A comment that cannot be read is skipped, and `quality` says so.
    """
    for number, text in enumerate(file.lines, 1):
        if text.startswith(HEADER):
            try:
                content = json.loads(text[len(HEADER) :])
                kind, provenance = content.get("kind"), content.get("provenance") or {}
                if (kind is None or kind in KINDS) and isinstance(provenance, dict):
                    return Header(kind, provenance)
            except (ValueError, AttributeError, TypeError, RecursionError):
                pass
            return Header(quality=(f"the carvsdb comment in line {number} cannot be read and was skipped",))
        if text.strip() and not text.lstrip().startswith("#"):
            break
    return Header()
