"""Keys are the same in every dress of a net, differ between nets, and are the net."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_isomorphism import are_isomorphic, connected_part
from strategies import nets

from carvsdb.errors import InputError, RefusedError
from carvsdb.net import Net, components, library, relabel, shift, supercell
from carvsdb.topology import Canonical, canonical, identify, key_of, net_of_key, short_id
from carvsdb.topology.branching import TooSymmetricError

LADDER = [(0, 0, 1), (1, 1, 1), (0, 1, 0)]
TWISTED_LADDER = [(0, 1, 0), (0, 1, 1), (0, 1, -1)]
PRISM = [(0, 0, 1), (1, 1, 1), (2, 2, 1), (0, 1, 0), (1, 2, 0), (0, 2, 0)]
DOUBLE_LAYER = [(0, 0, 1, 0), (0, 0, 0, 1), (1, 1, 1, 0), (1, 1, 0, 1), (0, 1, 0, 0)]
TWIGS = [(0, 0, 1, 0, 0), (0, 0, 0, 1, 0), (0, 0, 0, 0, 1), (0, 1), (0, 2), (1, 3), (2, 4)]
CUBE = [(0, 1), (1, 2), (2, 3), (0, 3), (4, 5), (5, 6), (6, 7), (4, 7), (0, 4), (1, 5), (2, 6), (3, 7)]
UNSTABLE: dict[str, Sequence[tuple[int, ...]]] = {
    "ladder": LADDER,
    "prism": PRISM,
    "double layer": DOUBLE_LAYER,
    "twigs": TWIGS,
}


def net_of(edges: Sequence[tuple[int, ...]]) -> Net:
    return Net.from_edges([(*edge, *[0] * (5 - len(edge))) for edge in edges])


def dressed(net: Net, dimension: int, generator: np.random.Generator, *, enlarged: bool = True) -> Net:
    """Return a net in other numbers, other representatives, another basis and, maybe, a larger cell."""
    repeats = [1, 1, 1]
    if enlarged and dimension:
        repeats[int(generator.integers(dimension))] = 2
    larger = supercell(net, repeats)
    moves = np.zeros((larger.n_vertices, 3), np.int64)
    moves[:, :dimension] = generator.integers(-2, 3, (larger.n_vertices, dimension))
    moved = relabel(shift(larger, moves), generator.permutation(larger.n_vertices))
    basis = np.eye(3, dtype=np.int64)
    for _ in range(4 if dimension > 1 else 0):
        row, other = generator.choice(dimension, 2, replace=False)
        basis[row] += int(generator.integers(-1, 2)) * basis[other]
    rows = moved.edges.astype(np.int64)
    rows[:, 2:] = rows[:, 2:] @ basis
    return Net.from_edges(rows, moved.n_vertices)


def form(net: Net) -> Canonical:
    return canonical(*connected_part(net))


@pytest.mark.parametrize("name", library.names())
def test_keys_are_the_same_in_every_dress(name: str) -> None:
    net = library.load(name)
    dimension = components(net)[0].periodicity
    generator = np.random.default_rng(sum(map(ord, name)))
    key = key_of(net)
    for _ in range(3):
        assert key_of(dressed(net, dimension, generator)) == key
    assert key_of(net_of_key(key)) == key


def test_keys_of_the_library_differ() -> None:
    assert len({key_of(net) for net in library.load_all()}) == len(library.names())


@pytest.mark.parametrize("name", sorted(UNSTABLE))
def test_unstable_nets_have_keys_in_every_dress(name: str) -> None:
    net = net_of(UNSTABLE[name])
    found = form(net)
    assert found.stable is False
    generator = np.random.default_rng(1)
    for _ in range(5):
        dimension = components(net)[0].periodicity
        assert key_of(dressed(net, dimension, generator)) == found.key


def test_one_net_with_two_groups_of_translations_has_one_key() -> None:
    assert key_of(net_of(LADDER)) == key_of(net_of(TWISTED_LADDER))
    twisted = [(0, 1, 1), (1, 2, 1), (2, 0, 1), (0, 1, 0), (1, 2, 0), (0, 2, 0)]
    mirrored = [(0, 1, 1), (1, 0, 1), (2, 2, 1), (0, 1, 0), (1, 2, 0), (0, 2, 0)]
    assert key_of(net_of(PRISM)) == key_of(net_of(twisted)) == key_of(net_of(mirrored))


@pytest.mark.parametrize(
    ("name", "order", "n_orbits"),
    [("dia", 48, 1), ("lon", 24, 1), ("qtz", 12, 1), ("srs", 24, 1), ("mtn", 48, 3), ("sql", 8, 1), ("pto", 48, 2)],
)
def test_automorphisms_are_the_point_group_of_the_highest_symmetry(name: str, order: int, n_orbits: int) -> None:
    found = form(supercell(library.load(name), (2, 1, 1)))
    assert found.n_automorphisms == order
    assert len(set(found.vertex_orbits.tolist())) == n_orbits
    assert found.cell.index == 2


@pytest.mark.parametrize(
    ("edges", "order"),
    [
        (CUBE, 48),
        ([(i, j) for i in range(5) for j in range(i)], 120),
        (
            [(i, (i + 1) % 5) for i in range(5)]
            + [(i + 5, (i + 2) % 5 + 5) for i in range(5)]
            + [(i, i + 5) for i in range(5)],
            120,
        ),
        (TWIGS, 96),
        ([(0, 1), (0, 2), (0, 3), (0, 4)], 24),
    ],
    ids=["cube", "K5", "Petersen", "twigs", "star"],
)
def test_order_of_groups_where_vertices_collide(edges: Sequence[tuple[int, ...]], order: int) -> None:
    assert form(net_of(edges)).n_automorphisms == order


def test_edge_orbits() -> None:
    assert len(set(form(library.load("dia")).edge_orbits.tolist())) == 1
    assert len(set(form(library.load("lon")).edge_orbits.tolist())) == 2


@settings(max_examples=60, deadline=None)
@given(net=nets(), seed=st.integers(0, 2**32 - 1))
def test_random_nets_keep_their_keys_and_keys_are_the_net(net: Net, seed: int) -> None:
    part, dimension = connected_part(net)
    found = canonical(part, dimension)
    generator = np.random.default_rng(seed)
    assert form(dressed(part, dimension, generator)).key == found.key
    if found.cell.net.n_vertices < 6:
        assert are_isomorphic(net_of_key(found.key), found.cell.net, dimension)


@settings(max_examples=80, deadline=None)
@given(first=nets(max_vertices=3, max_edges=5), second=nets(max_vertices=3, max_edges=5))
def test_keys_decide_as_the_naive_twin_does(first: Net, second: Net) -> None:
    one, dimension = connected_part(first)
    other, other_dimension = connected_part(second)
    a, b = canonical(one, dimension), canonical(other, other_dimension)
    naive = dimension == other_dimension and are_isomorphic(a.cell.net, b.cell.net, dimension)
    if naive:
        assert a.key == b.key
    # An unstable net may have primitive cells that are different graphs.
    elif a.stable is not False:
        assert a.key != b.key


def test_interpenetrating_copies_are_counted() -> None:
    dia = library.load("dia")
    second = dia.edges.copy()
    second[:, :2] += 2
    both = identify(Net.from_edges(np.concatenate([dia.edges, second])))
    assert (both.status, both.names, both.multiplicity) == ("named", ("dia",), 2)
    # One component of the quotient graph can be two nets: here edges lead to every other cell only.
    pcu = Net.from_edges([(0, 0, 1, 1, 0), (0, 0, 1, 0, 1), (0, 0, 0, 1, 1)])
    assert (identify(pcu).names, identify(pcu).multiplicity) == (("pcu",), 2)


def test_different_components() -> None:
    dia, pcu = library.load("dia"), library.load("pcu").edges.copy()
    pcu[:, :2] += 2
    finite = np.array([(3, 4, 0, 0, 0)])
    found = identify(Net.from_edges(np.concatenate([dia.edges, pcu, finite])))
    assert found.status == "named"
    assert found.names == ("dia + pcu",)
    assert [(part.names, part.periodicity, part.multiplicity) for part in found.components] == [
        (("dia",), 3, 1),
        (("pcu",), 3, 1),
        ((), 0, 1),
    ]
    assert found.multiplicity is None
    assert found.orbits.tolist() == [0, 0, 1, 2, 2]


def test_many_finite_parts_are_quick() -> None:
    molecules = np.arange(0, 3000).reshape(-1, 3)
    edges = [(0, 0, 1, 0, 0), *((a + 1, b + 1, 0, 0, 0) for a, b, _ in molecules.tolist())]
    found = identify(Net.from_edges(edges, 20_000))
    assert [(part.periodicity, part.multiplicity) for part in found.components] == [(1, 1), (0, 1000), (0, 17_999)]
    assert found.status == "keyed"


def test_layers_are_counted_per_cell() -> None:
    found = identify(supercell(library.load("sql"), (1, 1, 3)))
    assert found.names == ("sql",)
    assert (found.periodicity, found.multiplicity, found.components[0].per_cell) == (2, 3, True)


def test_no_net() -> None:
    assert identify(Net.from_edges(np.zeros((0, 5), int), 3)).cause == "no bonds"
    molecule = identify(net_of(CUBE))
    assert (molecule.status, molecule.cause, molecule.key) == ("no net", "0-periodic", None)


def test_linkers_are_contracted() -> None:
    pcu = [(0, 1, 0, 0, 0), (0, 2, 0, 0, 0), (0, 3, 0, 0, 0), (0, 1, -1, 0, 0), (0, 2, 0, -1, 0), (0, 3, 0, 0, -1)]
    found = identify(Net.from_edges(pcu, is_node=[True, False, False, False]))
    assert found.names == ("pcu",)
    assert found.orbits.tolist() == [0, -1, -1, -1]


def test_unnamed_nets_have_a_short_id() -> None:
    found = identify(net_of([(0, 0, 1, 0, 0), (0, 0, 0, 1, 0), (0, 0, 0, 0, 1), (0, 0, 2, 3, 5)]))
    assert found.status == "keyed"
    assert found.key is not None
    assert found.short_id == short_id(found.key)
    assert found.name is None


def test_hostile_nets_are_refused() -> None:
    with pytest.raises(RefusedError, match="cells away"):
        identify(Net.from_edges([(0, 0, 2**31 - 1, 0, 0), (0, 0, 0, 1, 0)]))
    with pytest.raises(RefusedError, match="identified up to 100000"):
        identify(Net.from_edges([(0, 1, 0, 0, 0)], 200_000))
    with pytest.raises(InputError, match="2 components"):
        key_of(Net.from_edges([(0, 0, 1), (1, 1, 1)]))


def test_large_offsets_do_not_change_the_key() -> None:
    generator = np.random.default_rng(3)
    dia = library.load("dia")
    assert key_of(shift(dia, generator.integers(-400_000, 400_000, (2, 3)))) == key_of(dia)


def test_large_cells() -> None:
    cell = supercell(library.load("pcu"), (8, 9, 10))
    assert identify(cell).names == ("pcu",)
    chain = Net.from_edges([(0, 0, 1, 0, 0)] + [(vertex, vertex + 1, 0, 0, 0) for vertex in range(20_001)])
    assert (identify(chain).status, identify(chain).cause) == ("unkeyed", "too large")


@pytest.mark.parametrize("size", [3, 20])
def test_a_finite_part_of_many_automorphisms_is_quick(size: int) -> None:
    block = [(i, size + j, 0, 0, 0) for i in range(size) for j in range(size)]
    net = Net.from_edges([*block, (0, 1, 1, 0, 0), (1, 2, 0, 1, 0), (0, 2, 0, 0, 1)], 2 * size)
    found = identify(net)
    assert found.status == "keyed"
    other = relabel(supercell(net, (2, 1, 1)), np.random.default_rng(0).permutation(4 * size))
    assert identify(other).key == found.key


def test_finite_parts_that_move_alone_do_not_hide_translations() -> None:
    leaves = [(0, 0, 1), (0, 0, 0, 1), (0, 0, 0, 0, 1), *((0, leaf) for leaf in range(1, 4))]
    forked = [(0, 0, 1), (0, 0, 0, 1), (0, 0, 0, 0, 1), (0, 1), (0, 2), (1, 3), (1, 4), (2, 5), (2, 6)]
    generator = np.random.default_rng(5)
    for edges, order in ((leaves, 48 * 6), (forked, 48 * 8)):
        net = net_of(edges)
        for repeats in ((1, 1, 1), (2, 1, 1), (2, 2, 1)):
            found = form(dressed(supercell(net, repeats), 3, generator))
            assert found.key == key_of(net)
            assert found.n_automorphisms == order


def test_too_symmetric_nets_say_so() -> None:
    chain = Net.from_edges([(first, second, 1, 0, 0) for first in range(7) for second in range(7)])
    with pytest.raises(TooSymmetricError):
        key_of(chain)
    assert (identify(chain).status, identify(chain).cause) == ("unkeyed", "too symmetric")
