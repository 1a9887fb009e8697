"""The grammar of CGD files: blocks of keywords with values, in Systre's manner.

A block begins with ``CRYSTAL`` or ``PERIODIC_GRAPH`` and ends with ``END`` (``ENDCRYSTAL`` is read too).
Keywords are read in any case, ``#`` begins a comment. A line that begins with a number goes on with the keyword above
it, and so does every line below a keyword that stands alone. Keywords that are not known are skipped, and
`Block.doubts` says so.
"""

import json
import re
from dataclasses import dataclass, field

from carvsdb_ingest.files.text_file import TextFile, shown
from carvsdb_ingest.readers.item import KINDS

HEADER = "# carvsdb:"
# Deeper JSON than this is no provenance, and few programs read it.
_DEEPEST = 50
BLOCKS = ("CRYSTAL", "PERIODIC_GRAPH")
_SYNONYMS = {
    "name": ("name",),
    "id": ("id",),
    "group": ("group", "spacegroup", "space_group"),
    "cell": ("cell",),
    "node": ("node", "nodes", "atom", "atoms", "vertex", "vertices", "vertexes"),
    "edge": ("edge", "edges", "bond", "bonds"),
    "center": tuple(f"edge{line}cent{ends}" for line in ("_", "") for ends in ("er", "ers", "re", "res")),
    # What Systre reads beside the net, and what nothing of a net follows from.
    "": ("coordination_sequence", "coordination_sequences", "coordinationsequence", "coordinationsequences", "cs"),
}
_KEYWORDS = {word: keyword for keyword, words in _SYNONYMS.items() for word in words}
_OTHER_BLOCKS = {
    "NET": "gives edges by symmetry operations; open it in Systre and save it as PERIODIC_GRAPH or CRYSTAL",
    "TILING": "holds tiles; its net is to be written as PERIODIC_GRAPH or CRYSTAL (3dt and Systre do so)",
    "RINGS": "holds rings; its net is to be written as PERIODIC_GRAPH or CRYSTAL",
}
_WORD = re.compile(r'"([^"]*)"?|#.*|([^\s"#]+)')


@dataclass(frozen=True, slots=True)
class KeywordLine:
    """The values of one keyword, and the line they stand on."""

    line: int
    values: list[str]


@dataclass(frozen=True, slots=True)
class Block:
    """One block: its sort (`CRYSTAL` or `PERIODIC_GRAPH`), first line, entries by keyword, and what was skipped."""

    sort: str
    line: int
    entries: dict[str, list[KeywordLine]] = field(default_factory=dict)
    skipped: list[KeywordLine] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The net's name in the file; empty if it has none."""
        entries = self.entries.get("name") or self.entries.get("id")
        return " ".join(entries[0].values) if entries else ""

    @property
    def doubts(self) -> list[str]:
        """Sentences about the keywords that are not known."""
        return [
            f"line {one.line}: the keyword {shown(one.values[0])} is not known and was skipped" for one in self.skipped
        ]


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
        words = _words(text)
        if not words:
            continue
        first = words[0].lower()
        if block is None:
            if first.upper() in _OTHER_BLOCKS:
                sort = first.upper()
                raise file.error(number, f"{sort} blocks are not read: a {sort} block {_OTHER_BLOCKS[sort]}")
            if first.upper() not in BLOCKS:
                raise file.error(number, f"expected CRYSTAL or PERIODIC_GRAPH, found {shown(words[0])}")
            # Lines of numbers before any keyword are edges, as in Systre.
            block, keyword, alone = Block(first.upper(), number), "edge", False
        elif first == "end" or first == f"end{block.sort.lower()}":
            blocks.append(block)
            block = None
        elif len(words) == 1 and first.upper() in BLOCKS:
            raise _unfinished(file, block)
        elif first in _KEYWORDS:
            keyword, alone = _KEYWORDS[first], len(words) == 1
            if keyword and (not alone or keyword in ("name", "id")):
                block.entries.setdefault(keyword, []).append(KeywordLine(number, words[1:]))
        elif first[:1] in tuple("+-.0123456789") or (alone and keyword in ("node", "edge", "center")):
            if keyword:
                block.entries.setdefault(keyword, []).append(KeywordLine(number, words))
        else:
            keyword = None
            block.skipped.append(KeywordLine(number, words[:1]))
    if block is not None:
        raise _unfinished(file, block)
    if not blocks:
        raise file.error(len(file.lines), "there is no CRYSTAL or PERIODIC_GRAPH block in this file")
    return blocks


def _words(text: str) -> list[str]:
    """Split a line into words; what stands in quotes is one, and a comma behind a word is no part of it."""
    found = []
    for word in _WORD.finditer(text):
        if word[1] is not None:
            found.append(word[1])
        elif word[2] is not None and word[2].rstrip(","):
            found.append(word[2].rstrip(","))
    return found


def _unfinished(file: TextFile, block: Block) -> Exception:
    return file.error(block.line, f"the {block.sort} block that begins here has no END (is the file cut off?)")


def _depth(content: object) -> int:
    """Return how deep JSON is nested."""
    depth, level = 0, [content]
    while level and depth <= _DEEPEST:
        within = (one.values() if isinstance(one, dict) else one for one in level if isinstance(one, (dict, list)))
        level = [value for values in within for value in values]
        depth += 1
    return depth


def read_header(file: TextFile) -> Header:
    """Read the comment ``# carvsdb: {json}`` above the first block, if there is one.

    A comment that cannot be read is skipped, and `quality` says so.
    """
    for number, text in enumerate(file.lines, 1):
        if text.startswith(HEADER):
            try:
                content = json.loads(text[len(HEADER) :])
                json.dumps(content, ensure_ascii=False, allow_nan=False).encode()  # as it will be stored
                if _depth(content) > _DEEPEST:
                    raise ValueError("nested too deep")
                kind, provenance = content.get("kind"), content.get("provenance") or {}
                if (kind is None or kind in KINDS) and isinstance(provenance, dict):
                    return Header(kind, provenance)
            except (ValueError, AttributeError, TypeError, RecursionError):
                pass
            return Header(quality=(f"the carvsdb comment in line {number} cannot be read and was skipped",))
        if text.strip() and not text.lstrip().startswith("#"):
            break
    return Header()
