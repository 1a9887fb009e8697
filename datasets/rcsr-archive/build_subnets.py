r"""Build the table of subnets that comes with carvsdb: nets without a name that are nets with a name, less some edges.

Run::

    pip install spglib
    python datasets/rcsr-archive/build_subnets.py core.duckdb carvsdb/topology/data/subnets.tsv.gz

``core.duckdb`` is a catalogue; its nets without a name say which subnets are looked for. A parent is a net of the
archive with at most two kinds of vertices, with one kind of edges and at most four vertices in its cell, or two kinds
of edges and two vertices. In this cell and in twice this cell (each class under the symmetry of the parent once) every
set of edges is taken out that leaves vertices of one degree with one degree again. What is left is a subnet if it is
connected, periodic in three directions and has at most two kinds of vertices. It is called by the names of ToposPro's
collection TTD: parent, degrees, and space group of its most symmetric embedding, ``flu-3,6-C2/c``: Blatov, Acta Cryst.
A 63, 329 (2007), doi:10.1107/S0108767307022088. The group is that of all automorphisms in the barycentric placement,
told by spglib: Togo, Shinohara & Tanaka, Sci. Technol. Adv. Mater. Meth. 4, 2384822 (2024),
doi:10.1080/27660400.2024.2384822.

TTD numbers nets that agree in all three (``fsc-3,5-Cmce-2``), in an order that is its own. So a name is given only
where one net has it among all subnets of the parent in cells up to its own. Each row has the proof: the parent, the
cell, and the edges to take out. The same input gives the same bytes.
"""

import gzip
import itertools
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.catalogue import Catalogue
from carvsdb.net import Adjacency, Net, supercell
from carvsdb.net.lattice import hermite_basis
from carvsdb.net.placement import place
from carvsdb.optional_packages import load_optional
from carvsdb.rings import coordination_sequences
from carvsdb.topology import Archive, canonical, identify, net_of_key
from carvsdb.topology.subnets import Subnet, write_subnet

MOST_PARENT_VERTICES, MOST_CELLS, LARGEST_DEGREE, MOST_KINDS = 4, 2, 12, 2
MOST_TRIED = 300
"""Sets of edges of one family; a larger family is left out."""

_NEAR = 1e-6
_UNNAMED = "SELECT key FROM net WHERE status = 'keyed' AND key LIKE 'ck1:3 %' GROUP BY key HAVING count(*) > 1"
Matrix = NDArray[np.int64]
Signature = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Parent:
    """A net of which edges are taken out; its `turns` are those of lattice vectors under its automorphisms."""

    name: str
    net: Net
    edge_kinds: int
    turns: tuple[Matrix, ...]


@dataclass(frozen=True, slots=True)
class Family:
    """Subnets of one parent in cells of one size, with certain degrees in place of the parent's."""

    parent: Parent
    n_cells: int
    degrees: tuple[tuple[int, int], ...]


def parents(archive: Archive) -> Iterator[Parent]:
    """Yield the parents: nets of RCSR proper, without the derived ones (``-a``, ``-b`` ...)."""
    for key in archive:
        name = archive.names_of(key)[0]
        if name != name.lower() or "-" in name or not key.startswith("ck1:3 "):
            continue
        net = net_of_key(key, name)
        if net.n_vertices > MOST_PARENT_VERTICES or net.degrees().max() > LARGEST_DEGREE:
            continue
        found = canonical(net, 3)
        edge_kinds = len(set(found.edge_orbits.tolist()))
        few = edge_kinds == 1 or (edge_kinds == MOST_KINDS and net.n_vertices <= MOST_KINDS)
        if few and found.stable and len(set(found.vertex_orbits.tolist())) <= MOST_KINDS:
            turns = {turn.astype(np.int64).tobytes(): turn.astype(np.int64) for turn, _ in automorphisms(net)}
            yield Parent(name, net, edge_kinds, tuple(turns.values()))


def families(parent: Parent, wanted: set[Signature]) -> Iterator[Family]:
    """Yield the families of a parent that may hold nets with the degrees of one that is wanted."""
    numbers = Counter(parent.net.degrees().tolist())
    before = sorted(numbers)
    for n_cells in range(1, MOST_CELLS + 1):
        for after in itertools.product(*(range(3, degree + 1) for degree in before)):
            signature: Counter[int] = Counter()
            for old, new in zip(before, after, strict=True):
                signature[new] += numbers[old] * n_cells
            if list(after) != before and tuple(sorted(signature.items())) in wanted:
                yield Family(parent, n_cells, tuple(zip(before, after, strict=True)))


