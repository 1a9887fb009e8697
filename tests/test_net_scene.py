"""Scenes of nets: places as symmetric as the net, edges that meet their ends, copies told apart, rings that close."""

import json

import numpy as np
import pytest
from numpy.typing import NDArray

from carvsdb.atoms.cell import parameters_of_cell
from carvsdb.net import Net, components, library, relabel, shift, supercell
from carvsdb.net.conventional import conventional_cell
from carvsdb.net.edge_vectors import edge_vectors
from carvsdb.net.realisation import standard_realisation
from carvsdb.net.transforms import in_cell_of
from carvsdb.plots.net import NetStyle, net_figure
from carvsdb.plots.net_scene import NetScene, net_scene
from carvsdb.rings import find_rings
from carvsdb.topology import key_of

TWO_PCU = Net.from_edges([(0, 0, 0, 1, 1), (0, 0, 1, 0, 1), (0, 0, 1, 1, 0)], name="two pcu")


def as_net(scene: NetScene) -> Net:
    return Net.from_edges(scene.edges, len(scene.positions), is_node=scene.is_node)


@pytest.mark.parametrize("name", library.names())
def test_edges_point_into_all_directions_alike_and_vertices_lie_at_the_mean(name: str) -> None:
    net = library.load(name)
    made = standard_realisation(net)
    vectors = edge_vectors(net, made.positions) @ made.cell
    values = np.linalg.eigvalsh(vectors.T @ vectors)
    periodic = components(net)[0].periodicity
    np.testing.assert_allclose(values[3 - periodic :], values[-1], rtol=1e-6)
    np.testing.assert_allclose(values[: 3 - periodic], 0, atol=1e-9)
    pull = np.zeros((net.n_vertices, 3))
    np.add.at(pull, net.edges[:, 0], vectors)
    np.add.at(pull, net.edges[:, 1], -vectors)
    np.testing.assert_allclose(pull, 0, atol=1e-8)
    assert np.linalg.norm(vectors, axis=1).mean() == pytest.approx(1)
    assert made.n_moved == 0


@pytest.mark.parametrize(
    ("name", "a", "c", "angles"),
    [
        ("dia", 4 / np.sqrt(3), 4 / np.sqrt(3), (90, 90, 90)),
        ("sod", 2 * np.sqrt(2), 2 * np.sqrt(2), (90, 90, 90)),
        ("nbo", 2, 2, (90, 90, 90)),
        ("srs", 2 * np.sqrt(2), 2 * np.sqrt(2), (90, 90, 90)),
        ("pcu", 1, 1, (90, 90, 90)),
        ("hcb", np.sqrt(3), 2, (90, 90, 120)),
        ("lon", None, None, (90, 90, 120)),
        ("tbo", None, None, (90, 90, 90)),
    ],
)
def test_the_cell_is_the_one_in_the_books(name: str, a: float | None, c: float | None, angles: tuple[int, ...]) -> None:
    """As RCSR has them (doi:10.1021/ar800124u), in edges: dia in a cube of 4/sqrt(3), sod and srs of 2 sqrt(2)."""
    parameters = parameters_of_cell(net_scene(library.load(name)).cell)
    assert parameters[3:] == pytest.approx(angles)
    if a is not None:
        assert parameters[:3] == pytest.approx([a, a, c])


@pytest.mark.parametrize("name", ["dia", "sod", "qtz", "hcb", "tbo", "ths"])
def test_the_scene_shows_the_same_net_whatever_its_cell_was(name: str) -> None:
    net = library.load(name)
    scene = net_scene(net)
    assert key_of(as_net(scene)) == key_of(net)
    generator = np.random.default_rng(5)
    other = shift(relabel(net, generator.permutation(net.n_vertices)), generator.integers(-3, 4, (net.n_vertices, 3)))
    np.testing.assert_allclose(volume(net_scene(other)), volume(scene), rtol=1e-6)
    spectrum = np.sort(np.linalg.norm(np.diff(scene.edge_ends, axis=1)[:, 0], axis=1))
    again = np.sort(np.linalg.norm(np.diff(net_scene(other).edge_ends, axis=1)[:, 0], axis=1))
    np.testing.assert_allclose(again, spectrum, rtol=1e-6)
    fractions = scene.positions @ np.linalg.inv(scene.cell)
    assert ((fractions > -1e-6) & (fractions < 1)).all()
    np.testing.assert_array_equal(scene.coordination, net.degrees()[scene.vertex])


