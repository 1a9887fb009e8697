"""What a user of the front pages finds: one call for each question, sentences for what is wrong."""

import io
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk

import carvsdb
import carvsdb_ingest
import carvsdb_refine
from carvsdb.catalogue import AddReport, Filters, Vectors
from carvsdb.catalogue.storing.removing import Removal
from carvsdb.errors import InputError, MissingExtraError, NotFoundError, RefusedError
from carvsdb.net import library
from carvsdb_ingest.sources import source_named
from carvsdb_ingest.tasks.report import IngestReport

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
    for module in (carvsdb, carvsdb_ingest, carvsdb_refine):
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
    with pytest.raises(InputError, match="path of a file, or several, got int"):
        carvsdb.describe(3)


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
        carvsdb.similar(1.5)


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


@pytest.mark.parametrize("workers", [None, 2])
def test_screen_gives_names_and_parts(workers: int | None, square: Path, stored: Path) -> None:
    (batch,) = carvsdb.screen([square, "missing.cif"], stored, workers=workers)
    good, bad = batch.to_pylist()
    assert (good["name"], good["components"], good["multiplicity"], good["nearest"]) == ("sql", 1, 1, "sql")
    assert bad["status"] == "error"
    assert "missing.cif" in bad["cause"]


def test_many_at_once_with_a_bar(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "nets").mkdir()
    for name, text in (("a", SQUARE), ("b", CUBIC), ("c", "nonsense")):
        (tmp_path / "nets" / f"{name}.cgd").write_text(text)
    found = list(carvsdb_ingest.describe_each(tmp_path / "nets", progress=True))
    assert [getattr(one, "name", None) for one in found] == ["sql", "pcu", None]
    assert "described: 100%" in capsys.readouterr().err
    report = carvsdb.ingest_files(tmp_path / "new.duckdb", [tmp_path / "nets"], workers=1, progress=True)
    assert repr(report).startswith("<IngestReport: 2 added, 0 unchanged, 1 rejected>\nrejected: ")
    assert "2 named" in capsys.readouterr().err
    (batch,) = carvsdb.screen(tmp_path / "nets", tmp_path / "new.duckdb", progress=True)
    assert batch["nearest"].to_pylist() == ["a", "b", None]
    assert "screened" in capsys.readouterr().err
    with carvsdb.Catalogue(tmp_path / "new.duckdb") as catalogue:
        for shown in (True, False, None):  # by default none, where stderr is no terminal
            catalogue.distance(list(catalogue), progress=shown)
            assert bool(capsys.readouterr().err) is bool(shown)
    with carvsdb.Catalogue.in_memory() as catalogue:
        carvsdb_ingest.ingest_collection(catalogue, "exact-nets", progress=False)
        assert repr(catalogue.embed(progress=True)) == "<StoredMap 1 by umap: 44 nets>"
    assert "epochs: 100%" in capsys.readouterr().err


def test_what_is_in_memory_is_described_and_compared(stored: Path) -> None:
    net = library.load("sod")
    (described,) = carvsdb.describe(net)
    assert repr(described) == "<Description sod: sod, sod-b, SOD; 6 nodes, 12 edges; {4(2).6(4).12(32)}>"
    zinc_blende = bulk("ZnS", "zincblende", a=5.41)

    class OfPymatgen:
        def to_ase_atoms(self) -> object:
            return zinc_blende

    for atoms in (zinc_blende, OfPymatgen()):
        assert carvsdb.describe(atoms)[0].formula == "SZn"
    with pytest.raises(InputError, match="the Atoms: the cell has no volume"):
        carvsdb.describe(Atoms("Si"))
    (both,) = {one.name for one in carvsdb.describe([net, library.load("sod")])}
    assert both == described.name
    with pytest.raises(InputError, match="text of several lines"):
        carvsdb.describe("data_\n_cell_length_a 5\n")


def test_an_empty_catalogue_is_not_left(tmp_path: Path) -> None:
    report = carvsdb.ingest_files(tmp_path / "new.duckdb", tmp_path / "missing.cif")
    assert len(report.rejected) == 1
    assert not list(tmp_path.iterdir())


