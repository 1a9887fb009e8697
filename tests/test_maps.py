"""Maps: umap's own graph from exact neighbours, other inputs, nets put onto a stored map, groups, and what is true."""

import shutil
import warnings
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from program import carvsdb

from carvsdb.catalogue import Catalogue
from carvsdb.compare import EmbeddingOptions, distance_matrix, fit_embedding
from carvsdb.compare.embedding import map_features
from carvsdb.compare.map_quality import clusters, trust
from carvsdb.compare.projection import project
from carvsdb.compare.umap_graph import exact_neighbours, neighbour_graph, neighbours_with_self
from carvsdb.errors import InputError, RefusedError
from carvsdb.net import library
from carvsdb_ingest.sources import source_named
from carvsdb_ingest.tasks.pipeline import ingest_collection
from carvsdb_schemas.map_answers import MapAnswer


def vectors(n: int, seed: int = 0) -> NDArray[np.float64]:
    return np.random.default_rng(seed).dirichlet(np.full(32, 0.3), n)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue of the exact nets, with a UMAP and a PCA of them."""
    path = tmp_path_factory.mktemp("maps") / "nets.duckdb"
    with Catalogue.open(path) as catalogue:
        ingest_collection(catalogue, source_named("exact-nets"))
        catalogue.embed(EmbeddingOptions("umap", n_neighbors=8))
        catalogue.embed(EmbeddingOptions("pca"))
    return path


@pytest.mark.slow  # umap compiles the functions that are compared with
@pytest.mark.parametrize(("n", "k"), [(6, 5), (30, 10), (200, 50)])
def test_the_graph_is_the_one_that_umap_makes(n: int, k: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ImportWarning)  # umap's of Tensorflow
        from umap.umap_ import fuzzy_simplicial_set

    points = map_features(vectors(n)).astype(np.float32).astype(np.float64)
    rows, distances = neighbours_with_self(points, k)
    graph, lengths = neighbour_graph(rows, distances)
    theirs, _, _, spans = fuzzy_simplicial_set(
        points.astype(np.float32),
        k,
        np.random.RandomState(0),
        "euclidean",
        knn_indices=rows,
        knn_dists=distances.astype(np.float32),
        return_dists=True,
    )
    assert graph.nnz == theirs.nnz
    assert abs(graph - theirs).max() < 2e-5  # both end their search within 1e-5
    assert abs(lengths - spans).max() < 1e-6


@pytest.mark.parametrize("width", [32, 42])
def test_neighbours_are_exact(width: int) -> None:
    points = np.random.default_rng(1).dirichlet(np.ones(width), 300) / np.sqrt(2)
    rows, distances = exact_neighbours(points, points[:40], 7)
    naive = np.linalg.norm(points[:40, None] - points[None], axis=2)
    np.testing.assert_array_equal(rows, np.argsort(naive, axis=1, kind="stable")[:, :7])
    np.testing.assert_allclose(distances, np.sort(naive, axis=1)[:, :7], atol=1e-7)
    own, _ = neighbours_with_self(points, 5)
    np.testing.assert_array_equal(own[:, 0], np.arange(300))


def test_what_is_mapped() -> None:
    some = vectors(12)
    lengths = np.linalg.norm(map_features(some)[:, None] - map_features(some)[None], axis=2)
    np.testing.assert_allclose(lengths, distance_matrix(some), atol=1e-12)
    hellinger = np.linalg.norm(np.sqrt(some[0]) - np.sqrt(some[1])) / np.sqrt(2)
    rooted = map_features(some, "sqrt")
    assert fit_embedding(some, EmbeddingOptions("pca", inputs="sqrt")).lengths == "Hellinger distance"
    assert fit_embedding(some, EmbeddingOptions("pca")).lengths == "topological distance"
    assert np.linalg.norm(rooted[0] - rooted[1]) == pytest.approx(hellinger)
    shells = np.random.default_rng(0).integers(4, 400, (12, 10))
    with_shells = map_features(some, "shells", shells)
    apart = np.sqrt((np.log(shells[0] / shells[1]) ** 2).mean())
    assert np.linalg.norm(with_shells[0] - with_shells[1]) == pytest.approx(np.hypot(lengths[0, 1], apart))
    with pytest.raises(InputError, match="pass shells"):
        map_features(some, "shells")
    with pytest.raises(InputError, match="inputs must be"):
        EmbeddingOptions(inputs="raw")  # type: ignore[arg-type]


def test_densmap_is_another_map_with_the_same_neighbours() -> None:
    some = vectors(60)
    plain, dense = (fit_embedding(some, EmbeddingOptions(method, n_neighbors=10)) for method in ("umap", "densmap"))
    assert dense.method == "densmap"
    assert not np.allclose(plain.coordinates, dense.coordinates)
    assert trust(map_features(some), dense.coordinates)[0] > 0.65


@pytest.mark.parametrize("method", ["umap", "pca"])
def test_new_points_come_to_lie_by_their_neighbours_and_move_nothing(method: str) -> None:
    centres = np.eye(32)[[3, 7, 11, 15]]
    noise = np.random.default_rng(3).dirichlet(np.ones(32), 84)
    some = 0.7 * np.repeat(centres, 21, axis=0) + 0.3 * noise
    kept, new = some[np.arange(84) % 21 > 0], some[::21]
    made = fit_embedding(kept, EmbeddingOptions(method, n_neighbors=10))  # type: ignore[arg-type]
    before = made.coordinates.copy()
    together = project(made, map_features(kept), map_features(new))
    np.testing.assert_array_equal(made.coordinates, before)
    alone = project(made, map_features(kept), map_features(new[2:3]))
    np.testing.assert_array_equal(alone.coordinates[0], together.coordinates[2])
    group = np.repeat(np.arange(4), 20)
    spans = np.linalg.norm(made.coordinates[None] - together.coordinates[:, None], axis=2)
    np.testing.assert_array_equal(group[spans.argmin(axis=1)], np.arange(4))
    truth = distance_matrix(np.concatenate([new, kept]))[:4, 4:]
    np.testing.assert_array_equal(together.nearest, truth.argmin(axis=1))
    np.testing.assert_allclose(together.distances, truth.min(axis=1), atol=1e-6)
    again = project(made, map_features(kept), map_features(kept[5:6]))
    np.testing.assert_allclose(again.coordinates[0], made.coordinates[5], atol=1e-6)


def test_off_the_map_is_said() -> None:
    some = 0.9 * np.eye(32)[5] + 0.1 * vectors(100)
    made = fit_embedding(some, EmbeddingOptions("pca"))
    put = project(made, map_features(some), map_features(np.eye(32)[[20]]))
    assert put.shares_farther[0] == 0
    assert project(made, map_features(some), map_features(some[:1])).shares_farther[0] == 1
    with pytest.raises(RefusedError, match="do not follow"):
        project(made, map_features(some[::-1]), map_features(some))


def test_trust_falls_with_a_map_that_lies() -> None:
    some = map_features(vectors(200))
    own = np.random.default_rng(0).permutation(some)
    assert trust(some, some)[0] == pytest.approx(1)
    assert trust(some, own)[0] < 0.6
    assert trust(some[:2], some[:2])[1] == 0


def test_groups_by_size() -> None:
    points = np.concatenate([np.zeros((6, 2)), 5 + np.zeros((9, 2)), [[50, 50]]])
    points += 0.01 * np.random.default_rng(0).normal(size=points.shape)
    assert clusters(points).tolist() == [1] * 6 + [0] * 9 + [-1]
    assert clusters(points[:3]).tolist() == [-1] * 3


def test_a_stored_map_puts_the_same_net_at_the_same_place_after_reopening(stored: Path) -> None:
    net = library.load("sod")
    found = []
    for _ in range(2):
        with Catalogue(stored) as catalogue:
            coordinates = catalogue.embedding(1).embedding.coordinates
            found.append(catalogue.project(net, 1).coordinates)
            place = catalogue.embedding(1).labels.index("sod")
            assert found[-1] == pytest.approx(coordinates[place], abs=1e-5)
    assert found[0] == found[1]


def test_the_command_line_projects_shows_and_groups(stored: Path, shared: Path, tmp_path: Path) -> None:
    file = shared / "data" / "amorphous-mof" / "zif" / "coi.cgd"
    answer = carvsdb("embed", "project", file, "sod", "--number", "1", "--db", stored, "--json").json
    coi, sod = answer["projected"]
    assert coi["nearest"] != "coi"
    assert coi["distance"] > 0.01
    assert sod["words"] == "on the map: at sod, whose rings are the same"
    shown = carvsdb("embed", "show", "--number", "1", "--db", stored, "--json", "--neighbours", "2").json
    with Catalogue(stored) as catalogue:
        hits = catalogue.similar("sod", 2).rows()
    mine = dict(zip(shown["labels"], shown["nearest"], strict=True))["sod"]
    assert [label for label, _ in mine] == [hit["label"] for hit in hits]
    assert [far for _, far in mine] == pytest.approx([hit["distance"] for hit in hits], abs=1e-5)
    assert 0 < shown["trustworthiness"] <= 1
    groups = carvsdb("embed", "clusters", "--number", "1", "--db", stored, "--json").json["clusters"]
    assert sum(len(group["labels"]) for group in groups) == len(shown["labels"])
    assert all(group["description"].startswith(f"{len(group['labels'])} net") for group in groups)
    outcome = carvsdb("embed", "fit", "--db", stored, "--method", "densmap", "--inputs", "shells")
    assert outcome.code == 0
    assert "neighbours instead of 50" in outcome.err
    assert carvsdb("embed", "project", file, "--db", stored).code == 0
    assert carvsdb("embed", "project", file, "--db", tmp_path / "none.duckdb").code == 4


def test_a_net_made_in_another_way_is_refused(stored: Path, shared: Path, tmp_path: Path) -> None:
    zif = shared / "data" / "cells" / "zif-sod-204.xyz"
    db = tmp_path / "zif.duckdb"
    assert carvsdb("ingest", zif, shared / "data" / "cells" / "zif4-272.xyz", "--db", db).code == 0
    assert carvsdb("embed", "fit", "--method", "pca", "--db", db).code == 0
    for option, words in (
        (("--clustering", "single-node"), "clustering 'single-node', the nets of map 1 by node-linker"),
        (("--bonds", "Zn-N=2.6"), "was made by the bond rule"),
        (("--max-ring-size", "4"), "was searched to 4-rings, the nets of map 1 to the last ring"),
    ):
        outcome = carvsdb("embed", "project", zif, *option, "--db", db)
        assert outcome.code == 7, outcome.err
        assert words in outcome.err
    assert carvsdb("embed", "project", zif, "--db", db).code == 0


NODES = 3
"""The number of the map of nodes."""


@pytest.fixture(scope="module")
def of_nodes(stored: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same catalogue with a third map, of node environments."""
    path = tmp_path_factory.mktemp("nodes") / "nets.duckdb"
    shutil.copy(stored, path)
    with Catalogue.open(path) as catalogue:
        catalogue.storage.execute("DELETE FROM embedding WHERE number >= ?", [NODES])  # of a test before
        catalogue.storage.execute("DELETE FROM embedding_point WHERE embedding_id NOT IN (SELECT id FROM embedding)")
        made = catalogue.embed(EmbeddingOptions("pca"), level="environments")
        assert (made.number, made.level) == (NODES, "environments")
        assert catalogue.embed(EmbeddingOptions("pca"), level="environments").number == NODES
    return path


