"""What a user of the front pages finds: one call for each question, sentences for what is wrong."""

from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

import carvsdb
import carvsdb_ingest
from carvsdb.catalogue import Filters
from carvsdb.errors import InputError, MissingExtraError, NotFoundError, RefusedError
from carvsdb.net import library
from carvsdb_ingest.sources import source_named

SQUARE = "PERIODIC_GRAPH\nEDGES\n 1 1 1 0\n 1 1 0 1\nEND\n"
CUBIC = "PERIODIC_GRAPH\nEDGES\n 1 1 1 0 0\n 1 1 0 1 0\n 1 1 0 0 1\nEND\n"


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("door") / "nets.duckdb"
    with carvsdb.Catalogue.open(path) as catalogue:
        carvsdb_ingest.ingest_collection(catalogue, source_named("exact-nets"))
    return path


@pytest.fixture
def square(tmp_path: Path) -> Path:
    path = tmp_path / "square.cgd"
    path.write_text(SQUARE)
    return path


def test_every_public_name_is_there() -> None:
    for module in (carvsdb, carvsdb_ingest):
        assert module.__all__ == sorted(module.__all__)
        for name in module.__all__:
            assert getattr(module, name) is not None


def test_describe_says_what_the_command_says(square: Path) -> None:
    (net,) = carvsdb.describe(square)
    assert (net.name, net.status, net.carvs.symbol) == ("sql", "named", "{4(4)}")


def test_describe_of_several_nets_and_of_what_is_none(tmp_path: Path) -> None:
    two = tmp_path / "two.cgd"
    two.write_text(SQUARE + CUBIC)
    assert [net.name for net in carvsdb.describe(str(two))] == ["sql", "pcu"]
    bad = tmp_path / "bad.cgd"
    bad.write_text("nonsense")
    with pytest.raises(InputError, match=r"bad\.cgd"):
        carvsdb.describe(bad)
    (error,) = carvsdb_ingest.describe_each(bad)
    assert isinstance(error, InputError)
    with pytest.raises(InputError, match="there is no clustering called 'nodes'"):
        carvsdb.describe(square_of(tmp_path), clustering="nodes")
    with pytest.raises(InputError, match="path of a file, got int"):
        carvsdb.describe(3)  # type: ignore[arg-type]


def square_of(folder: Path) -> Path:
    path = folder / "s.cgd"
    path.write_text(SQUARE)
    return path


def test_similar_of_file_net_and_name(square: Path, stored: Path) -> None:
    by_file = carvsdb.similar(square, 1)
    assert by_file.table["label"].to_pylist() == ["sql"]
    assert any("come with carvsdb" in note for note in by_file.notes)
    assert carvsdb.similar(library.load("dia"), 1, catalogue=stored).rows()[0]["distance"] == 0
    near = carvsdb.similar("sod", 2, catalogue=str(stored), filters=Filters(coordination=(4,)))
    assert len(near) == 2
    with pytest.raises(NotFoundError, match="nothing called 'no-such-net'"):
        carvsdb.similar("no-such-net")
    with pytest.raises(InputError, match="got float"):
        carvsdb.similar(1.5)  # type: ignore[arg-type]


def test_a_catalogue_is_a_collection(stored: Path) -> None:
    with carvsdb.Catalogue(stored) as catalogue:
        assert "sod" in catalogue
        assert "no-such-net" not in catalogue
        assert 3 not in catalogue
        assert len(list(catalogue)) == len(catalogue) == 44
        assert catalogue["sod"] == catalogue.show("sod")
        asked = catalogue.query("SELECT label FROM entry WHERE label = ? OR label = ? ORDER BY 1", ["sod", "dia"])
        assert asked.rows() == [{"label": "dia"}, {"label": "sod"}]
        assert catalogue.query("SELECT $n + 1 AS n", {"n": 2}).rows() == [{"n": 3}]
        with pytest.raises(InputError, match="cannot be answered"):
            catalogue.query("SELECT ?")


def test_what_is_wrong_gets_a_sentence(stored: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no such catalogue"):
        carvsdb.Catalogue(tmp_path / "none.duckdb")
    with pytest.raises(InputError, match="path of its file, got int"):
        carvsdb.Catalogue(3)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="one path"):
        next(carvsdb.screen("a.cif", stored))
    catalogue = carvsdb.Catalogue(stored)
    catalogue.close()
    for ask in (
        lambda: catalogue.list(),
        lambda: catalogue.query("SELECT 1"),
        lambda: catalogue.similar("sod"),
        lambda: len(catalogue),
    ):
        with pytest.raises(RefusedError, match=r"nets\.duckdb: is closed"):
            ask()


def test_screen_gives_names_and_parts(square: Path, stored: Path) -> None:
    (batch,) = carvsdb.screen([square, "missing.cif"], stored)
    good, bad = batch.to_pylist()
    assert (good["name"], good["components"], good["multiplicity"], good["nearest"]) == ("sql", 1, 1, "sql")
    assert bad["status"] == "error"
    assert "missing.cif" in bad["cause"]


def test_a_table_of_distances_prints_short_and_becomes_a_frame(stored: Path) -> None:
    with carvsdb.Catalogue(stored) as catalogue:
        table = catalogue.distance(list(catalogue))
    assert len(repr(table)) < 120
    try:
        import_module("pandas")
    except ImportError:
        with pytest.raises(MissingExtraError, match="pip install pandas"):
            table.to_pandas()
    else:
        assert table.df().loc["dia", "dia"] == 0


def test_vectors_for_scikit_learn() -> None:
    from sklearn.decomposition import PCA
    from sklearn.pipeline import make_pipeline

    nets = [library.load(name) for name in ("dia", "sod", "pcu", "lta" if "lta" in library.names() else "nbo")]
    features = carvsdb.CarvsVectors()
    rows = features.fit_transform(nets)
    assert rows.shape == (4, 32)
    np.testing.assert_allclose(rows.sum(axis=1), 1)
    assert list(features.get_feature_names_out()[:2]) == ["1-rings", "2-rings"]
    assert make_pipeline(features, PCA(2)).fit_transform(nets).shape == (4, 2)
    chain = carvsdb.Net.from_edges([(0, 0, 1, 0, 0)])
    assert np.isnan(features.transform([chain])).all()
    with pytest.raises(InputError, match="number 1 is str"):
        features.transform([nets[0], "dia"])  # type: ignore[list-item]


def test_atoms_and_nets_for_others(tmp_path: Path) -> None:
    xyz = tmp_path / "heavy.xyz"
    xyz.write_text('2\nLattice="5 0 0 0 5 0 0 0 5" Properties=species:S:1:pos:R:3 pbc="T T T"\nO 0 0 0\nD 0.98 0 0\n')
    (structure,) = carvsdb_ingest.read_structures(xyz)
    atoms = structure.to_ase()
    assert atoms.get_chemical_formula() == "HO"
    assert atoms.get_masses()[1] == pytest.approx(2.014, abs=1e-3)
    for convert, package in ((structure.to_pymatgen, "pymatgen"), (library.load("dia").to_networkx, "networkx")):
        try:
            import_module(package)
        except ImportError:
            with pytest.raises(MissingExtraError, match=f"pip install {package}"):
                convert()
        else:
            assert len(convert()) == 2