def test_arguments_of_other_types(stored: Path, square: Path) -> None:
    with carvsdb.Catalogue(stored) as catalogue:
        asked = catalogue.query("SELECT label FROM entry WHERE n_nodes < ? AND label = ?", np.array([9, "dia"], object))
        assert asked.rows() == [{"label": "dia"}]
        assert len(catalogue.query("SELECT ?", [np.int64(3)])) == 1
        assert catalogue.distance(np.array(["dia", "sod"])).labels == ("dia", "sod")
        assert catalogue.distance(catalogue.query("SELECT label FROM entry").df()["label"]).matrix.shape == (44, 44)
        wrong: list[tuple[str, Callable[[Any], object], Any]] = [
            ("several names, got str", catalogue.distance, "dia"),
            ("by its name, got Net", catalogue.distance, [library.load("dia")]),
            ("by its name, got int", catalogue.show, 0),
            ("got PosixPath|got WindowsPath", catalogue.similar, square),
            ("whole number", lambda k: catalogue.similar("dia", k), "3"),
            ("as Filters, got dict", catalogue.list, {"max_nodes": 4}),
            ("as a list or a dictionary, got int", lambda value: catalogue.query("SELECT ?", value), 4),
            ("text of SQL, got NoneType", catalogue.query, None),
            ("takes a Net, got str", carvsdb.find_rings, "sod"),
            ("takes a Net, got str", carvsdb.identify, "sod"),
            ("takes a Net, got int", carvsdb.find_strong_rings, 3),
            ("takes a Net, got str", carvsdb.point_symbols, "sod"),
            ("takes a Net, got NoneType", carvsdb.coordination_sequences, None),
            ("rings of a net .*got Net", carvsdb.vertex_symbols, library.load("sod")),
            ("rings of a net .*got int", carvsdb.node_rings, 3),
            ("rings of a net .*got int", carvsdb.ring_table, 3),
            ("a row a node, got str", carvsdb.td10, "sod"),
            ("two Carvs, got str", lambda name: carvsdb.topological_distance(name, name), "sod"),
            ("asked of descriptions, got str", carvsdb_ingest.references, "sod.cgd"),
            ("exact nets has no 3.*reference_nets", library.load, 3),
            ("by its number, got str; .*columns: label, ", catalogue.list().__getitem__, "label"),
            ("got StringIO; give its name", carvsdb.describe, io.StringIO(SQUARE)),
            ("path of a file, got list", carvsdb.read_nets, [square]),
            ("got MultiGraph", carvsdb.describe, library.load("sod").to_networkx()),
            ("got DataFrame", carvsdb.describe, catalogue.list().df()),
            ("number of processes, got '2'", lambda n: carvsdb.screen([square], workers=n), "2"),
            ("Catalogue or the path of its file, got int", lambda path: carvsdb.ingest_files(path, [square]), 3),
        ]
        for sentence, ask, value in wrong:
            with pytest.raises((InputError, NotFoundError), match=sentence):
                ask(value)
    assert repr(catalogue) == f"<Catalogue {stored}: closed>"


def test_answers_are_collections_and_readers_can_be_passed_on(stored: Path, square: Path) -> None:
    with carvsdb.Catalogue(stored) as catalogue:
        near = catalogue.similar("sod", 3)
        assert [row["label"] for row in near] == [near[number]["label"] for number in (0, 1, -1)]
        with pytest.raises(IndexError):
            near[3]
        assert str(catalogue["sod"]) == repr(catalogue["sod"])
        assert catalogue.distance("sod", "dia").matrix[0, 1] == catalogue.distance(["sod", "dia"]).matrix[0, 1] > 0
        with pickle.loads(pickle.dumps(catalogue)) as again:
            assert list(again) == list(catalogue)
    with carvsdb.Catalogue.in_memory() as written, pytest.raises(RefusedError, match="open it in each by Catalogue"):
        pickle.dumps(written)
    (described,) = carvsdb.describe(square)
    vectors = carvsdb.CarvsVectors()
    assert np.array_equal(vectors.transform([described]), vectors.transform(carvsdb.read_nets(square)))
    assert library.load("SOD").name == "sod"


def test_threads_share_a_catalogue(stored: Path) -> None:
    with carvsdb.Catalogue(stored) as catalogue, ThreadPoolExecutor(8) as threads:
        names = list(catalogue)[:12]
        alone = [catalogue.similar(name, 2).rows() for name in names]
        assert [one.rows() for one in threads.map(lambda name: catalogue.similar(name, 2), names)] == alone


def test_a_table_of_distances_prints_short_and_becomes_a_frame(stored: Path) -> None:
    with carvsdb.Catalogue(stored) as catalogue:
        table = catalogue.distance(list(catalogue))
    assert len(repr(table)) < 120
    many = tuple(f"net {number}" for number in range(100_000))
    for thing in (
        AddReport(many, many, dict.fromkeys(many, "x")),
        Vectors(many, many, many, np.zeros((1, 32))),
        IngestReport(added=list(many), rejected=[(label, InputError(label)) for label in many]),
        Removal(1, many, {}),
    ):
        assert len(repr(thing)) < 300
    try:
        import_module("pandas")
    except ImportError:
        with pytest.raises(MissingExtraError, match="pip install pandas"):
            table.to_pandas()
    else:
        assert table.df().loc["dia", "dia"] == 0
        with carvsdb.Catalogue(stored) as catalogue:
            assert catalogue.normalised_vectors().df().loc["dia", "6-rings"] == 1


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
    short = carvsdb.find_rings(nets[1], 6).carvs()
    with pytest.raises(RefusedError, match="of 'number 1' was searched to 6-rings, of 'number 0' to 27"):
        features.transform([nets[0], short])
    assert features.transform([chain, short, short]).shape == (3, 32)


def test_atoms_and_nets_for_others(tmp_path: Path) -> None:
    xyz = tmp_path / "heavy.xyz"
    xyz.write_text('2\nLattice="5 0 0 0 5 0 0 0 5" Properties=species:S:1:pos:R:3 pbc="T T T"\nO 0 0 0\nD 0.98 0 0\n')
    (structure,) = carvsdb_ingest.read_structures(xyz)
    atoms = structure.to_ase()
    assert atoms.get_chemical_formula() == "HO"
    assert atoms.get_masses()[1] == pytest.approx(2.014, abs=1e-3)
    dia = library.load("dia")
    assert dia.to_ase().arrays["is_node"].tolist() == [True, True]
    for convert, package in (
        (structure.to_pymatgen, "pymatgen"),
        (dia.to_pymatgen, "pymatgen"),
        (dia.to_networkx, "networkx"),
    ):
        try:
            import_module(package)
        except ImportError:
            with pytest.raises(MissingExtraError, match=f"pip install {package}"):
                convert()
        else:
            assert len(convert()) == 2
