"""The samples of CrystalNets' archives against the archive that ships, as docs/names.md tells it."""

import re
from pathlib import Path

from carvsdb.topology import identify
from carvsdb_ingest.analysis import read_items

DOCS = Path(__file__).resolve().parents[1] / "docs" / "names.md"


def outcome(file: Path) -> tuple[set[str], dict[str, str], set[str]]:
    same, other, unnamed = set(), {}, set()
    for item in read_items(file):
        found = identify(item.net)
        assert found.key is not None
        assert found.multiplicity == 1
        if item.net.name in found.names:
            same.add(item.net.name)
        elif found.names:
            other[item.net.name] = found.names[0]
        else:
            unnamed.add(item.net.name)
    return same, other, unnamed


def listed(pattern: str) -> set[str]:
    match = re.search(pattern, DOCS.read_text(encoding="utf-8"))
    assert match is not None
    return set(match[1].split(", "))


def test_rcsr_sample(shared: Path) -> None:
    same, other, unnamed = outcome(shared / "data" / "rcsr" / "rcsr-sample.arc")
    assert (len(same), other) == (353, {})
    assert unnamed == listed(r"\| 2 of the RCSR: (.*?) \|")


def test_zeolites(shared: Path) -> None:
    same, other, unnamed = outcome(shared / "data" / "rcsr" / "zeolites-sample.arc")
    assert (len(same), other) == (75, {})
    assert unnamed == listed(r"\| 2 zeolites: (.*?) \|")
