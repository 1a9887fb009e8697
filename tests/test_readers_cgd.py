"""CGD files: both dialects, and graphs without coordinates."""

import json
from collections import Counter
from pathlib import Path

import pytest

from carvsdb.errors import InputError
from carvsdb.net import Adjacency, Net, library, periodicity
from carvsdb_ingest.analysis import read_items, read_nets
from carvsdb_ingest.analysis.item import NetItem, ReadOptions

# Coordinates as in the RCSR (O'Keeffe et al. 2008, doi:10.1021/ar800124u); edge lengths are 1.
RCSR = {
    "dia": """CRYSTAL
  NAME dia
  GROUP Fd-3m:2
  CELL 2.30940 2.30940 2.30940 90.0 90.0 90.0
  NODE 1 4  0.12500 0.12500 0.62500
  EDGE  0.12500 0.12500 0.62500   0.37500 0.37500 0.37500
# EDGE_CENTER  0.25000 0.25000 0.50000
END""",
    "sod": """CRYSTAL
  NAME sod
  GROUP Im-3m
  CELL 2.82843 2.82843 2.82843 90.0 90.0 90.0
  NODE 1 4  0.0 0.25 0.5
  EDGE  0.0 0.25 0.5   0.0 0.5 0.25
END""",
    "pcu": """crystal
  name pcu
  group Pm-3m
  cell 1 1 1 90 90 90
  node 1 6  0 0 0
  edge  1 0 0 1
end""",
    "nbo": """CRYSTAL
  NAME nbo
  GROUP Im-3m
  CELL 2 2 2 90 90 90
  NODE 1 4  0 0 1/2
  EDGE  0 0 1/2   0 1/2 1/2
END""",
    "srs": """CRYSTAL
  NAME srs
  GROUP I4132
  CELL 2.82843 2.82843 2.82843 90 90 90
  NODE 1 3  0.125 0.125 0.125
  EDGE  0.125 0.125 0.125   0.125 -0.125 0.375
END""",
    "qtz": """CRYSTAL
  NAME qtz
  GROUP P6222
  CELL 1.63316 1.63316 1.73170 90.0 90.0 120.0
  NODE 1 4  0.0 0.5 0.16667
  EDGE  0.0 0.5 0.16667   0.5 0.5 -0.16667
END""",
    "cds": """CRYSTAL
  NAME cds
  GROUP P42/mmc
  CELL 1 1 2 90 90 90
  NODE 1 4  0 0 0
  EDGE  0 0 0   0 0 0.5
  EDGE  0 0 0   1 0 0
END""",
    "pts": """CRYSTAL
  NAME pts
  GROUP P42/mmc
  CELL 1.63299 1.63299 2.30940 90 90 90
  NODE 1 4  0.5 0.0 0.0
  NODE 2 4  0.0 0.0 0.25
  EDGE  2  0.5 0.0 0.0
  EDGE_CENTER  c 2  0.25 0.0 0.125
END""",
    "sql": """CRYSTAL
  NAME sql
  GROUP p4mm
  CELL 1 1 90
  NODE 1 4  0 0
  EDGE  0 0  1 0
END""",
    "hcb": """CRYSTAL
  NAME hcb
  GROUP p6mm
  CELL 1.73205 1.73205 120
  NODE 1 3  0.33333 0.66667
  EDGE  1  0.66667 0.33333
END""",
    "kgm": """CRYSTAL
  NAME kgm
  GROUP p6m
  CELL 2 2 120
  NODE 1 4  0.5 0
  EDGE  0.5 0  0.5 0.5
END""",
}
VERTICES = {
    "dia": 8,
    "sod": 12,
    "pcu": 1,
    "nbo": 6,
    "srs": 8,
    "qtz": 3,
    "cds": 2,
    "pts": 4,
    "sql": 1,
    "hcb": 2,
    "kgm": 3,
}

SQUARES = """# four atoms, listed from both ends
CRYSTAL
  NAME squares
  GROUP P1
  CELL 10 10 10 90 90 90
  ATOM A 2  0.1 0.1 0.5
  EDGE A  0.5 0.1 0.5   # to B
  EDGE A  -0.1 -0.1 0.5 # to C
  ATOM B 2  0.5 0.1 0.5
  EDGE B  0.1 0.1 0.5
  EDGE B  0.9 -0.1 0.5
  ATOM C 2  0.9 0.9 0.5
  EDGE C  1.1 1.1 0.5
  EDGE C  0.5 1.1 0.5
END
"""


def read_text(folder: Path, text: str | bytes, name: str = "net.cgd", **options: object) -> list[NetItem]:
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_items(file, ReadOptions(**options))  # type: ignore[arg-type]


