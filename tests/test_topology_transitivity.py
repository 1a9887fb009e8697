"""Kinds of vertices and edges against published lists of edge-transitive nets."""

import pytest

from carvsdb.topology import key_of, net_of_key, transitivity
from carvsdb.topology.archive import shipped

# Delgado-Friedrichs, O'Keeffe & Yaghi, Phys. Chem. Chem. Phys. 9, 1035 (2007), one kind of vertex;
# Acta Cryst. A62, 350 (2006), two kinds.
ONE = [
    "srs",
    "nbo",
    "dia",
    "sod",
    "lcv",
    "lcs",
    "qtz",
    "hxg",
    "pcu",
    "acs",
    "crs",
    "bcs",
    "reo",
    "thp",
    "rhr",
    "ana",
    "bcu",
    "fcu",
    "lcy",
]
TWO = [
    "alb",
    "csq",
    "flu",
    "ftw",
    "gar",
    "ibd",
    "iac",
    "ifi",
    "ith",
    "mgc",
    "nia",
    "ocu",
    "pto",
    "pts",
    "pyr",
    "rht",
    "scu",
    "she",
    "shp",
    "soc",
    "spn",
    "ssa",
    "ssb",
    "stp",
    "tbo",
    "the",
    "toc",
    "ttt",
    "twf",
]


@pytest.mark.parametrize(("names", "kinds"), [(ONE, 1), (TWO, 2)])
def test_edge_transitive_nets_have_one_kind_of_edge(names: list[str], kinds: int) -> None:
    keys = {name: key_of(shipped().get(name)) for name in names if name in shipped()}
    assert len(keys) > 15
    assert {name: transitivity(key) for name, key in keys.items()} == dict.fromkeys(keys, (kinds, 1))


def test_other_nets() -> None:
    # RCSR: lon 1222, sra 1332, mtn 3443, gis 1232.
    for name, wanted in {"lon": (1, 2), "sra": (1, 3), "mtn": (3, 4), "gis": (1, 2), "hcb": (1, 1)}.items():
        key = key_of(shipped().get(name))
        assert transitivity(key) == wanted
        assert transitivity(key_of(net_of_key(key))) == wanted
