"""The noise of distances, from blocks of space."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from carvsdb.compare import BlockSums, distance_noise, resample
from carvsdb.errors import InputError, RefusedError
from carvsdb.rings import find_rings
from carvsdb_ingest.analysis.read import read_nets

RATES = np.array([0, 0, 0.1, 0.8, 1.2, 2.1, 3.0, 2.9, 3.1, 2.2, 1.0, 0.4])


def poisson_net(seed: int, n_nodes: int = 1000) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    generator = np.random.default_rng(seed)
    return generator.random((n_nodes, 3)), generator.poisson(RATES, (n_nodes, len(RATES)))


def distance(a: BlockSums, b: BlockSums) -> float:
    first, second = (net.counts.sum(axis=0) / net.counts.sum() for net in (a, b))
    return float(np.linalg.norm(first - second) / np.sqrt(2))


@pytest.mark.parametrize("blocks_per_axis", [1, 2, 3, 5])
def test_blocks_partition_the_nodes(blocks_per_axis: int) -> None:
    positions, counts = poisson_net(0)
    blocks = BlockSums.of(positions * 5 - 2, counts, blocks_per_axis)
    assert blocks.n_nodes.shape == (blocks_per_axis**3,)
    assert blocks.n_nodes.sum() == len(counts)
    assert blocks.counts.shape == (blocks_per_axis**3, 32)
    assert blocks.counts[:, : len(RATES)].sum(axis=0).tolist() == counts.sum(axis=0).tolist()
    assert not blocks.counts[:, len(RATES) :].any()


def test_a_node_belongs_to_its_box_wherever_its_image_stands() -> None:
    positions, counts = poisson_net(1)
    shifts = np.random.default_rng(0).integers(-3, 4, positions.shape)
    here, there = BlockSums.of(positions, counts), BlockSums.of(positions + shifts, counts)
    assert np.array_equal(here.counts, there.counts)


def test_coordinates_on_the_faces_are_in_the_cell() -> None:
    edges = np.array([0.0, 1.0, -1.0, -1e-18, np.nextafter(1, 0), 1 / 3, 2 / 3])
    positions = np.column_stack([edges, edges, edges])
    blocks = BlockSums.of(positions, np.ones((len(edges), 1), int))
    assert blocks.n_nodes.sum() == len(edges)
    assert blocks.n_nodes[[0, 13, 26]].tolist() == [4, 1, 2]


def test_equal_blocks_have_no_noise() -> None:
    centres = (np.stack(np.unravel_index(np.arange(27), (3, 3, 3)), axis=1) + 0.5) / 3
    same = BlockSums.of(centres, np.tile(np.arange(10), (27, 1)))
    assert distance_noise(same, None) == (0.0, "blocks")
    assert distance_noise(same, same) == (0.0, "blocks")


def test_crystals_have_none() -> None:
    assert distance_noise(None, None) == (0.0, "none")


def test_two_samples_of_one_distribution_are_as_far_apart_as_the_noise() -> None:
    ratios = []
    for seed in range(20):
        a, b = (BlockSums.of(*poisson_net(number)) for number in (seed, seed + 100))
        noise, kind = distance_noise(a, b)
        assert kind == "blocks"
        ratios.append(distance(a, b) / noise)
    assert 0.8 < np.mean(ratios) < 1.25
    assert max(ratios) < 2.5


def test_nodes_that_vary_together_are_seen() -> None:
    # The same counts spread evenly, or in lumps of the size of a block: only blocks of space tell.
    positions, counts = poisson_net(5)
    order = np.argsort(positions[:, 0])
    lumped = counts[np.argsort(counts[:, :6].sum(axis=1))]
    even, _ = distance_noise(BlockSums.of(positions, counts), None)
    lumps, _ = distance_noise(BlockSums.of(positions[order], lumped), None)
    assert lumps > 1.5 * even


def test_the_noise_is_that_of_both_nets() -> None:
    a, b = BlockSums.of(*poisson_net(1, 400)), BlockSums.of(*poisson_net(2, 1600))
    alone_a, alone_b = distance_noise(a, None)[0], distance_noise(None, b)[0]
    assert alone_a > 1.6 * alone_b
    assert distance_noise(a, b)[0] == pytest.approx(np.hypot(alone_a, alone_b), rel=0.1)


def test_seeds() -> None:
    a, b = BlockSums.of(*poisson_net(1)), BlockSums.of(*poisson_net(2))
    noise = distance_noise(a, b)
    assert distance_noise(a, b) == noise
    assert distance_noise(b, a) == noise
    assert distance_noise(a, b, seed=1)[0] != noise[0]
    assert distance_noise(a, b, seed=1)[0] == pytest.approx(noise[0], rel=0.1)


def test_independent_counts_have_the_noise_of_theory() -> None:
    a, b = BlockSums.of(*poisson_net(1)), BlockSums.of(*poisson_net(2))
    shares = RATES / RATES.sum()
    # A share of T independent counts has the variance r (1 - r) / T; two nets, and a half for the distance.
    expected = np.sqrt((1 - (shares**2).sum()) / (1000 * RATES.sum()))
    assert distance_noise(a, b, n_resamplings=2000)[0] == pytest.approx(expected, rel=0.1)


def test_resampled_vectors_are_normalised_whatever_is_drawn() -> None:
    # One node in 27 boxes: most draws hold no ring and are made again.
    lone = BlockSums.of([[0.5, 0.5, 0.5]], [[0, 0, 0, 0, 0, 12]])
    drawn = resample(lone, 50, np.random.default_rng(0))
    assert drawn.shape == (50, 32)
    assert (drawn == np.eye(32)[5]).all()


def test_no_rings_no_noise() -> None:
    with pytest.raises(RefusedError):
        distance_noise(BlockSums.of([[0.5, 0.5, 0.5]], [[0, 0, 0]]), None)


@pytest.mark.parametrize(
    ("positions", "counts", "blocks_per_axis"),
    [
        (np.zeros((2, 2)), np.ones((2, 5), int), 3),
        (np.full((2, 3), np.nan), np.ones((2, 5), int), 3),
        (np.zeros((2, 3)), np.ones((3, 5), int), 3),
        (np.zeros((2, 3)), np.ones((2, 33), int), 3),
        (np.zeros((2, 3)), np.ones((2, 5)), 3),
        (np.zeros((2, 3)), np.ones((2, 5), int), 0),
    ],
)
def test_bad_arrays(positions: NDArray[np.float64], counts: NDArray[np.int64], blocks_per_axis: int) -> None:
    with pytest.raises(InputError):
        BlockSums.of(positions, counts, blocks_per_axis)


@pytest.mark.slow
def test_two_models_of_one_glass(shared: Path) -> None:
    blocks, nodes = [], []
    for model in ("m1", "m2"):
        (net,) = read_nets(shared / "data" / "amorphous-mof" / "zif" / f"{model}-azif_ace_24-topology.data")
        assert net.positions is not None
        counts = find_rings(net).node_counts
        blocks.append(BlockSums.of(net.positions[net.is_node], counts))
        each = np.zeros((len(counts), 32), np.int64)
        each[:, : counts.shape[1]] = counts
        nodes.append(BlockSums(np.ones(len(counts), np.int64), each))
    # The design's numbers: 0.0075 from single nodes, about 0.017 from 27 blocks; the models are further apart.
    assert distance(*blocks) == pytest.approx(0.0370, abs=1e-4)
    assert distance_noise(*blocks)[0] == pytest.approx(0.0170, abs=0.0008)
    assert distance_noise(*nodes)[0] == pytest.approx(0.0075, abs=0.0004)
