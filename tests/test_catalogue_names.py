"""What a name means."""

from collections.abc import Iterator

import pytest
from catalogue_entries import census, entry_of, library_entry

from carvsdb.catalogue import Catalogue, SourceInfo
from carvsdb.errors import NotFoundError


@pytest.fixture(scope="module")
def catalogue() -> Iterator[Catalogue]:
    iza = SourceInfo("IZA", id_in_source="SOD-1")
    with Catalogue.in_memory() as opened:
        opened.add(
            [
                library_entry("dia", label="m1-azif"),
                library_entry("lon", label="m1"),
                library_entry("sod", label="m2-azif", source=iza, names=("sod",)),
                library_entry("gis", label="zeolite-a", names=("gis", "twice")),
                library_entry("qtz", label="zeolite-b", names=("twice",)),
                entry_of(census("pcu"), "hybrid", content="h", clustering="all-node"),
                entry_of(census("sql"), "hybrid", content="h", clustering="single-node"),
            ]
        )
        yield opened


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("m1", "m1"),
        ("m1-", "m1-azif"),
        ("m2", "m2-azif"),
        ("SOD-1", "m2-azif"),
        ("sod", "m2-azif"),
        ("gis", "zeolite-a"),
        ("hybrid@all-node", "hybrid@all-node"),
    ],
)
def test_found(catalogue: Catalogue, name: str, label: str) -> None:
    assert catalogue.label(name) == label


@pytest.mark.parametrize(
    ("name", "candidates"),
    [
        ("m", "m1, m1-azif, m2-azif"),
        ("zeo", "zeolite-a, zeolite-b"),
        ("twice", "zeolite-a, zeolite-b"),
        ("hybrid", "hybrid@all-node, hybrid@single-node"),
    ],
)
def test_ambiguous(catalogue: Catalogue, name: str, candidates: str) -> None:
    with pytest.raises(NotFoundError, match=f"'{name}' can mean {candidates}"):
        catalogue.label(name)


@pytest.mark.parametrize("name", ["", "nothing", "%", "hybrid@", "@all-node", "m1'; DROP TABLE net; --", "Å"])
def test_not_found(catalogue: Catalogue, name: str) -> None:
    with pytest.raises(NotFoundError, match="has nothing called"):
        catalogue.label(name)
    assert len(catalogue) == 7


def test_close_labels_are_offered(catalogue: Catalogue) -> None:
    with pytest.raises(NotFoundError, match="did you mean zeolite-a, zeolite-b"):
        catalogue.label("zeolith")
    with pytest.raises(NotFoundError, match="carvsdb list"):
        catalogue.label("xxxxxx")
