"""Search at scale and search of nodes: exact, filtered, in batches."""

from collections.abc import Iterator

import numpy as np
import pytest
from catalogue_entries import RCSR, amorphous_entry, census, entry_of, library_entry
from hypothesis import given
from hypothesis import strategies as st

from carvsdb.catalogue import Catalogue, Filters
from carvsdb.compare import nearest_each
from carvsdb.compare.vector_index import VectorIndex
from carvsdb.errors import InputError, NotFoundError, RefusedError

NETS = ("dia", "lon", "sod", "pcu", "sql", "qtz", "gis", "nbo", "srs")


@pytest.fixture(scope="module")
def catalogue() -> Iterator[Catalogue]:
    with Catalogue.in_memory() as opened:
        opened.add(library_entry(name, source=RCSR if name < "n" else None, names=(name,)) for name in NETS)
        opened.add([amorphous_entry("glass1", 1), amorphous_entry("glass2", 2)])
        opened.add([entry_of(census("pcu"), "two", clustering=one, content="two") for one in ("single", "all")])
        yield opened


@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 60),
    st.integers(1, 12),
    st.sampled_from([2, 5, 1000]),
    st.booleans(),
)
def test_the_index_finds_what_a_scan_finds(seed: int, n: int, k: int, distinct: int, filtered: bool) -> None:
    generator = np.random.default_rng(seed)
    vectors = generator.dirichlet(np.full(32, 0.1), n).astype(np.float32)
    vectors = vectors[generator.integers(0, min(n, distinct), n)]
    queries = np.concatenate([vectors[:3], generator.dirichlet(np.full(32, 0.1), 2).astype(np.float32)])
    allowed = generator.random(n) < 0.5 if filtered else np.ones(n, bool)
    places = np.flatnonzero(allowed)
    rows, distances = nearest_each(queries.astype(float), vectors[places].astype(float), k)
    index = VectorIndex(vectors)
    for number, (found, far) in enumerate(index.nearest(queries, k, allowed=allowed if filtered else None)):
        assert found.tolist() == places[rows[number]].tolist()
        assert far.tolist() == distances[number].tolist()
        (alone,) = index.nearest(queries[[number]], k, allowed=allowed if filtered else None)
        assert alone[0].tolist() == found.tolist()


def test_near_ties_are_told_apart_in_double_precision() -> None:
    base = np.zeros(32, np.float32)
    base[5] = 1
    vectors = np.repeat(base[None], 50, axis=0)
    vectors[:, 7] = np.arange(50, 0, -1) * np.float32(1e-6)
    ((rows, _),) = VectorIndex(vectors).nearest(base[None], 5)
    assert rows.tolist() == [49, 48, 47, 46, 45]


def test_no_vectors() -> None:
    assert VectorIndex(np.zeros((0, 32))).nearest(np.eye(32)[:1], 3)[0][0].tolist() == []
    with pytest.raises(InputError, match="shape"):
        VectorIndex(np.zeros((3, 4)))


@pytest.mark.parametrize(
    ("filters", "labels"),
    [
        (Filters(kind="amorphous"), {"glass1", "glass2"}),
        (Filters(source="RCSR"), {"lon", "gis"}),
        (Filters(name="lon"), {"lon"}),
        (Filters(coordination=(6,)), {"pcu", "two@all", "two@single"}),
        (Filters(coordination=(3,)), {"srs"}),
        (Filters(coordination=(3, 4)), set()),
        (Filters(clustering="all"), {"two@all"}),
        (Filters(formula="SiO2"), set()),
        (Filters(min_nodes=8, max_nodes=8), {"gis"}),
        (Filters(min_density=0.1), set()),
        (Filters(max_ring_size=27, labels="gl", status="unkeyed"), {"glass1", "glass2"}),
    ],
)
def test_filters(catalogue: Catalogue, filters: Filters, labels: set[str]) -> None:
    assert set(catalogue.similar("dia", k=50, filters=filters).table["label"].to_pylist()) == labels


def test_bad_filters() -> None:
    with pytest.raises(InputError, match="kind must be one of"):
        Filters(kind="liquid")