def test_a_map_of_nodes_has_every_distinct_node_once(of_nodes: Path) -> None:
    with Catalogue(of_nodes) as catalogue:
        made = catalogue.embedding()
        nets = catalogue.embedding(1)
        assert (nets.level, nets.holders) == ("nets", ())
        expected: dict[str, set[str]] = {}
        for label in nets.labels:
            for row in catalogue.sorts(label).rows():
                expected.setdefault(row["environment"], set()).add(label)
        assert sorted(map(sorted, made.holders)) == sorted(map(sorted, expected.values()))
        # A point is where the rings through its node put it: those of the catalogue's own sorts.
        for point, label in ((made.points_of("sod")[0], "sod"), (made.points_of("mtn")[1], "mtn")):
            place = made.labels.index(point)
            sort = int(point.partition(" sort ")[2] or 0)
            counts = catalogue.node_counts(made.holders[place][0], sort)
            np.testing.assert_allclose(made.vectors[place], counts / counts.sum(), atol=1e-7)
            assert label in made.holders[place]
        lengths = np.linalg.norm(made.features[:, None] - made.features[None], axis=2)
        np.testing.assert_allclose(lengths, distance_matrix(made.vectors), atol=1e-6)
        with pytest.raises(RefusedError, match="kept of nets"):
            catalogue.embed(EmbeddingOptions("pca", inputs="shells"), level="environments")
        with pytest.raises(RefusedError, match=f"map {NODES} is of node environments, not of nets"):
            catalogue.project("sod")
        with pytest.raises(RefusedError, match="map 1 is of nets"):
            catalogue.project_environments("sod", 1)


