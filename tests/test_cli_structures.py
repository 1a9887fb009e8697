"""The command line on files of atoms."""

import json
from pathlib import Path

import pytest
from program import carvsdb
from shipped import net_file

from carvsdb.catalogue import Catalogue


@pytest.fixture(scope="module")
def sod(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the atoms of a zeolitic imidazolate framework, made from its net."""
    path = tmp_path_factory.mktemp("atoms") / "zif-sod.xyz"
    made = carvsdb("refine", "backmap", "sod", "--linker", "imidazolate", "--metal", "Zn", "--seed", "1", "-o", path)
    assert made.code == 0
    return path


def test_several_clusterings_give_a_line_each(sod: Path) -> None:
    names = ("node-linker", "node-only", "single-node")
    done = carvsdb("describe", sod, "--json", "--clustering", ",".join(names[:2]), "--clustering", names[2])
    assert done.code == 0
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert sorted(line["clustering"] for line in lines) == sorted(names)
    assert {line["linker_aware"] for line in lines if line["clustering"] == "node-linker"} == {True}
    for line in lines:
        assert "sod" in line["names"]
        assert line["formula"] == "C6H6N4Zn"
        assert line["bond_rule"] == "covalent radii + 0.3 Å"
    (single,) = carvsdb("describe", sod, "--json", "--clustering", "node-only").out.splitlines()
    assert json.loads(single)["clustering"] == "node-only"


def test_the_bond_rule_is_an_option(sod: Path) -> None:
    done = carvsdb("describe", sod, "--json", "--bonds", "Zn-N=1.2", "--clustering", "node-linker")
    assert done.code == 3
    assert "no bond joins a node to a linker" in done.json["error"]["message"]
    wide = carvsdb("describe", sod, "--json", "--bonds", "tolerance=0.2,Zn-N=2.4")
    assert wide.json["bond_rule"] == "covalent radii + 0.2 Å, Zn-N=2.4"
    assert wide.json["coordination"] == {"4": 6}


def test_geometry_is_printed_if_asked(sod: Path, tmp_path: Path) -> None:
    plain, more = carvsdb("describe", sod), carvsdb("describe", sod, "--geometry")
    assert "Zn-N distance" not in plain.out
    assert "Zn-N distance" in more.out
    assert "node-linker-node angle" in more.out
    cgd = carvsdb("describe", net_file(tmp_path, "sod"), "--geometry")
    assert "geometry          none" in cgd.out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--bonds", "Zn-N"), "expected a pair such as Zn-N=2.5"),
        (("--bonds", "tolerance=wide"), "tolerance=0.4"),
        (("--types", "1:C"), "1=C,2=H"),
        (("--types", "1=Qq"), "1=C,2=H"),
        (("--clustering", "every-node"), "there is no clustering called 'every-node'"),
    ],
)
def test_options_that_make_no_sense(arguments: tuple[str, ...], sentence: str, sod: Path) -> None:
    done = carvsdb("describe", sod, *arguments)
    assert done.code == 2
    assert sentence in " ".join(done.err.replace("│", " ").split())


def test_what_is_stored_is_what_is_described(sod: Path, tmp_path: Path) -> None:
    db = tmp_path / "a.duckdb"
    # A tolerance that is too narrow for some of the bonds: nodes of several coordinations.
    rule = ("--bonds", "Zn-N=2.0075", "--clustering", "node-linker")
    described = carvsdb("describe", sod, "--json", *rule).json
    assert len(described["carvs_by_coordination"]) > 1
    assert sum(one["n_nodes"] for one in described["carvs_by_coordination"]) == described["n_nodes"]
    assert carvsdb("ingest", sod, "--db", db, *rule).code == 0
    shown = carvsdb("show", "zif-sod", "--db", db, "--json").json["description"]
    assert shown["carvs_by_coordination"] == described["carvs_by_coordination"]
    kept = {one["quantity"]: (one["edges"], one["counts"]) for one in shown["geometry"]}
    assert kept == {one["quantity"]: (one["edges"], one["counts"]) for one in described["geometry"]}
    with Catalogue.open(db) as catalogue:
        assert len(catalogue.atoms("zif-sod").elements) == 102
