"""Chains and ladders are told by what they are, and keep the status of nets without a name."""

from pathlib import Path

import numpy as np
import pytest
from program import carvsdb

from carvsdb.net import Net, library, relabel, shift, supercell
from carvsdb.topology import identify
from carvsdb.topology.archive import shipped
from carvsdb.topology.derived_names import _BY_KEY, derived_name

NETS = {
    "chain": Net.from_edges([(0, 0, 1, 0, 0)]),
    "ladder": Net.from_edges([(0, 0, 1, 0, 0), (1, 1, 1, 0, 0), (0, 1, 0, 0, 0)]),
}


@pytest.mark.parametrize("name", NETS)
def test_what_a_net_is_whatever_its_numbers(name: str) -> None:
    rng = np.random.default_rng(0)
    net = supercell(NETS[name], (3, 1, 1))
    other = shift(relabel(net, rng.permutation(net.n_vertices)), rng.integers(-2, 3, (net.n_vertices, 3)))
    for one in (NETS[name], net, other):
        found = identify(one)
        assert derived_name(found.key) == name
        assert (found.status, found.names) == ("keyed", ())


def test_derived_names_are_none_of_archives() -> None:
    archive = shipped()
    assert not any(archive.names_of(key) for key in _BY_KEY)
    assert derived_name(identify(library.load("dia")).key) is None
    assert derived_name(None) is None


def test_the_command_says_it(tmp_path: Path) -> None:
    file = tmp_path / "chain.cgd"
    file.write_text("PERIODIC_GRAPH\nEDGES\n 1 2 0 0 0\n 2 1 1 0 0\nEND\n")
    done = carvsdb("describe", file)
    assert done.code == 0, done.err
    assert ", a chain" in done.out
    (described,) = carvsdb("describe", file, "--json").json_lines
    assert (described["derived_name"], described["name"], described["status"]) == ("chain", None, "keyed")
