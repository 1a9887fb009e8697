"""Archives of nets (``.arc``), as CrystalNets.jl and Systre keep them.

A line ``key D i j o1 .. oD i j o1 .. oD ...`` is a net of `D` periodic directions, vertices from 1; the lines
``id NAME`` below it are its names. The graph is read and nothing more: the text of a key depends on the program
that wrote it.
"""

import numpy as np

from carvsdb.net import Net
from carvsdb_ingest.files.text_file import TextFile, shown
from carvsdb_ingest.readers.item import FileOptions, FoundNet

LARGEST_OFFSET = 10**6
# Other lines of an entry, which are skipped, and what may stand above the first.
_SKIPPED = ("version", "checksum", "end", "symbol", "made", "link", "url", "ref")


def read_arc(file: TextFile, options: FileOptions) -> list[FoundNet]:
    """Read all nets of an archive, in their order.

    The names of a net are in its `provenance`, as ``names``; the first is the name of the net.

    Raises
    ------
    InputError
        With file and line, for whatever is no such archive.
    """
    found: list[tuple[int, Net, list[str]]] = []
    for number, text in enumerate(file.lines, 1):
        words = text.split()
        if not words or words[0].startswith("#"):
            continue
        keyword = words[0].lower()
        if keyword == "key":
            found.append((number, _net(file, number, words[1:]), []))
        elif keyword == "id":
            if not found:
                raise file.error(number, "a name stands above the first key")
            name = " ".join(words[1:])
            if not name:
                raise file.error(number, "an id line has no name")
            found[-1][2].append(name)
        elif keyword not in _SKIPPED:
            raise file.error(number, f"expected a line 'key ...' or 'id ...', found {shown(words[0])}")
    if not found:
        raise file.error(len(file.lines), "there is no key in this archive")
    return [
        FoundNet(
            net=net.with_name(names[0] if names else ""),
            line=line,
            bond_rule="edges of the file",
            parameters={},
            provenance={"names": names},
        )
        for line, net, names in found
    ]


def _net(file: TextFile, line: int, words: list[str]) -> Net:
    if not words:
        raise file.error(line, "the key is empty")
    dimension = file.whole(words[0], line, "the number of periodic directions")
    if not 1 <= dimension <= 3:
        raise file.error(line, f"a key has 1 to 3 periodic directions, got {dimension}")
    width = 2 + dimension
    numbers = [file.whole(word, line, "a number of a key") for word in words[1:]]
    if not numbers or len(numbers) % width:
        raise file.error(
            line, f"a key of {dimension} directions has {width} numbers an edge, got {len(numbers)} in all"
        )
    flat = np.array(numbers, np.int64).reshape(-1, width)
    vertices, offsets = flat[:, :2], flat[:, 2:]
    if vertices.min() < 1 or len(np.unique(vertices)) != vertices.max():
        raise file.error(line, "the vertices of a key must be numbered 1, 2, 3, ... without gaps")
    if np.abs(offsets).max() > LARGEST_OFFSET:
        raise file.error(line, f"offsets must be at most {LARGEST_OFFSET} in magnitude")
    loops = (vertices[:, 0] == vertices[:, 1]) & ~offsets.any(axis=1)
    if loops.any():
        raise file.error(line, f"vertex {int(vertices[loops][0, 0])} is joined to itself in the same cell")
    flat[:, :2] -= 1
    return Net.from_edges(flat)
