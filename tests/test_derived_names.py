"""Chains, ladders and subnets are told by what they are, and keep the status of nets without a name."""

from itertools import product
from pathlib import Path

import gemmi
import numpy as np
import pytest
from program import carvsdb

from carvsdb.net import Net, library, relabel, shift, supercell
from carvsdb.topology import identify
from carvsdb.topology.archive import shipped
from carvsdb.topology.derived_names import _BY_KEY, derived_name
from carvsdb.topology.subnets import shipped_subnets

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


def test_subnets_are_proved_by_their_rows() -> None:
    """Each is its parent less some edges, all vertices kept; its group has as many operations as it automorphisms."""
    archive, subnets = shipped(), list(shipped_subnets().values())
    assert len({subnet.name for subnet in subnets}) == len(subnets) == 33
    for subnet in subnets:
        found = identify(subnet.net(archive))
        parent, degrees, symbol = subnet.name.split("-", 2)
        assert (found.key, found.names, found.stable, found.periodicity) == (subnet.key, (), True, 3)
        assert derived_name(found.key) == subnet.name
        large = supercell(archive.get(parent), np.array(subnet.cell))
        net = subnet.net(archive)
        assert subnet.parent == parent
        assert net.n_vertices == large.n_vertices
        assert net.n_edges == large.n_edges - len(subnet.removed)
        assert degrees == ",".join(str(degree) for degree in sorted(set(net.degrees().tolist())))
        group = gemmi.find_spacegroup_by_name(symbol)
        assert group is not None
        assert len(group.operations().sym_ops) == found.n_automorphisms


def test_no_other_subnet_of_flu_has_the_name() -> None:
    """All ways to take an edge from each vertex of degree 4 and two from each of degree 8, in twice the cell of flu."""
    flu = shipped().get("flu")
    found: dict[str, int] = {}
    for cell in ([1, 0, 0], [0, 1, 0], [0, 0, 2]), ([1, 0, 0], [0, 1, 1], [0, 0, 2]):
        large = supercell(flu, np.array(cell))
        degrees = large.degrees()
        of_four = [
            np.flatnonzero((large.edges[:, :2] == vertex).any(axis=1)) for vertex in np.flatnonzero(degrees == 4)
        ]
        for removed in product(*of_four):
            net = Net.from_edges(np.delete(large.edges, removed, axis=0), large.n_vertices)
            if sorted(net.degrees().tolist()) == [3, 3, 3, 3, 6, 6]:
                one = identify(net)
                if one.key is not None and one.multiplicity == 1 and len(set(one.orbits.tolist())) == 2:
                    found[one.key] = one.n_automorphisms or 0
    subnets = {subnet.key: subnet.name for subnet in shipped_subnets().values() if subnet.parent == "flu"}
    # The others are sit, ant, rtl and cml, or share their symbol with another one.
    assert {subnets[key] for key in found if key in subnets} == {"flu-3,6-C2/c", "flu-3,6-Aea2"}
    assert found[next(key for key in subnets if subnets[key] == "flu-3,6-C2/c")] == 4