def members(family: Family) -> dict[str, Subnet] | None:
    """Return the subnets of a family by their keys, without names yet; None if there are too many sets of edges."""
    parent, degrees = family.parent, dict(family.degrees)
    found: dict[str, Subnet] = {}
    larger = []
    for cell in cells(parent, family.n_cells):
        large = supercell(parent.net, cell)
        spare = np.array([degree - degrees[degree] for degree in large.degrees().tolist()])
        larger.append((cell, large, spare))
    if len(list(itertools.islice(_all_sets(larger), MOST_TRIED + 1))) > MOST_TRIED:
        return None
    for cell, large, spare in larger:
        for chosen in edge_sets(large, spare):
            net = Net.from_edges(np.delete(large.edges, chosen, axis=0), large.n_vertices)
            if len(np.unique(coordination_sequences(net)[:, :6], axis=0)) > MOST_KINDS:
                continue  # more kinds of vertices than may be, and soon told
            identity = identify(net)
            if (
                identity.key is None
                or identity.periodicity < 3
                or identity.multiplicity != 1
                or not identity.stable
                or len(set(identity.orbits.tolist())) > MOST_KINDS
            ):
                continue
            removed = tuple(map(tuple, large.edges[chosen].tolist()))
            found.setdefault(identity.key, Subnet(identity.key, "", parent.name, cell, removed))
    return found


def _all_sets(larger: list[tuple[Any, Net, Matrix]]) -> Iterator[int]:
    """Yield something for each set of edges, at the least cost."""
    for _, large, spare in larger:
        for chosen in edge_sets(large, spare):
            yield len(chosen)


def name_of(family: Family, key: str) -> str:
    """Return parent, degrees and space group."""
    degrees = ",".join(str(degree) for degree in sorted({new for _, new in family.degrees}))
    return f"{family.parent.name}-{degrees}-{space_group(net_of_key(key))}"


