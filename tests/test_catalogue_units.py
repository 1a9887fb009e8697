"""Units in the catalogue: stored, shown, found by metal, linker and key, and carried along wherever nets go."""

from pathlib import Path

import pytest
from program import carvsdb
from release_cards import card_of

from carvsdb.catalogue import Catalogue, Filters
from carvsdb.errors import InputError
from carvsdb.releases import build_release, verify_release
from carvsdb_ingest import AnalysisOptions, describe, ingest_files, screen

BDC = "O=C([O-])c1ccc(C(=O)[O-])cc1"
FILES = ("UiO-66", "MOF-801", "MIL-53", "ABW")


@pytest.fixture(scope="module")
def stored(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("units") / "units.duckdb"
    files = [shared / "data" / "cifs" / f"{name}.cif" for name in FILES]
    with Catalogue.open(path) as catalogue:
        report = ingest_files(catalogue, files, analysis=AnalysisOptions(units=True, max_ring_size=8))
        assert len(report.added) == len(FILES)
    return path


def found(catalogue: Catalogue, **conditions: str) -> set[str]:
    return set(catalogue.list(Filters(**conditions)).table["label"].to_pylist())  # type: ignore[arg-type]


def test_filters_find_metals_linkers_and_units(stored: Path) -> None:
    with Catalogue.open(stored, read_only=True) as catalogue:
        assert found(catalogue, metal="Zr") == {"UiO-66", "MOF-801"}
        assert found(catalogue, metal="zr") == {"UiO-66", "MOF-801"}
        for condition, sentence in (
            ({"metal": "Si"}, "Si is no metal"),
            ({"metal": "Xx"}, "no element 'Xx'"),
            ({"unit": "abc"}, "'abc' is no key of a unit"),
        ):
            with pytest.raises(InputError, match=sentence):
                found(catalogue, **condition)
        for linker in (BDC, "OC(=O)c1ccc(cc1)C(O)=O", "terephthalate", "bdc", "KKEYFWRCBNTPAC-UHFFFAOYSA-N"):
            assert found(catalogue, linker=linker) == {"UiO-66", "MIL-53"}
        assert found(catalogue, linker="C4H2O4") == found(catalogue, linker="fumarate") == {"MOF-801"}
        assert found(catalogue, linker="fumarate", metal="Cr") == set()
        (unit,) = [one.key for one in catalogue.show("UiO-66").description.units or [] if one.kind == "metal"]
        assert found(catalogue, unit=unit) == {"UiO-66", "MOF-801"}
        (hit,) = catalogue.similar("UiO-66", filters=Filters(linker="fumarate")).rows()
        assert hit["label"] == "MOF-801"
        with pytest.raises(InputError, match="no linker that can be looked up"):
            found(catalogue, linker="nonsense")


def test_shown_are_the_units_that_describe_says(stored: Path, shared: Path) -> None:
    with Catalogue.open(stored, read_only=True) as catalogue:
        for name in FILES:
            (said,) = describe(shared / "data" / "cifs" / f"{name}.cif", max_ring_size=8, units=True)
            shown = catalogue.show(name).description
            assert said.units is not None
            assert shown.units is not None
            bare = [one.model_copy(update={"atoms": None, "extension_atoms": None}) for one in said.units]
            assert sorted(bare, key=repr) == sorted(shown.units, key=repr)
            assert shown.mofid_like == said.mofid_like
        assert catalogue.show("UiO-66").same_net == 2


def test_screening_finds_what_is_near_among_nets_with_a_unit(stored: Path, shared: Path) -> None:
    asked = [shared / "data" / "cifs" / "UiO-66.cif"]
    near = {}
    for name, filters in {
        "zirconium": Filters(metal="Zr"),
        "chromium": Filters(metal="Cr"),
        "fumarate": Filters(linker="fumarate"),
        "gold": Filters(metal="Au"),
    }.items():
        (batch,) = screen(asked, stored, analysis=AnalysisOptions(units=True, max_ring_size=8), filters=filters)
        (row,) = batch.to_pylist()
        assert row["mofid_like"] == f"Zr6O8(CO2)12.{BDC} carvsdb1.fcu.cat0.single-node"
        near[name] = row["nearest"]
    assert near["zirconium"] in ("UiO-66", "MOF-801")
    assert (near["chromium"], near["fumarate"], near["gold"]) == ("MIL-53", "MOF-801", None)


LINKS = "SELECT count(*) AS links, count(DISTINCT unit_id) AS units FROM net_unit"


def test_units_go_where_nets_go(stored: Path, tmp_path: Path) -> None:
    folder, copy = tmp_path / "folder", tmp_path / "copy.duckdb"
    assert carvsdb("db", "verify", "--db", stored).code == 0
    assert carvsdb("db", "export", folder, "--partitions", "2", "--db", stored).code == 0
    assert carvsdb("db", "import", folder, "--db", copy).code == 0
    with Catalogue.open(stored, read_only=True) as catalogue, Catalogue.open(copy) as other:
        everything = catalogue.sql(LINKS).rows()
        assert other.sql(LINKS).rows() == everything
        other.remove("UiO-66")
        assert found(other, linker="BDC") == {"MIL-53"}
        other.restore("UiO-66")
        assert other.sql(LINKS).rows() == everything
        other.remove("UiO-66", "MIL-53")
        other.purge()
        assert BDC not in other.sql("SELECT smiles FROM unit").table["smiles"].to_pylist()


def test_units_are_released(stored: Path, tmp_path: Path) -> None:
    folder = tmp_path / "release"
    with Catalogue.open(stored, read_only=True) as catalogue:
        (links,) = catalogue.sql(LINKS).rows()
        build_release(catalogue, card_of(), folder)
    report = verify_release(folder, sample=1)
    assert (report.rows["net_unit"], report.rows["unit"]) == (links["links"], links["units"])


def test_broken_units_are_found(stored: Path, tmp_path: Path) -> None:
    for number, (damage, sentence) in enumerate(
        (
            ("UPDATE net_unit SET multiplicity = 0", "net_unit: multiplicity is not 1 or more"),
            ("UPDATE net_unit SET role = 'nothing'", "net_unit: role is none of vertex"),
            ("UPDATE unit SET smiles = 'C'", "unit: "),
            ("DELETE FROM unit", "net_unit.unit_id: "),
        )
    ):
        path = tmp_path / f"{number}.duckdb"
        path.write_bytes(stored.read_bytes())
        with Catalogue.open(path) as catalogue:
            catalogue.storage.execute(damage)
        outcome = carvsdb("db", "verify", "--db", path)
        assert outcome.code == 8
        assert sentence in outcome.out + outcome.err


def test_what_has_no_units_says_how_to_get_them(shared: Path, tmp_path: Path) -> None:
    db = tmp_path / "c.duckdb"
    assert carvsdb("ingest", shared / "data" / "cifs" / "ABW.cif", "--max-ring-size", "6", "--db", db).code == 0
    outcome = carvsdb("list", "--metal", "Zn", "--db", db)
    assert outcome.code == 0
    assert "ingested with --units" in outcome.err