def volume(scene: NetScene) -> float:
    return abs(float(np.linalg.det(scene.cell))) / len(scene.positions)


def test_copies_within_one_cell_become_components() -> None:
    scene = net_scene(TWO_PCU)
    assert scene.n_components == 2
    counts = np.bincount(scene.component)
    assert counts[0] == counts[1]
    src, dst = scene.edges[:, 0], scene.edges[:, 1]
    np.testing.assert_array_equal(scene.component[src], scene.component[dst])
    own = Net.from_edges(TWO_PCU.edges, positions=[[0.1, 0.2, 0.3]], cell=np.diag([7.0, 8.0, 9.0]))
    placed = net_scene(own)
    assert placed.n_components == 2
    np.testing.assert_allclose(placed.cell, np.diag([14.0, 16.0, 18.0]))
    assert placed.unit == "Å"


def test_separate_components_do_not_lie_on_each_other() -> None:
    edges = [(v, v, *step) for v in (0, 1) for step in np.eye(3, dtype=int).tolist()]
    scene = net_scene(Net.from_edges(edges))
    assert scene.n_components == 2
    a, b = (scene.positions[scene.component == number] for number in (0, 1))
    np.testing.assert_allclose(np.abs(a[0] - b[0]), 0.5, atol=1e-6)  # the middle of the cube


@pytest.mark.parametrize("name", ["dia", "sod", "hcb"])
@pytest.mark.parametrize("own", [False, True])
def test_rings_close_along_edges(name: str, own: bool) -> None:
    net = library.load(name)
    if own:
        made = standard_realisation(net)
        net = Net.from_edges(net.edges, net.n_vertices, positions=made.positions + 7.25, cell=3 * made.cell)
    census = find_rings(net, 12)
    scene = net_scene(net, census)
    per_cell = len(scene.positions) // net.n_vertices
    assert {size: len(rings.vertices) for size, rings in scene.rings.items()} == {
        size: number * per_cell for size, number in census.ring_counts.items()
    }
    known = {tuple(row) for row in scene.edges.tolist()}
    for size, rings in scene.rings.items():
        assert rings.vertices.shape == (len(rings.vertices), size)
        assert not rings.offsets[:, 0].any()
        for vertices, offsets in zip(rings.vertices.tolist(), rings.offsets.tolist(), strict=True):
            for here, there, cell, other in zip(
                vertices, vertices[1:] + vertices[:1], offsets, offsets[1:] + offsets[:1], strict=True
            ):
                step = [b - a for a, b in zip(cell, other, strict=True)]
                assert (here, there, *step) in known or (there, here, *(-one for one in step)) in known
    assert net_scene(net, census, {6}).rings.keys() == {6}


def _stack(directions: int, around: list[tuple[int, int]]) -> Net:
    """Copies of a lattice of one vertex, joined at each vertex as `around` says."""
    steps = np.eye(3, dtype=int)[:directions].tolist()
    copies = range(1 + max(max(pair) for pair in around))
    return Net.from_edges(
        [*((one, one, *step) for one in copies for step in steps), *((*pair, 0, 0, 0) for pair in around)]
    )


HEXAGON = [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (0, 5)]


@pytest.mark.parametrize("cells", [(1, 1, 1), (3, 1, 1)])
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    ("directions", "around"),
    [(1, [(0, 1)]), (2, [(0, 1)]), (1, [(0, 1), (1, 2), (0, 2)]), (1, HEXAGON)],
    ids=["ladder", "double layer", "triangular prism", "tube"],
)
def test_what_the_mean_lays_on_each_other_is_spread_where_nothing_repeats(
    directions: int, around: list[tuple[int, int]], turned: bool, cells: tuple[int, int, int]
) -> None:
    net = supercell(_stack(directions, around), cells)
    if turned:
        net = in_cell_of(net, np.array([[1, 1, 0], [0, 1, 1], [0, 0, 1]]))
    made = standard_realisation(net)
    vectors = edge_vectors(net, made.positions) @ made.cell
    # All edges are one long: those along the rails by the mean, the rungs by the spread.
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    values = np.linalg.eigvalsh(vectors.T @ vectors)
    assert (values > 1e-6).sum() == directions + (1 if len(around) == 1 else 2)
    assert made.n_moved == net.n_vertices
    # The next chain or layer is far enough away: no image is nearer than a neighbour.
    points = (made.positions[:, None] + np.array(list(np.ndindex(3, 3, 3))) - 1).reshape(-1, 3) @ made.cell
    gaps = np.linalg.norm(points[None] - (made.positions @ made.cell)[:, None], axis=2)
    assert gaps[gaps > 1e-9].min() == pytest.approx(1)