def test_nodes_are_put_onto_a_map_of_nodes(of_nodes: Path, shared: Path, tmp_path: Path) -> None:
    with Catalogue(of_nodes) as catalogue:
        made = catalogue.embedding()
        for query in ("mtn", library.load("mtn")):
            put = catalogue.project_environments(query)
            assert sum(one.n_nodes or 0 for one in put) == library.load("mtn").n_nodes
            for one in put:
                assert one.distance < 1e-6
                assert one.coordinates == pytest.approx(made.embedding.coordinates[made.labels.index(one.nearest)])
    coi = shared / "data" / "amorphous-mof" / "zif" / "coi.cgd"
    answer = carvsdb("embed", "project", coi, "sod", "--db", of_nodes, "--json").json
    assert answer["level"] == "environments"
    assert answer["projected"][-1]["words"].startswith("on the map: at ")
    assert max(one["distance"] for one in answer["projected"]) > 0.01
    assert "coi sort 0" in carvsdb("embed", "project", coi, "--db", of_nodes).out
    shown = carvsdb("embed", "show", "--db", of_nodes, "--json", "--neighbours", "2").json
    assert MapAnswer.model_validate(shown).level == "environments"
    assert len(shown["nets"]) == len(shown["labels"]) == len(shown["nearest"])
    groups = carvsdb("embed", "clusters", "--db", of_nodes, "--json").json["clusters"]
    assert sum(len(group["labels"]) for group in groups) == len(shown["labels"])
    assert all("node environment" in group["description"] for group in groups)
    assert "of 44 nets" in carvsdb("embed", "show", "--number", "1", "--db", of_nodes).out
    for colour in ("cluster", "density"):
        drawn = carvsdb(
            "embed", "plot", tmp_path / f"{colour}.png", "--colour", colour, "--highlight", "mtn", "--db", of_nodes
        )
        assert drawn.code == 0, drawn.err


def test_a_map_of_nodes_goes_and_comes_with_its_nets(of_nodes: Path, tmp_path: Path) -> None:
    path = tmp_path / "nets.duckdb"
    shutil.copy(of_nodes, path)
    with Catalogue.open(path) as catalogue:
        before = catalogue.embedding()
        own = [point for point in before.points_of("mtn") if before.holders[before.labels.index(point)] == ("mtn",)]
        assert own
        catalogue.remove("mtn")
        assert set(catalogue.embedding().labels) == set(before.labels) - set(own)
        catalogue.restore("mtn")
        assert catalogue.embedding().labels == before.labels
        np.testing.assert_array_equal(catalogue.embedding().embedding.coordinates, before.embedding.coordinates)
        catalogue.remove("mtn")
        catalogue.purge()
    assert carvsdb("db", "verify", "--db", path).code == 0
    copy = tmp_path / "merged.duckdb"
    assert carvsdb("db", "merge", of_nodes, "--db", copy).code == 0
    with Catalogue(copy) as catalogue:
        assert catalogue.embedding(NODES).labels == before.labels