def test_a_batch_is_as_one_by_one(catalogue: Catalogue) -> None:
    asked = [name for name in NETS if name != "dia"]
    for name, answer in zip(asked, catalogue.similar_each(asked, 4, with_noise=True), strict=True):
        assert answer.table.equals(catalogue.similar(name, 4).table)
        assert answer.notes == catalogue.similar(name, 4).notes
    assert catalogue.similar_each([]) == []


def test_the_first_question_is_answered_as_later_ones(catalogue: Catalogue) -> None:
    with Catalogue.in_memory() as fresh:
        fresh.add(library_entry(name) for name in NETS)
        first = fresh.similar("sod", k=5).table
        assert first.equals(fresh.similar("sod", k=5).table)
        fresh.add([library_entry("sod", label="again")])
        assert fresh.similar("sod", k=5).table.equals(first)
        fresh.add([library_entry("lvt")])
        assert "lvt" in fresh.similar("sod", k=50).table["label"].to_pylist()


def test_by_ring_sizes(catalogue: Catalogue) -> None:
    first = catalogue.similar("dia", k=3, metric="ring-sizes").rows()
    assert (first[0]["label"], first[0]["distance"]) == ("lon", 0)
    table = catalogue.distance(["dia", *(hit["label"] for hit in first)], metric="ring-sizes")
    assert np.allclose(table.matrix[0, 1:], [hit["distance"] for hit in first], atol=1e-6)
    with pytest.raises(InputError, match="carvs or ring-sizes"):
        catalogue.similar("dia", metric="shells")


@pytest.mark.parametrize("metric", ["carvs", "ring-sizes", "nodes", "shells"])
def test_metrics_are_metrics(catalogue: Catalogue, metric: str) -> None:
    matrix = catalogue.distance(["dia", "sod", "qtz", "pcu", "srs"], metric=metric).matrix
    assert np.array_equal(matrix, matrix.T)
    assert not matrix.diagonal().any()
    assert (matrix[:, :, None] <= matrix[:, None, :] + matrix.T[None] + 1e-9).all()
    with pytest.raises(InputError, match="metric must be one of"):
        catalogue.distance(["dia", "sod"], metric="taxi")


def test_pools(catalogue: Catalogue) -> None:
    table = catalogue.distance(["sod", ("dia", "gis"), "glass1"])
    assert table.labels == ("sod", "dia+gis", "glass1")
    assert table.noise_kind[0] == ("none", "models", "blocks")
    nodes = np.concatenate([census("dia").node_counts, census("gis").node_counts])
    pooled = nodes.mean(axis=0) / nodes.mean(axis=0).sum()
    expected = np.sqrt(((pooled - census("sod").carvs().normalised[:27]) ** 2).sum() / 2)
    assert table.matrix[0, 1] == pytest.approx(expected, abs=1e-7)
    spread = catalogue.distance(["dia", "gis"]).matrix[0, 1]
    assert table.noise[0, 1] == pytest.approx(spread / 2)
    assert table.in_words(0, 1) in ("different beyond noise", "not different beyond noise")


def test_what_a_glass_is_made_of(catalogue: Catalogue) -> None:
    answer = catalogue.environments("glass1")
    (row,) = answer.rows()
    assert (row["vertex_symbol"], row["share"], row["nodes"], row["distance"]) == ("[4.4.6.6.6.6]", 1, 6, 0)
    assert row["nets"] == ["sod"]
    assert catalogue.environments("glass1", same_coordination=True).rows() == [row]
    assert catalogue.containing_key(row["environment"]).table["label"].to_pylist() == ["glass1", "glass2", "sod"]


def test_a_crystal_is_not_its_own_neighbour(catalogue: Catalogue) -> None:
    assert catalogue.environments("srs").rows()[0]["nets"] != ["srs"]
    assert len(catalogue.environments("srs", same_coordination=True)) == 0
    with Catalogue.in_memory() as alone:
        alone.add([library_entry("dia")])
        with pytest.raises(RefusedError, match="no crystalline net"):
            alone.environments("dia")


