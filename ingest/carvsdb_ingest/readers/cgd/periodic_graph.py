"""``PERIODIC_GRAPH`` blocks of CGD files: a net as its quotient graph, without coordinates."""

import numpy as np

from carvsdb.net import Net
from carvsdb_ingest.files.text_file import TextFile, shown
from carvsdb_ingest.readers.cgd.blocks import Block
from carvsdb_ingest.readers.cgd.edge_listing import undirected

LARGEST_OFFSET = 10**6


def read_periodic_graph(file: TextFile, block: Block) -> Net:
    """Make a net of ``EDGES`` lines ``i j o1 ... oD``, D from 1 to 3.

    Vertices are ordered by their numbers, or by first appearance if their labels are no numbers.

    Raises
    ------
    InputError
        With the line, for whatever is no such graph.
    """
    entries = block.entries.get("edge", [])
    if not entries:
        raise file.error(block.line, "the PERIODIC_GRAPH block has no EDGES")
    width = len(entries[0].values)
    if not 3 <= width <= 5:
        raise file.error(entries[0].line, f"an edge needs two vertices and 1 to 3 offsets, got {width} fields")
    listed: list[tuple[str, str, list[int]]] = []
    for entry in entries:
        if len(entry.values) != width:
            raise file.error(entry.line, f"expected {width} fields as in the first edge, got {len(entry.values)}")
        first, second, *tokens = entry.values
        offset = [file.whole(token, entry.line, "an offset") for token in tokens]
        if max(map(abs, offset)) > LARGEST_OFFSET:
            raise file.error(entry.line, f"offsets must be at most {LARGEST_OFFSET} in magnitude")
        if first == second and not any(offset):
            raise file.error(entry.line, f"vertex {shown(first)} is joined to itself in the same cell")
        listed.append((first, second, offset + [0] * (5 - width)))
    labels = list(dict.fromkeys(label for first, second, _ in listed for label in (first, second)))
    if all(label.isascii() and label.isdigit() and len(label) < 19 for label in labels):
        labels.sort(key=lambda label: (int(label), label))
    number = {label: index for index, label in enumerate(labels)}
    rows = np.array([(number[first], number[second], *offset) for first, second, offset in listed], np.int64)
    edges, multiplicity = undirected(rows)
    return Net.from_edges(edges, len(labels), multiplicity=multiplicity, labels=labels, name=block.name)
