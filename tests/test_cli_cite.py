"""`carvsdb cite`: what an answer rests on, as text, BibTeX and JSON."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from catalogue_entries import RCSR, library_entry
from program import carvsdb

from carvsdb.catalogue import Catalogue
from carvsdb.net import library
from carvsdb_ingest.analysis import references as known
from carvsdb_ingest.analysis.references import Reference
from carvsdb_ingest.writers.cgd import write_cgd

ALL = [one for one in vars(known).values() if isinstance(one, Reference)]


def test_a_named_net_is_cited_with_its_names(tmp_path: Path) -> None:
    path = tmp_path / "sod.cgd"
    write_cgd(library.load("sod"), path)
    rows = carvsdb("cite", path, "--json").json
    dois = {row["doi"] for row in rows}
    assert {"10.1021/ar800124u", "10.1107/S0108767303012017", "10.1039/b910671e"} <= dois
    assert "arXiv:2503.24367" in carvsdb("cite", path).out
    assert "10.1021/acs.cgd.8b00126" not in dois  # no atoms, no clustering
    assert any("zeolite" in row["reason"] for row in rows)  # sod is SOD, too


def test_a_crystal_is_cited_as_its_file_says(tmp_path: Path, shared: Path) -> None:
    last = carvsdb("cite", shared / "data" / "cifs" / "MOF-801.cif", "--json").json[-1]
    assert (last["doi"], last["reason"]) == ("10.1021/ja500330a", "the structure, MOF-801")
    assert "2014" in last["reference"]
    assert "CCDC 1002678" in last["reference"]
    text = (shared / "data" / "cifs" / "Moganite.cif").read_text()
    path = tmp_path / "mog.cif"
    text = text.replace("in the silica", "in SiO~2~ for $5")
    path.write_text(text.replace("'Heaney P J'", "\"Hean\\'ey, P. J.\" 'Gro\\&s, {A}\\input\x1b[2J'"))
    done = carvsdb("cite", path, "--bibtex")
    last = done.out.rstrip().split("\n\n")[-1]
    assert last.startswith("@misc{heaney2001,\n  author = {Hean{\\'e}y, P. J. and Gro{\\ss}, Ainput")
    assert "howpublished = {American Mineralogist 86, 1358--1366, AMCSD 0002737}" in last
    assert r"in SiO2 for \$5 polymorph moganite at {\textasciitilde}570 K" in last
    assert "\\input" not in last
    assert "\x1b" not in done.out
    assert last.count("{") == last.count("}")


def test_an_entry_is_cited_with_its_source(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    hostile = replace(RCSR, citation="A } \\input{/etc/passwd} & B \x1b[2J, J. X 1, 2 (1999)")
    with Catalogue.open(path) as catalogue:
        catalogue.add([library_entry("dia", source=hostile, names=("dia",))])
    done = carvsdb("cite", "DIA", "--bibtex", "--db", path)
    last = done.out.split("\n\n")[-1]
    assert "1999" in last
    assert "\\input" not in last
    assert "\x1b" not in done.out
    assert last.count("{") == last.count("}")


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.key)
def test_bibtex_is_in_order(one: Reference) -> None:
    entry = one.bibtex
    assert re.match(r"@(article|misc)\{[\w:-]+,\n", entry)
    assert entry.count("{") == entry.count("}")
    assert entry.isascii()
    assert (one.doi in entry) if one.doi else (one.url in entry)


def test_keys_are_unique() -> None:
    assert len({one.key for one in ALL}) == len(ALL) == 8
