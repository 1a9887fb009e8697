"""Archives of nets are read as graphs."""

from pathlib import Path

import pytest

from carvsdb.errors import InputError
from carvsdb.topology import identify, key_of
from carvsdb_ingest.analysis import read_items

ARCHIVE = """\
key\t3 1 2 0 0 0 1 2 1 0 0 1 2 0 1 0 1 2 0 0 1
id\tdia
id\tdiamond

key 2 1 1 1 0 1 1 0 1
version 1.0
id sql
"""


def write(folder: Path, text: str, name: str = "nets.arc") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_keys_and_names_are_read(tmp_path: Path) -> None:
    dia, sql = read_items(write(tmp_path, ARCHIVE))
    assert dia.provenance["names"] == ["dia", "diamond"]
    assert (dia.net.name, sql.net.name) == ("dia", "sql")
    assert (dia.line, sql.line) == (1, 5)
    assert identify(dia.net).names == ("dia",)
    assert identify(sql.net).names == ("sql",)


def test_content_tells_the_format(tmp_path: Path) -> None:
    assert len(read_items(write(tmp_path, ARCHIVE, "archive.txt"))) == 2


def test_the_text_of_a_key_is_not_trusted(tmp_path: Path) -> None:
    first, second = read_items(write(tmp_path, "key 2 1 1 1 0 1 1 0 1\nid a\nkey 2 1 1 1 1 1 1 1 2\nid b\n"))
    assert key_of(first.net) == key_of(second.net)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id dia\n", "1: a name stands above"),
        ("key 3 1 2 0 0\n", "5 numbers an edge, got 4"),
        ("key 4 1 1 1 0 0 0\n", "1 to 3 periodic directions"),
        ("key 1 1 3 1\n", "without gaps"),
        ("key 1 1 99999999999 1\n", "without gaps"),
        ("key 1 0 1 1\n", "without gaps"),
        ("key 1 1 1 0\n", "joined to itself"),
        ("key 1 1 1 99999999999999\n", "at most 1000000"),
        ("key 1 1 1 x\n", "whole number"),
        ("key\n", "empty"),
        ("key 1 1 1 1\nid\n", "2: an id line has no name"),
        ("dia 1 1 1 1\n", "expected a line 'key"),
        ("# nothing\n", "no key"),
    ],
)
def test_damaged_archives_are_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_items(write(tmp_path, text))
