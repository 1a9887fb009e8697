"""`carvsdb net`: the net that was found, and which atoms make which vertex."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from carvsdb.cli.net_of import NetArgument, Which, net_item
from carvsdb.cli.options import (
    DEFAULT_DB,
    BondRules,
    Clusterings,
    Db,
    Json,
    LinkerTypes,
    Names,
    NodeTypes,
    Types,
    names_file,
    read_options,
)
from carvsdb.cli.output import answer_json, say, table
from carvsdb.cli.time_limit import within

if TYPE_CHECKING:
    from carvsdb_schemas.net_document import NetDocument

_SHOWN = 20


def net(
    asked: NetArgument,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write it: .cgd, .cif or .json.")
    ] = None,
    number: Which = None,
    clustering: Clusterings = None,
    bonds: BondRules = None,
    types: Types = None,
    node_types: NodeTypes = None,
    linker_types: LinkerTypes = None,
    names: Names = None,
    db: Db = DEFAULT_DB,
    as_json: Json = False,
) -> None:
    """Write the net that was found: vertices, edges, and which atoms make which vertex."""
    from carvsdb_ingest.analysis.vertices_of_atoms import net_document
    from carvsdb_ingest.writers.nets import net_file, write_net

    if output is not None:
        net_file(output)
    options = read_options(node_types, linker_types, False, types, bonds, clustering)
    with within(asked):
        item = net_item(asked, options, db, number)
        document = net_document(item, names_file(names))
    if output is not None:
        for sentence in write_net(item.net, document, output):
            say(sentence)
    if as_json:
        answer_json(document.model_dump())
    elif output is not None:
        print(f"{output}: {_words(document)}")
    else:
        print(f"{_words(document)}\n{_vertices(document)}")


def _words(document: "NetDocument") -> str:
    nodes = sum(vertex.is_node for vertex in document.vertices)
    linkers = len(document.vertices) - nodes
    counted = f"{nodes} nodes" + (f", {linkers} linkers" if linkers else "") + f", {len(document.edges)} edges"
    name = ", ".join(document.names) or document.status
    made = f"{document.clustering}, {document.bond_rule}"
    if document.atoms is None:
        return f"{name}: {counted} ({made})"
    without = sum(vertex is None for vertex in document.atoms.vertex)
    return f"{name}: {counted} of {len(document.atoms.elements)} atoms, {without} of them in no vertex ({made})"


def _vertices(document: "NetDocument") -> str:
    rows = []
    for number, vertex in enumerate(document.vertices[:_SHOWN]):
        atoms = [] if vertex.atoms is None or document.atoms is None else vertex.atoms
        labels = [] if document.atoms is None else [document.atoms.labels[atom] for atom in atoms]
        shown = " ".join(labels[:8]) + (f" and {len(labels) - 8} more" if len(labels) > 8 else "")
        kind = "node" if vertex.is_node else "linker"
        rows.append((str(number), vertex.label or "", kind, str(vertex.coordination), str(vertex.component), shown))
    text = table(rows, ("vertex", "label", "kind", "bonds", "component", "atoms"))
    more = len(document.vertices) - len(rows)
    return text + (f"\n... {more} more vertices; -o net.json has all of them" if more else "")
