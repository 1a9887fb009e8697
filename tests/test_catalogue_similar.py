"""Neighbours, distances and maps."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pytest
from catalogue_entries import CHAIN, amorphous_entry, census, chain_entry, entry_of, library_entry

from carvsdb.catalogue import Catalogue
from carvsdb.compare import EmbeddingOptions, distance_matrix, fit_embedding, topological_distance
from carvsdb.errors import InputError, MissingExtraError, NotFoundError, RefusedError
from carvsdb.net import library
from carvsdb_schemas.answers import SimilarAnswer

NETS = ("dia", "lon", "sod", "pcu", "sql", "qtz", "gis")


@pytest.fixture
def catalogue() -> Iterator[Catalogue]:
    with Catalogue.in_memory() as opened:
        opened.add(library_entry(name) for name in NETS)
        yield opened


def test_dia_and_lon_are_two_entries_at_distance_0(catalogue: Catalogue) -> None:
    table = catalogue.distance(["dia", "lon"])
    assert table.matrix.tolist() == [[0, 0], [0, 0]]
    first = catalogue.similar("dia", k=1).rows()[0]
    assert (first["label"], first["distance"]) == ("lon", 0)


def test_distances_are_those_of_the_nets(catalogue: Catalogue) -> None:
    table = catalogue.distance(NETS)
    expected = distance_matrix([census(name).carvs().normalised for name in NETS])
    assert table.labels == NETS
    assert np.allclose(table.matrix, expected, atol=1e-7)
    assert not table.noise.any()
    assert {kind for row in table.noise_kind for kind in row} == {"none"}


def test_similar_agrees_with_distance(catalogue: Catalogue) -> None:
    answer = catalogue.similar("qtz", k=100)
    assert answer.table["label"].to_pylist()[-1:] != ["qtz"]
    assert len(answer) == len(NETS) - 1
    table = catalogue.distance(["qtz", *answer.table["label"].to_pylist()])
    assert answer.table["distance"].to_pylist() == table.matrix[0, 1:].tolist()
    assert answer.table["distance"].to_pylist() == sorted(answer.table["distance"].to_pylist())


def test_similar_has_its_fields(catalogue: Catalogue) -> None:
    answer = catalogue.similar("sod", k=2)
    SimilarAnswer.model_validate({"query": "sod", "hits": answer.rows()})
    assert answer.notes == ()
    assert pa.table(answer).equals(answer.table)


def test_similar_to_what_is_not_stored(catalogue: Catalogue) -> None:
    net = library.load("sod")
    expected = catalogue.similar(net, k=3).rows()
    assert (expected[0]["label"], expected[0]["distance"]) == ("sod", 0)
    assert catalogue.similar(census("sod").carvs(), k=3).rows() == expected
    assert catalogue.similar(library_entry("sod"), k=3).rows() == expected


def test_no_neighbours() -> None:
    with Catalogue.in_memory() as catalogue:
        catalogue.add([library_entry("dia")])
        assert catalogue.similar("dia").rows() == []
        with pytest.raises(InputError, match="1 or more"):
            catalogue.similar("dia", k=0)


def test_other_nets_of_the_structure_are_no_neighbours() -> None:
    with Catalogue.in_memory() as catalogue:
        catalogue.add(entry_of(census(name), "m", content="m", clustering=name) for name in ("dia", "lon"))
        catalogue.add([library_entry("sod")])
        assert catalogue.similar("m@dia").table["label"].to_pylist() == ["sod"]
        assert catalogue.similar("sod").table["label"].to_pylist() == ["m@dia", "m@lon"]


def test_nets_without_rings_are_left_out_with_a_word(catalogue: Catalogue) -> None:
    catalogue.add([chain_entry()])
    assert catalogue.show("chain").description.carvs.symbol == "{}"
    assert catalogue.similar("dia", k=99).notes == ("left out: 1 net without rings",)
    assert "chain" not in catalogue.similar("dia", k=99).table["label"].to_pylist()
    vectors = catalogue.normalised_vectors()
    assert vectors.labels == tuple(sorted(NETS))
    assert vectors.notes == ("left out: 1 net without rings",)
    with pytest.raises(RefusedError, match="'chain' has no rings"):
        catalogue.distance(["dia", "chain"])
    with pytest.raises(RefusedError, match="'chain' has no rings"):
        catalogue.similar("chain")
    with pytest.raises(RefusedError, match="no rings"):
        catalogue.similar(CHAIN)


def test_two_cut_offs_are_refused_with_the_command() -> None:
    with Catalogue.in_memory() as catalogue:
        catalogue.add([library_entry("sod", max_ring_size=12), library_entry("qtz", max_ring_size=14)])
        assert catalogue.show("sod").description.completeness == "no"
        with pytest.raises(RefusedError) as refused:
            catalogue.distance(["qtz", "sod"])
        assert str(refused.value) == (
            "carvs of 'qtz' was searched to 14-rings, of 'sod' to 12: they cannot be compared; "
            "run `carvsdb ingest --max-ring-size 14 sod.cgd`"
        )
        answer = catalogue.similar("qtz")
        assert (answer.rows(), answer.notes) == ([], ("left out: 1 net searched to another ring size",))
        # what the command does
        catalogue.add([library_entry("sod", max_ring_size=14)])
        repaired = catalogue.distance(["qtz", "sod"]).matrix[0, 1]
        expected = topological_distance(census("qtz", 14).carvs(), census("sod", 14).carvs())
        assert repaired == pytest.approx(expected, abs=1e-7)
        assert catalogue.similar("qtz").rows()[0]["distance"] == repaired


def test_complete_searches_to_two_cut_offs_are_compared() -> None:
    with Catalogue.in_memory() as catalogue:
        catalogue.add([library_entry("dia", max_ring_size=14), library_entry("sod")])
        assert len(catalogue.similar("dia")) == 1
        assert catalogue.distance(["dia", "sod"]).matrix[0, 1] > 0


def test_the_complete_search_of_a_net_is_preferred(catalogue: Catalogue) -> None:
    before = catalogue.similar("dia", k=99).rows()
    catalogue.add([library_entry("sod", max_ring_size=6), library_entry("qtz", max_ring_size=7)])
    assert catalogue.similar("dia", k=99).rows() == before
    assert len(catalogue) == len(NETS)


def test_vectors_are_of_the_larger_comparable_set() -> None:
    with Catalogue.in_memory() as catalogue:
        catalogue.add(library_entry(name, max_ring_size=12) for name in ("sod", "qtz", "gis"))
        catalogue.add([library_entry("dia")])
        assert catalogue.normalised_vectors().labels == ("gis", "qtz", "sod")
        assert catalogue.normalised_vectors().notes == ("left out: 1 net searched to another ring size",)
        assert catalogue.normalised_vectors(max_ring_size=27).labels == ("dia",)


def test_strong_rings_were_not_searched(catalogue: Catalogue) -> None:
    with pytest.raises(RefusedError, match=r"'dia' was not searched for strong rings.*--rings strong dia\.cgd"):
        catalogue.similar("dia", ring_kind="strong")


def test_noise_of_amorphous_nets(catalogue: Catalogue) -> None:
    catalogue.add([amorphous_entry("glass")])
    table = catalogue.distance(["glass", "dia", "lon"])
    assert table.noise_kind == (("none", "blocks", "blocks"), ("blocks", "none", "none"), ("blocks", "none", "none"))
    assert np.array_equal(table.noise, table.noise.T)
    # What the catalogue does not hold has the noise of its own blocks, and pools with what it holds.
    new = catalogue.distance([amorphous_entry("new"), "dia", "lon"])
    assert np.array_equal(new.noise, table.noise)
    assert np.array_equal(new.matrix, table.matrix)
    pooled = catalogue.distance([["glass", amorphous_entry("new")], "dia"], metric="nodes")
    assert pooled.labels == ("glass+new", "dia")
    assert pooled.matrix[0, 1] == pytest.approx(catalogue.distance(["glass", "dia"], metric="nodes").matrix[0, 1])
    kinds = {hit["label"]: hit["noise_kind"] for hit in catalogue.similar("dia", k=99).rows()}
    assert kinds["glass"] == "blocks"
    assert kinds["lon"] == "none"


def test_maps(catalogue: Catalogue) -> None:
    with pytest.raises(NotFoundError, match="embed fit"):
        catalogue.embedding()
    vectors = catalogue.normalised_vectors()
    first = fit_embedding(vectors.matrix, EmbeddingOptions("pca"))
    second = fit_embedding(vectors.matrix, EmbeddingOptions("pca", n_components=3))
    assert catalogue.store_embedding(vectors, first) == 1
    assert catalogue.store_embedding(vectors, second) == 2
    assert catalogue.store_embedding(vectors, first) == 1
    newest, oldest = catalogue.embedding(), catalogue.embedding(1)
    assert newest.number == 2
    assert oldest.labels == vectors.labels
    assert np.array_equal(oldest.embedding.coordinates, first.coordinates)
    assert (oldest.embedding.parameters, oldest.embedding.versions) == (first.parameters, first.versions)
    with pytest.raises(NotFoundError, match="no map 3"):
        catalogue.embedding(3)
    with pytest.raises(InputError, match="7 points for 0 nets"):
        catalogue.store_embedding(catalogue.normalised_vectors(max_ring_size=14), first)


def test_vectors_of_an_empty_catalogue() -> None:
    with Catalogue.in_memory() as catalogue:
        vectors = catalogue.normalised_vectors()
        assert (vectors.labels, vectors.matrix.shape) == ((), (0, 32))


def test_pandas_is_optional(catalogue: Catalogue) -> None:
    try:
        frame = catalogue.list().df()
    except MissingExtraError as error:
        assert "pip install pandas" in str(error)  # noqa: PT017
    else:
        assert len(frame) == len(NETS)