def test_ladders_that_cross_stand_on_edge() -> None:
    def ladder(first: int, step: tuple[int, int, int]) -> list[tuple[int, ...]]:
        return [(first, first, *step), (first + 1, first + 1, *step), (first, first + 1, 0, 0, 0)]

    made = standard_realisation(Net.from_edges([*ladder(0, (1, 0, 0)), *ladder(2, (0, 1, 0))]))
    assert made.n_moved == 4
    points = made.positions @ made.cell
    for rung in (points[1] - points[0], points[3] - points[2]):
        np.testing.assert_allclose(np.abs(rung), [0, 0, 1], atol=1e-9)


def test_linkers_stand_in_the_rings_and_dangling_ones_are_moved_off() -> None:
    edges = [(0, 2, 0, 0, 0), (1, 2, 0, 0, 0), (0, 3, 0, 0, 0), (1, 3, 1, 0, 0), (0, 4, 0, 0, 0), (1, 4, 0, 1, 0)]
    net = Net.from_edges([*edges, (0, 5, 0, 0, 0)], is_node=[True, True, False, False, False, False])
    scene = net_scene(net, find_rings(net, 8))
    assert scene.rings[6].vertices.shape[1] == 12
    assert any("1 vertex that shares a place with others was moved" in note for note in scene.notes)
    apart = np.linalg.norm(scene.positions[:, None] - scene.positions[None], axis=2)
    assert apart[np.triu_indices(len(apart), 1)].min() > 0.2


def test_molecules_and_nothing_at_all() -> None:
    assert len(net_scene(Net.from_edges([])).positions) == 0
    triangle = net_scene(Net.from_edges([(0, 1), (1, 2), (0, 2)]))
    assert np.isfinite(triangle.positions).all()
    assert len(np.unique(triangle.positions.round(3), axis=0)) == 3
    assert triangle.repeats == (1, 1, 1)
    picture = net_figure(triangle, NetStyle()).axes[0]
    assert np.isfinite([*picture.get_xlim(), *picture.get_ylim()]).all()


def test_the_same_net_gives_the_same_bytes_and_a_document_of_plain_values() -> None:
    net = library.load("mtn")
    census = find_rings(net, 6)
    first, second = (json.dumps(net_scene(net, census).document(), allow_nan=False) for _ in range(2))
    assert first == second
    assert json.loads(first)["unit"] == "edge"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ([[0, 1, 1], [1, 0, 1], [1, 1, 0]], [2, 2, 2, 90, 90, 90]),
        ([[-1, 1, 1], [1, -1, 1], [1, 1, -1]], [2, 2, 2, 90, 90, 90]),
        ([[1, 0, 0], [-0.5, 0.75**0.5, 0], [0.5, 0.5 / 3**0.5, 1.1]], [1, 1, 3.3, 90, 90, 120]),
        ([[1, 0, 0], [0, 2.3, 0], [0.5, 1.15, 2]], [1, 2.3, 4, 90, 90, 90]),
        ([[1, 0, 0], [5, 1, 0], [3, -7, 1]], [1, 1, 1, 90, 90, 90]),
    ],
)
def test_conventional_cells(cell: list[list[float]], expected: list[float]) -> None:
    rows = np.array(cell, np.float64)
    chosen = conventional_cell(rows)
    np.testing.assert_allclose(parameters_of_cell(chosen @ rows), expected, atol=1e-9)
    assert np.linalg.det(chosen @ rows) > 0


def test_a_cell_of_given_vectors_is_that_cell() -> None:
    net = library.load("dia")
    matrix: NDArray[np.int64] = np.array([[-1, 1, 1], [1, -1, 1], [1, 1, -1]])
    larger = in_cell_of(net, matrix)
    assert larger.n_vertices == 8
    assert key_of(larger) == key_of(net) == key_of(supercell(net, matrix))