def shells(net: Net, vertex: int, count: int = 6) -> tuple[int, ...]:
    """Return a coordination sequence, the plain way."""
    adjacency = Adjacency.of(net)
    seen = edge = {(vertex, 0, 0, 0)}
    sizes = []
    for _ in range(count):
        edge = {
            (int(adjacency.neighbours[row]), u + int(du), v + int(dv), w + int(dw))
            for inner, u, v, w in edge
            for row in range(adjacency.starts[inner], adjacency.starts[inner + 1])
            for du, dv, dw in [adjacency.offsets[row]]
        } - seen
        seen = seen | edge
        sizes.append(len(edge))
    return tuple(sizes)


@pytest.mark.parametrize("name", RCSR)
def test_rcsr_blocks_give_the_exact_nets(name: str, tmp_path: Path) -> None:
    (item,) = read_text(tmp_path, RCSR[name])
    net, exact = item.net, library.load(name)
    assert item.quality == ()
    assert net.name == name
    assert net.n_vertices == VERTICES[name]
    assert net.n_edges * exact.n_vertices == exact.n_edges * net.n_vertices
    assert periodicity(net) == periodicity(exact)
    found = {shells(net, vertex) for vertex in range(net.n_vertices)}
    assert found == {shells(exact, vertex) for vertex in range(exact.n_vertices)}


def test_a_plain_symbol_means_origin_choice_2_and_hexagonal_axes(tmp_path: Path) -> None:
    (plain,) = read_text(tmp_path, RCSR["dia"].replace("Fd-3m:2", "Fd-3m"))
    (second,) = read_text(tmp_path, RCSR["dia"])
    assert plain.net.same_as(second.net)
    # In origin choice 1 this site has 16 atoms, and diamond's edge does not fit.
    with pytest.raises(InputError, match=r"net\.cgd:6: edge end .* meets no atom"):
        read_text(tmp_path, RCSR["dia"].replace("Fd-3m:2", "Fd-3m:1"))
    bcc = "CRYSTAL\nGROUP {}\nCELL {}\nNODE 1 6 0 0 0\nEDGE 1 {}\nEND"
    (hexagonal,) = read_text(
        tmp_path, bcc.format("R-3m", "1.41421 1.41421 1.73205 90 90 120", "0.66667 0.33333 0.33333")
    )
    (rhombohedral,) = read_text(tmp_path, bcc.format("R-3m", "1 1 1 89.9 89.9 89.9", "1 0 0"))
    assert (hexagonal.net.n_vertices, hexagonal.net.n_edges) == (3, 9)
    assert (rhombohedral.net.n_vertices, rhombohedral.net.n_edges) == (1, 3)


@pytest.mark.parametrize(
    ("group", "images"),
    [
        *[("p1", 1), ("p2", 2), ("pm", 2), ("pg", 2), ("cm", 4), ("p2mm", 4), ("p2mg", 4), ("p2gg", 4)],
        *[("c2mm", 8), ("p4", 4), ("p4mm", 8), ("p4gm", 8), ("P4GM", 8)],
    ],
)
def test_plane_groups_have_their_operations(group: str, images: int, tmp_path: Path) -> None:
    text = f"CRYSTAL\nGROUP {group}\nCELL 10 10 90\nNODE 1 2 0.11 0.23\nEDGE 1 1.11 0.23\nEND"
    (item,) = read_text(tmp_path, text)
    assert item.net.n_vertices == images


def test_both_ends_or_one_end_is_the_same_net(tmp_path: Path) -> None:
    (both,) = read_text(tmp_path, SQUARES)
    lines = SQUARES.splitlines()
    one = "\n".join(line for line in lines if not line.startswith(("  EDGE B  0.1", "  EDGE C")))
    (single,) = read_text(tmp_path, one)
    assert both.net.same_as(single.net)
    assert both.quality == single.quality == ()
    assert both.net.edges.tolist() == [[0, 1, 0, 0, 0], [0, 2, -1, -1, 0], [1, 2, 0, -1, 0]]
    assert both.net.multiplicity.tolist() == [1, 1, 1]
    assert both.net.labels == ("A", "B", "C")


def test_equal_lines_are_parallel_links(tmp_path: Path) -> None:
    text = SQUARES.replace("  EDGE A  0.5 0.1 0.5   # to B\n", "  EDGE A 0.5 0.1 0.5\n" * 2)
    (item,) = read_text(tmp_path, text)
    assert item.net.multiplicity.tolist() == [2, 1, 1]
    assert item.net.degrees().tolist() == [2, 2, 2]


