"""The samples of CrystalNets' archives against the archive that ships, as docs/names.md tells it."""

from pathlib import Path

import pytest

from carvsdb.topology import identify
from carvsdb_ingest.analysis import read_items


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


@pytest.mark.parametrize(
    ("sample", "number"), [("rcsr-sample.arc", 355), ("zeolites-sample.arc", 77), ("missing.arc", 13)]
)
def test_each_net_has_its_name(sample: str, number: int, shared: Path) -> None:
    same, other, unnamed = outcome(shared / "data" / "rcsr" / sample)
    assert (len(same), other, unnamed) == (number, {}, set())
