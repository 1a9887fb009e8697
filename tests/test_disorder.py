"""Structures with atoms in alternative positions: the net is that of one of them, and the doubt is said."""

from pathlib import Path

import pytest

from carvsdb.topology import identify
from carvsdb_ingest.analysis import read_items


@pytest.mark.parametrize("name", ["superposed-noocc", "superposed-occ", "superposed-p1-5050"])
def test_superposed_rings_hold_the_net_together(name: str, shared: Path) -> None:
    # Bipyridine linkers between Zn, each ring in two places about its axis.
    (item,) = read_items(shared / "cases" / "atoms" / f"{name}.cif")
    assert identify(item.net).names == ("pcu",)
    assert "C atoms of rings in several places, not pruned: 6" in item.quality
