"""What comes with a net that was made from atoms, and how models were made."""

import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from catalogue_entries import amorphous_entry, library_entry

from carvsdb.atoms.histogram import Histogram
from carvsdb.atoms.structure import Structure
from carvsdb.catalogue import Catalogue, Entry, Filters, RefinementRun
from carvsdb.catalogue.maintenance.checking import check_catalogue
from carvsdb.catalogue.storing.batch import BatchBuilder
from carvsdb.errors import InputError, LabelTakenError, NotFoundError
from carvsdb.net import library

QUARTZ = Structure(
    ("Si", "O", "O"),
    np.array([[0.4697, 0, 0], [0.4135, 0.2669, 0.1191], [1 / 3, 0.1, -0.2]]),
    np.diag([4.9137, 4.9137, 5.4047]),
    ("Si1", "O1", "O2"),
)
DISTANCES = Histogram("node-linker distance", "Å", np.array([1.5, 1.6, 1.7]), np.array([3, 9]))
ANGLES = Histogram("node-linker-node angle", "°", np.array([130.0, 140.0, 150.0, 160.0]), np.array([0, 5, 1]))


@pytest.fixture
def catalogue() -> Iterator[Catalogue]:
    with Catalogue.in_memory() as opened:
        yield opened


def quartz(**changes: Any) -> Entry:
    about: dict[str, Any] = {
        "formula": "O2Si",
        "density": 2.65,
        "atoms": QUARTZ,
        "geometry": (DISTANCES, ANGLES),
        **changes,
    }
    return library_entry("qtz", label="quartz", **about)


def test_comes_back_as_it_went_in(catalogue: Catalogue) -> None:
    catalogue.add([quartz(), library_entry("dia")])
    atoms = catalogue.atoms("quartz")
    assert atoms.elements == QUARTZ.elements
    assert atoms.labels == QUARTZ.labels
    assert np.array_equal(atoms.positions, QUARTZ.positions)
    assert np.array_equal(atoms.cell, QUARTZ.cell)
    for stored, given in zip(catalogue.geometry("quartz"), (DISTANCES, ANGLES), strict=True):
        assert (stored.quantity, stored.unit) == (given.quantity, given.unit)
        assert np.array_equal(stored.edges, given.edges)
        assert np.array_equal(stored.counts, given.counts)
    shown = catalogue.show("quartz")
    assert (shown.formula, shown.density) == ("O2Si", 2.65)
    assert catalogue.sql("SELECT formula, density FROM entry WHERE label = 'quartz'").rows() == [
        {"formula": "O2Si", "density": 2.65}
    ]
    with pytest.raises(NotFoundError, match="without atoms"):
        catalogue.atoms("dia")
    assert catalogue.geometry("dia") == ()
    assert check_catalogue(catalogue.storage).problems == ()


@pytest.mark.parametrize("packed", [b"", b"atoms", zlib.compress(b"{}"), QUARTZ.packed()[:-3]])
def test_atoms_that_cannot_be_read_are_found(catalogue: Catalogue, packed: bytes) -> None:
    catalogue.add([quartz()])
    with catalogue.storage.transaction():
        catalogue.storage.execute("UPDATE structure SET atoms = ?", [packed])
    (problem,) = check_catalogue(catalogue.storage).problems
    assert "its atoms cannot be read" in problem


def test_density_is_searched(catalogue: Catalogue) -> None:
    catalogue.add([quartz(), library_entry("dia", density=3.5), library_entry("lon"), library_entry("sod", density=1)])

    def found(filters: Filters) -> set[str]:
        return set(catalogue.similar("dia", filters=filters).table["label"].to_pylist())

    assert found(Filters(min_density=2)) == {"quartz"}
    assert found(Filters(max_density=2.65)) == {"quartz", "sod"}
    assert found(Filters(min_density=0.5, max_density=2)) == {"sod"}
    assert found(Filters(formula="O2Si", min_density=2)) == {"quartz"}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"density": 0.0}, "density of 'quartz' must be"),
        ({"density": float("nan")}, "density of 'quartz' must be"),
        ({"geometry": (DISTANCES, DISTANCES)}, "several histograms of one quantity: node-linker distance"),
    ],
)
def test_bad_structures(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        quartz(**change)


def test_bad_atoms_and_histograms() -> None:
    with pytest.raises(InputError, match="positions of the shape"):
        Structure(("Si",), QUARTZ.positions, QUARTZ.cell)
    with pytest.raises(InputError, match="3 atoms have 1 labels"):
        replace(QUARTZ, labels=("Si1",))
    with pytest.raises(InputError, match="3 ascending edges of its 2 bins, got 2"):
        replace(DISTANCES, edges=np.array([1.5, 1.6]))
    with pytest.raises(InputError, match="3 ascending edges"):
        replace(DISTANCES, edges=np.array([1.5, 1.6, 1.6]))
    with pytest.raises(InputError, match="in Å, ° or bonds"):
        replace(DISTANCES, unit="nm")


def test_histograms_of_a_net_with_other_edges_stay_out(catalogue: Catalogue) -> None:
    catalogue.add([library_entry("dia")])
    net = library.load("dia")
    builder = BatchBuilder()
    other = replace(net, edges=net.edges[::-1].copy())
    builder.add(replace(library_entry("dia"), net=other, geometry=(DISTANCES,)))
    report = catalogue.add_batch(builder.build())
    assert len(report.conflicts) == 1
    assert catalogue.geometry("dia") == ()


RUN = RefinementRun({"steps": 1000, "f": 1.0}, 7, ("a" * 64,), "b" * 64, {"Rw": {"neutron": 0.192}}, ("run/log",))


def test_a_run_and_its_models(catalogue: Catalogue) -> None:
    key = catalogue.add_refinement(replace(RUN, model="m1"), [amorphous_entry("m1")])
    assert catalogue.add_refinement(replace(RUN, model="m1"), [amorphous_entry("m1")]) == key
    catalogue.add_refinement(replace(RUN, seed=8))
    (row,) = catalogue.refinements("m1").rows()
    assert (row["id"], row["model"], row["seed"], row["files"]) == (key, "m1", 7, ["run/log"])
    assert row["results"] == '{"Rw":{"neutron":0.192}}'
    assert catalogue.refinements().table["model"].to_pylist() == ["m1", None]
    assert check_catalogue(catalogue.storage).problems == ()


def test_a_run_whose_model_is_refused_is_not_stored(catalogue: Catalogue) -> None:
    catalogue.add([library_entry("dia")])
    with pytest.raises(LabelTakenError):
        catalogue.add_refinement(replace(RUN, model="dia"), [amorphous_entry("dia")])
    with pytest.raises(NotFoundError):
        catalogue.add_refinement(replace(RUN, model="elsewhere"))
    assert not len(catalogue.refinements())


@pytest.mark.parametrize("change", [{"seed": -1}, {"data_sha256": ("x",)}, {"config": {"a": object()}}])
def test_bad_runs(change: dict[str, object]) -> None:
    with pytest.raises(InputError):
        replace(RUN, **change)  # type: ignore[arg-type]