def test_nets_with_such_nodes(catalogue: Catalogue) -> None:
    assert catalogue.containing("lon").table["label"].to_pylist() == ["dia", "lon"]
    near = catalogue.containing("sod", within=0.9).rows()
    assert {row["label"] for row in near} > {"sod", "glass1"}
    assert all(row["distance"] <= 0.9 for row in near)
    with pytest.raises(NotFoundError, match="1 sorts of node"):
        catalogue.containing("dia", 3)
    with pytest.raises(InputError, match="0 or more"):
        catalogue.containing("dia", within=-1)


def test_the_environment_index_finds_what_a_scan_finds() -> None:
    with Catalogue.in_memory() as catalogue:
        catalogue.add(library_entry(name) for name in ("dia", "lon", "sod", "pcu", "mtn"))
        catalogue.add([library_entry("sod", max_ring_size=12), amorphous_entry("glass")])
        catalogue.add([entry_of(census("pcu"), "two", clustering=one, content="two") for one in ("single", "all")])
        sorts = {label: catalogue.sorts(label).rows() for label in catalogue.list().table["label"].to_pylist()}
        symbols = {row["environment"]: row["symbol"] for rows in sorts.values() for row in rows}
        asked = [(label, row) for label in ("mtn", "sod", "pcu") for row in sorts[label]]
        answers = []
        for indexed in (False, True):
            for label, row in asked:
                for within in (0.0, 0.3, 0.9):
                    far = {key: _distance(row["symbol"], symbol) for key, symbol in symbols.items()}
                    near = {key for key in far if key == row["environment"] or (within and far[key] <= within + 1e-7)}
                    if not indexed:
                        catalogue.storage.cache.clear()
                    found = catalogue.containing(label, row["sort"], within=within).rows()
                    counted = {
                        label: sum(one["nodes"] for one in rows if one["environment"] in near)
                        for label, rows in sorts.items()
                    }
                    assert {one["label"]: one["nodes"] for one in found} == {k: n for k, n in counted.items() if n}
                    assert found == sorted(found, key=lambda one: (-one["share"], one["label"]))
                    assert catalogue.containing(label, row["sort"], within=within, limit=2).rows() == found[:2]
                    answers.append(found)
        assert answers[: len(answers) // 2] == answers[len(answers) // 2 :]


def _distance(first: str, second: str) -> float:
    """Read two symbols of nodes and return the topological distance of their ring counts."""
    both = np.zeros((2, 32))
    for number, symbol in enumerate((first, second)):
        for part in symbol.strip("{}").split("."):
            size, _, times = part.rstrip(")").partition("(")
            both[number, int(size) - 1] = int(times or 1)
    shares = both / both.sum(axis=1, keepdims=True)
    return float(np.linalg.norm(shares[0] - shares[1]) / np.sqrt(2))


def test_the_sorts_of_node_of_a_net(catalogue: Catalogue) -> None:
    (row,) = catalogue.sorts("sod").rows()
    assert (row["sort"], row["nodes"], row["share"], row["symbol"]) == (0, 6, 1, "{4(2).6(4).12(32)}")
    assert (row["vertex_symbol"], row["coordination"]) == ("[4.4.6.6.6.6]", 4)
    for _ in range(2):  # by a scan, and by the index
        answer = catalogue.containing_counts(census("sod").node_counts[0])
        assert answer.table["label"].to_pylist() == ["glass1", "glass2", "sod"]
        assert len(catalogue.containing_counts([0, 0, 1])) == 0
    for key, within in (("0" * 32, 0.0), ("no key", 0.0), ("0" * 32, 0.1)):
        with pytest.raises(NotFoundError, match="no environment"):
            catalogue.containing_key(key, within=within)
    for counts, within in (([0, 0, 0], 0.0), ([0, 0, 1], -1.0)):
        with pytest.raises(InputError):
            catalogue.containing_counts(counts, within=within)
    with pytest.raises(InputError, match="number of nets"):
        catalogue.containing("dia", limit=0)


def test_duplicates(catalogue: Catalogue) -> None:
    found = catalogue.duplicates("vector").rows()
    assert {tuple(row["labels"]) for row in found} >= {("dia", "lon"), ("glass1", "glass2", "sod")}
    assert catalogue.duplicates().rows() == []
    assert catalogue.duplicates("file").rows() == []
    with pytest.raises(InputError, match="sought by"):
        catalogue.duplicates("name")