def cells(parent: Parent, size: int) -> list[tuple[tuple[int, ...], ...]]:
    """Return the sublattices of an index, one of each class under the automorphisms of a net."""
    found = set()
    for first in range(1, size + 1):
        for second in range(1, size // first + 1):
            third = size // (first * second)
            if first * second * third != size:
                continue
            for a, b, c in itertools.product(range(second), range(third), range(third)):
                rows = np.array([[first, a, b], [0, second, c], [0, 0, third]])
                images = (hermite_basis(rows @ turn).tolist() for turn in parent.turns)
                found.add(min(tuple(map(tuple, image)) for image in images))
    return sorted(found)


def edge_sets(net: Net, spare: Matrix) -> Iterator[list[int]]:
    """Yield all sets of edges of which each vertex has as many as it can spare."""
    ends = net.edges[:, :2].tolist()
    behind = np.zeros((len(ends) + 1, net.n_vertices), np.int64)
    for index in range(len(ends) - 1, -1, -1):
        behind[index] = behind[index + 1]
        for vertex in ends[index]:
            behind[index, vertex] += 1
    left, chosen = spare.copy(), list[int]()

    def further(index: int) -> Iterator[list[int]]:
        if index == len(ends):
            if not left.any():
                yield chosen
            return
        src, dst = ends[index]
        left[src] -= 1
        left[dst] -= 1
        if left[src] >= 0 and left[dst] >= 0:
            chosen.append(index)
            yield from further(index + 1)
            chosen.pop()
        left[src] += 1
        left[dst] += 1
        if left[src] <= behind[index + 1, src] and left[dst] <= behind[index + 1, dst]:
            yield from further(index + 1)

    yield from further(0)


def automorphisms(net: Net) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Return the automorphisms of a stable net as affine maps ``x @ turn + moved`` of its barycentric placement.

    One for each class modulo translations. Bases of vectors around one vertex are mapped onto such bases.
    """
    places = place(net, 3).approximate
    adjacency = Adjacency.of(net)
    around = [
        [
            (
                int(adjacency.neighbours[end]),
                places[adjacency.neighbours[end]] + adjacency.offsets[end] - places[vertex],
            )
            for end in range(adjacency.starts[vertex], adjacency.starts[vertex + 1])
        ]
        for vertex in range(net.n_vertices)
    ]
    arms = around
    while not any(_rank(row) == 3 for row in arms):
        arms = [[(far, arm + more) for near, arm in row for far, more in around[near]] for row in arms]
    start = min((vertex for vertex in range(net.n_vertices) if _rank(arms[vertex]) == 3), key=lambda v: len(arms[v]))
    inverse = np.linalg.inv(next(_bases(arms[start])))
    found = {}
    for vertex in range(net.n_vertices):
        for basis in _bases(arms[vertex]) if len(arms[vertex]) == len(arms[start]) else ():
            turn = inverse @ basis
            if np.abs(turn - turn.round()).max() > _NEAR or abs(abs(np.linalg.det(turn)) - 1) > _NEAR:
                continue
            moved = places[vertex] - places[start] @ turn
            if _maps_onto_itself(places, around, turn, moved):
                turn, moved = turn.round(), moved - np.floor(moved + _NEAR)
                found[(*turn.astype(int).ravel().tolist(), *moved.round(5).tolist())] = turn, moved
    return list(found.values())


def _rank(row: list[Any]) -> int:
    return int(np.linalg.matrix_rank(np.array([arm for _, arm in row]), tol=_NEAR))


def _bases(row: list[Any]) -> Iterator[NDArray[np.float64]]:
    arms = sorted({tuple(arm.round(9).tolist()) for _, arm in row})
    for chosen in itertools.permutations(arms, 3):
        basis = np.array(chosen)
        if abs(np.linalg.det(basis)) > _NEAR:
            yield basis


def _maps_onto_itself(
    places: NDArray[np.float64], around: list[Any], turn: NDArray[np.float64], moved: NDArray[np.float64]
) -> bool:
    images = []
    for here in places @ turn + moved:
        apart = here - places
        nearest = np.abs(apart - apart.round()).max(axis=1)
        images.append(int(nearest.argmin()))
        if nearest.min() > _NEAR:
            return False
    if len(set(images)) < len(images):
        return False
    for vertex, image in enumerate(images):
        there = sorted((images[other], *((arm @ turn).round(5) + 0.0)) for other, arm in around[vertex])
        own = sorted((other, *(arm.round(5) + 0.0)) for other, arm in around[image])
        if len(there) != len(own) or not np.allclose(there, own, atol=1e-4):
            return False
    return True


def space_group(net: Net) -> str:
    """Return the space group of the most symmetric embedding of a stable net: ``C2/c``, ``P42/mnm``."""
    spglib = load_optional("spglib", "spglib", "the space group of a subnet")
    found = automorphisms(net)
    metric = sum(turn @ turn.T for turn, _ in found)
    told = spglib.get_spacegroup_type_from_symmetry(
        np.array([turn.T for turn, _ in found]).astype("intc"),
        np.array([moved for _, moved in found]),
        lattice=np.linalg.cholesky(metric),
        symprec=1e-4,
    )
    return str(told.international_short).replace("_", "")


def unnamed(path: Path) -> set[str]:
    """Return the keys without a name of a catalogue that subnets may have, and that two structures have."""
    with Catalogue.open(path, read_only=True) as catalogue:
        rows = catalogue.query(_UNNAMED).rows()
    found = set()
    for row in rows:
        key = str(row["key"])
        if " + " in key or net_of_key(key).n_vertices > MOST_PARENT_VERTICES * MOST_CELLS:
            continue
        identity = identify(net_of_key(key))
        if identity.stable and not identity.names and len(set(identity.orbits.tolist())) <= MOST_KINDS:
            found.add(key)
    return found


def build(keys: set[str], archive: Archive) -> list[Subnet]:
    """Return a subnet for each key that is one with a name that no other has, and for other members of its family."""
    wanted = {tuple(sorted(Counter(net_of_key(key).degrees().tolist()).items())) for key in keys}
    ranked: dict[str, list[tuple[int, int, str, Subnet]]] = {}
    for parent in sorted(parents(archive), key=lambda one: one.name):
        hits = too_large = 0
        for family in families(parent, wanted):
            found = members(family)
            too_large += found is None
            if found is None or not keys & set(found):
                continue
            smaller = [members(Family(parent, size, family.degrees)) for size in range(1, family.n_cells)]
            hits += 1
            names: dict[str, set[str]] = {}
            for key in itertools.chain(found, *(one or () for one in smaller)):
                names.setdefault(name_of(family, key), set()).add(key)
            for name, same in names.items():
                (key, *others) = same
                if not others and key in found and not archive.names_of(key):
                    subnet = replace(found[key], name=name)
                    rank = (parent.edge_kinds, len(subnet.removed), parent.name, subnet)
                    ranked.setdefault(key, []).append(rank)
        print(f"{parent.name}: {hits} families, {too_large} too large", file=sys.stderr, flush=True)
    # Of several parents that with fewer kinds of edges, then that of which fewer edges are taken out.
    chosen = (min(ranks, key=lambda rank: rank[:3])[3] for ranks in ranked.values())
    return sorted(chosen, key=lambda one: (one.name, one.key))


def main() -> None:
    """Write the table."""
    catalogue, target = map(Path, sys.argv[1:])
    keys = unnamed(catalogue)
    rows = build(keys, Archive.load_default())
    text = "".join(write_subnet(one) + "\n" for one in rows)
    target.write_bytes(gzip.compress(text.encode(), mtime=0))
    print(f"{len(rows)} subnets; {len(keys & {one.key for one in rows})} of {len(keys)} keys without a name")


if __name__ == "__main__":
    main()
