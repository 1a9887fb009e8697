"""Comparing nets that were made of atoms in several ways is said."""

from dataclasses import replace
from pathlib import Path

from catalogue_entries import library_entry
from program import carvsdb

from carvsdb.catalogue import Catalogue, Entry


def made(name: str, clustering: str, rule: str) -> Entry:
    entry = library_entry(name)
    return replace(
        entry, description=entry.description.model_copy(update={"clustering": clustering, "bond_rule": rule})
    )


def test_several_ways_are_said(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    nets = [
        made("dia", "single-node", "covalent radii + 0.3 Å"),
        made("lon", "single-node", "covalent radii + 0.3 Å"),
        made("sod", "all-node", "covalent radii + 0.3 Å"),
        made("nbo", "single-node", "covalent radii + 0.5 Å"),
        library_entry("pcu"),
    ]
    with Catalogue.open(path) as catalogue:
        catalogue.add(nets)
        assert not any("several" in note for note in catalogue.similar("dia", 1).notes)
        assert catalogue.distance(["dia", "lon"]).notes == ()
        assert catalogue.distance(["dia", "sod"]).notes == (
            "nets of several clusterings are compared: single-node (dia), all-node (sod)",
        )
        (rules,) = catalogue.similar(made("qtz", "single-node", "bonds of the file"), 1).notes[-1:]
        assert rules.startswith("nets of several bond rules are compared: bonds of the file (qtz), covalent radii + 0.")
    said = carvsdb("distance", "dia", "nbo", "--db", path).err
    assert "several bond rules are compared: covalent radii + 0.3 Å (dia), covalent radii + 0.5 Å (nbo)" in said
    assert "several clusterings are compared" in carvsdb("similar", "dia", "--db", path).err
