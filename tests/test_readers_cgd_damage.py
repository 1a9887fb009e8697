"""CGD files that are wrong: one sentence with file and line, and never another exception."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from carvsdb.errors import InputError
from carvsdb_ingest.analysis import read_items
from carvsdb_ingest.analysis.item import ReadOptions

DIA = """CRYSTAL
  NAME dia
  GROUP Fd-3m:2
  CELL 2.30940 2.30940 2.30940 90.0 90.0 90.0
  NODE 1 4  0.12500 0.12500 0.62500
  EDGE  0.12500 0.12500 0.62500   0.37500 0.37500 0.37500
END
"""
SQL = "CRYSTAL\nNAME sql\nGROUP p4mm\nCELL 1 1 90\nNODE 1 4  0 0\nEDGE  0 0  1 0\nEND\n"
GRAPH = "PERIODIC_GRAPH\nNAME sql\nEDGES\n 1 1 0 1\n 1 1 1 0\nEND\n"
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


def read_text(folder: Path, content: str | bytes, name: str = "net.cgd") -> None:
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    read_items(folder / name)


BAD: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", r"net\.cgd: is empty"),
    "blank": (" \n\n", r"is empty"),
    "only a comment": ("# nothing\n", r"no CRYSTAL or PERIODIC_GRAPH block"),
    "binary": (b"CRYSTAL\0\0", r"is a binary file"),
    "not text": (b"CRYSTAL\n\xff\xfe\n", r":2: is no UTF-8 text"),
    "another language": ("hello world", r":1: expected CRYSTAL or PERIODIC_GRAPH, found 'hello'"),
    "cut off": (SQUARES[: SQUARES.index("ATOM C")], r":2: the CRYSTAL block .* has no END"),
    "cut off, then another": (DIA.replace("END", "") + DIA, r":1: the CRYSTAL block .* no END"),
    "missing fields": (SQUARES.replace("ATOM A 2  0.1 0.1 0.5", "ATOM A 2  0.1 0.1"), r":6: an atom needs"),
    "short edge": (
        SQUARES.replace("EDGE B  0.1 0.1 0.5", "EDGE B  0.1 0.1"),
        r":10: edge|:10: an edge needs",
    ),
    "lost edge end": (
        SQUARES.replace("EDGE B  0.9 -0.1 0.5", "EDGE B  0.96 -0.1 0.5"),
        r":11: edge end \(0\.9600, -0\.1000, 0\.5000\) of B meets no atom within 0\.05 Å "
        r"\(nearest: C at 0\.60 Å\); is the cell right\?",
    ),
    "unknown group": (SQUARES.replace("P1", "P7"), r":4: there is no space group 'P7'"),
    "unknown plane group": (SQL.replace("p4mm", "p5mm"), r":3: there is no plane group 'p5mm'"),
    "group against cell": (
        SQUARES.replace("P1", "P6/mmm"),
        r":4: the cell does not have the symmetry of P6/mmm",
    ),
    "self-loop": (
        SQUARES.replace("EDGE A  0.5 0.1 0.5", "EDGE A  0.1 0.1 0.5"),
        r":7: edge of 'A' ends where",
    ),
    "zero cell": (SQUARES.replace("CELL 10 10", "CELL 0 10"), r":5: cell lengths must be"),
    "flat cell": (SQUARES.replace("90 90 90", "90 90 180"), r":5: cell angles must be"),
    "impossible cell": (SQUARES.replace("90 90 90", "30 30 150"), r":5: the cell has no volume"),
    "not a number": (
        SQUARES.replace("ATOM B 2  0.5", "ATOM B 2  nan"),
        r":9: a coordinate must be a finite number",
    ),
    "infinite": (SQUARES.replace("ATOM B 2  0.5", "ATOM B 2  1e999"), r":9: a coordinate must be at most"),
    "absurd": (SQUARES.replace("ATOM B 2  0.5", "ATOM B 2  1e300"), r":9: a coordinate must be at most"),
    "no number": (SQUARES.replace("ATOM B 2  0.5", "ATOM B 2  O.5"), r":9: a coordinate .* got 'O\.5'"),
    "no degree": (SQUARES.replace("ATOM B 2", "ATOM B two"), r":9: a degree must be a whole number"),
    "no cell": ("CRYSTAL\nGROUP Pm-3m\nATOM 1 6 0 0 0\nEND", r":1: the CRYSTAL block has no CELL, and no edges"),
    "net block": ("NET\n Group P432\n Node 1 0,0,0\n Edge 1 1 x+1,y,z\nEND", r":1: NET blocks are not read: .*Systre"),
    "tiling": ("TILING\nGROUP Pm-3m\nFACES 4\nEND", r":1: TILING blocks are not read"),
    "centre of degree 3": (
        SQL.replace("EDGE", "EDGE_CENTER 2 3 0 0\n  EDGE", 1),
        r"centre of an edge has degree 2, got 3",
    ),
    "centre at one end": (
        "CRYSTAL\nGROUP P1\nCELL 3 3 3 90 90 90\nNODE 1 2 0 0 0\nEDGE_CENTER 2 2 .5 0 0\nEDGE 1 2\nEND",
        r":5: the centre of an edge '2' has 1 edges, expected 2",
    ),
    "short cell": (SQUARES.replace("CELL 10 10 10 90", "CELL 10 10 10"), r":5: CELL needs"),
    "two cells": (SQUARES.replace("  GROUP P1", "  CELL 1 1 1 90 90 90"), r":5: a second CELL"),
    "no atoms": ("CRYSTAL\nCELL 1 1 1 90 90 90\nEND", r":1: .* has no atoms"),
    "no edges": ("CRYSTAL\nCELL 1 1 1 90 90 90\nATOM 1 4 0 0 0\nEND", r":1: .* has no edges"),
    "one label twice": (SQUARES.replace("ATOM B", "ATOM A"), r":9: atom 'A' was already given in line 6"),
    "two atoms at one place": (
        SQUARES.replace("ATOM B 2  0.5", "ATOM B 2  0.1"),
        r":9: atom 'B' is at the place of 'A' \(line 6\)",
    ),
    "unknown label": (SQUARES.replace("EDGE B  0.1", "EDGE X  0.1"), r":10: edge names the atom 'X'"),
    "a part of a translation": (
        SQUARES.replace("EDGE B  0.1 0.1 0.5", "EDGE B A 0.5 0 0"),
        r":10: a translation must be whole numbers",
    ),
    "no graph": ("PERIODIC_GRAPH\nEND", r":1: the PERIODIC_GRAPH block has no EDGES"),
    "graph with a self-loop": ("PERIODIC_GRAPH\nEDGES\n1 1 0 0\nEND", r":3: vertex '1' is joined to itself"),
    "graph without offsets": ("PERIODIC_GRAPH\nEDGES\n1 2\nEND", r":3: an edge needs two vertices"),
    "graph of two widths": ("PERIODIC_GRAPH\nEDGES\n1 2 0 0\n1 2 0\nEND", r":4: expected 4 fields"),
    "graph with parts": ("PERIODIC_GRAPH\nEDGES\n1 2 0 0.5\nEND", r":3: an offset must be a whole number"),
    "graph with absurd offsets": (
        "PERIODIC_GRAPH\nEDGES\n1 2 0 99999999\nEND",
        r":3: offsets must be at most",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_files_give_one_sentence_with_file_and_line(case: str, tmp_path: Path) -> None:
    content, sentence = BAD[case]
    with pytest.raises(InputError, match=sentence) as caught:
        read_text(tmp_path, content)
    message = str(caught.value)
    assert message.startswith(str(tmp_path / "net.cgd"))
    assert "\n" not in message


def test_what_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        read_items(tmp_path / "nothing.cgd")
    with pytest.raises(InputError, match="is a directory"):
        read_items(tmp_path)
    with pytest.raises(InputError, match="tolerance"):
        read_items(tmp_path / "nothing.cgd", ReadOptions(tolerance=0.0))
    with pytest.raises(InputError):
        read_items("a\0b.cgd")
    with pytest.raises(InputError):
        read_items(tmp_path / ("x" * 5000))


def test_a_symmetric_block_cannot_exhaust_memory(tmp_path: Path) -> None:
    nodes = "".join(f"NODE {index} 1 0.1 0.2 {index * 1e-5:.5f}\n" for index in range(3000))
    text = f"CRYSTAL\nGROUP Fm-3m\nCELL 100 100 100 90 90 90\n{nodes}EDGE 0 1\nEND"
    with pytest.raises(InputError, match="makes too many atoms"):
        read_text(tmp_path, text)
    crowd = "".join(f"ATOM {index} 1 0.1 0.2 {index * 1e-8:.8f}\n" for index in range(3000))
    with pytest.raises(InputError, match="atoms lie within a few tolerances"):
        read_text(tmp_path, f"CRYSTAL\nGROUP P1\nCELL 9 9 9 90 90 90\n{crowd}EDGE 0 1\nEND")


def read_or_refuse(folder: Path, content: bytes, name: str = "any.cgd") -> None:
    with contextlib.suppress(InputError):
        read_text(folder, content, name)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes, tmp_path: Path) -> None:
    for name in ("any.cgd", "any.data", "any"):
        read_or_refuse(tmp_path, content, name)


WORDS = st.sampled_from(
    [
        *["", "0", "1", "-1", "0.5", "1/0", "1/3", "nan", "-inf", "1e308", "9" * 30, "A", "END", "CRYSTAL"],
        *["EDGE", "#", "ATOM", "p6mm", "Fm-3m", "\u0661", "\u2028", "\x1b[0m", '"', "PERIODIC_GRAPH"],
        *["EDGES", "CELL", "# carvsdb: {"],
    ]
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.sampled_from([DIA, SQL, GRAPH, SQUARES]),
    changes=st.lists(st.tuples(st.integers(0, 200), WORDS), min_size=1, max_size=4),
)
@example(text=SQUARES, changes=[(0, "# carvsdb: " + "[" * 20000)])
def test_damaged_files_are_read_or_refused(text: str, changes: list[tuple[int, str]], tmp_path: Path) -> None:
    words = text.replace("\n", " \n ").split(" ")
    for place, word in changes:
        words[place % len(words)] = word
    read_or_refuse(tmp_path, " ".join(words).encode())