def test_labels_translations_and_points_make_the_same_edges(tmp_path: Path) -> None:
    head = "CRYSTAL\nCELL 10 10 10 90 90 90\nGROUP P1\nATOM A 2 .1 .1 .5\nATOM B 2 .5 .1 .5\n"
    (points,) = read_text(tmp_path, head + "EDGE .1 .1 .5 .5 .1 .5\nEDGE .5 .1 .5 1.1 .1 .5\nEND")
    (labels,) = read_text(tmp_path, head + "EDGE A B\nEDGE B A 1 0 0\nEND")
    (listed,) = read_text(tmp_path, head + "EDGES\nA .5 .1 .5\nB 1.1 .1 .5\nEND")
    assert points.net.same_as(labels.net)
    assert points.net.same_as(listed.net)
    assert points.quality == ()


def test_published_files_have_the_counts_of_the_truth(shared: Path) -> None:
    truth = json.loads((shared / "truth" / "nets.json").read_text())
    named = {name: entry for name, entry in truth.items() if isinstance(entry, dict) and entry.get("file")}
    assert named
    for name, entry in named.items():
        (item,) = read_items(shared / "data" / entry["file"])
        net = item.net
        degrees = {str(degree): count for degree, count in Counter(net.degrees().tolist()).items()}
        assert (net.n_vertices, net.n_edges, degrees) == (entry["nodes"], entry["edges"], entry["degrees"]), name
        assert item.quality == ()
        assert net.multiplicity.max() == 1


def test_every_published_file_is_complete(shared: Path) -> None:
    files = sorted((shared / "data").rglob("*.cgd"))
    assert len(files) >= 17
    for file in files:
        (item,) = read_items(file, ReadOptions(strict=True))
        assert item.label == file.stem
        assert periodicity(item.net) == 3


def test_several_nets_in_a_file(tmp_path: Path) -> None:
    graph = "PERIODIC_GRAPH\nID x\nNAME square net\nEDGES\n 1 1 0 1\n 1 1 1 0\nEND\n"
    items = read_text(tmp_path, RCSR["dia"] + "\n" + graph + SQUARES, "three.cgd")
    assert [item.label for item in items] == ["three#1", "three#2", "three#3"]
    assert [item.net.name for item in items] == ["dia", "square net", "squares"]
    assert [item.item for item in items] == [0, 1, 2]
    assert [item.line for item in items] == [1, 9, 17]
    assert len({item.content_hash for item in items}) == 3
    assert items[1].net.same_as(library.load("sql"))
    assert items[0].clustering == "as given"
    assert items[0].bond_rule == "edges of the file"
    assert read_nets(tmp_path / "three.cgd")[0].same_as(items[0].net)


def test_periodic_graphs_of_any_labels(tmp_path: Path) -> None:
    numbers = "PERIODIC_GRAPH\nEDGES\n10 2 0 0 0\n2 10 0 0 0\n2 10 1 0 0\n10 2 0 -1 0\n2 10 0 0 1\nEND"
    (item,) = read_text(tmp_path, numbers)
    assert item.net.labels == ("2", "10")
    assert item.net.n_edges == 4
    assert item.net.multiplicity.max() == 1
    words = numbers.replace("10 ", "Zn ").replace(" 2 ", " Im ").replace("\n2 ", "\nIm ")
    (named,) = read_text(tmp_path, words)
    assert named.net.labels == ("Zn", "Im")
    (chain,) = read_text(tmp_path, "PERIODIC_GRAPH\nEDGES 1 1 1\nEND")
    assert chain.net.edges.tolist() == [[0, 0, 1, 0, 0]]


def test_degrees_that_do_not_match_are_said_or_refused(tmp_path: Path) -> None:
    text = SQUARES.replace("ATOM B 2", "ATOM B 3")
    (item,) = read_text(tmp_path, text)
    assert item.quality == ("1 of 3 declared degrees do not match the edges: B (3 declared, 2 found)",)
    with pytest.raises(InputError, match=r"net\.cgd:9: 1 of 3 declared degrees"):
        read_text(tmp_path, text, strict=True)


def test_the_hash_is_that_of_content_and_choices(tmp_path: Path) -> None:
    (first,) = read_text(tmp_path, SQUARES, "a.cgd")
    (same,) = read_text(tmp_path, SQUARES, "b.cgd")
    (wide,) = read_text(tmp_path, SQUARES, "a.cgd", tolerance=0.1)
    (other,) = read_text(tmp_path, SQUARES + "\n", "a.cgd")
    assert first.content_hash == same.content_hash
    assert len({first.content_hash, wide.content_hash, other.content_hash}) == 3
    assert first.file_sha256 == wide.file_sha256


def test_content_tells_the_format_of_other_files(tmp_path: Path) -> None:
    (item,) = read_text(tmp_path, RCSR["dia"], "dia.txt")
    assert item.label == "dia"
    with pytest.raises(InputError, match=r"read are nets \(CGD .* and atoms \(.*CIF"):
        read_text(tmp_path, "dia: 2 nodes, 4 edges\n", "dia.doc")
