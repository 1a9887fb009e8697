"""One file gives the same atoms to every command: describe, ingest and refine score read each format alike."""

import gzip
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from program import carvsdb
from refine_folder import silicon, write_curve

from carvsdb.atoms.model import AtomicModel
from carvsdb.atoms.structure import Structure
from carvsdb.catalogue import Catalogue
from carvsdb.errors import InputError
from carvsdb_ingest.analysis import items_of_structure, read_structures
from carvsdb_ingest.analysis.analyse import AnalysisOptions, analyse
from carvsdb_ingest.readers.formats import FORMATS, default_time_limit, format_of_name
from carvsdb_ingest.readers.models import read_model
from carvsdb_ingest.writers.models import model_text

EDGE = 7.16
LOW = np.array([0.5, -1.25, 3.0])


@cache
def heavy_ice_in_silica() -> AtomicModel:
    """Return ideal cristobalite with a molecule of D2O in a cage: the isotope matters to neutrons only."""
    corners = np.array([[0, 0, 0], [0, 4, 4], [4, 0, 4], [4, 4, 0]])
    silicon_sites = np.concatenate((corners, corners + 2))
    steps = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    oxygen_sites = (corners[:, None] + steps).reshape(-1, 3)
    water = np.array([[4.0, 4.0, 4.0], [4.85, 4.65, 4.0], [4.85, 3.35, 4.0]])
    places = np.concatenate((silicon_sites, oxygen_sites, water)) / 8 * EDGE
    # Equal distances would fall on the edge of a bin of the pair histogram, on one side or the other by rounding.
    places += np.random.default_rng(0).normal(0, 0.03, places.shape)
    elements = ("Si",) * 8 + ("O",) * 17 + ("D",) * 2
    return AtomicModel(elements, places + LOW, EDGE * np.eye(3), origin=LOW)


def texts() -> dict[str, str]:
    model = heavy_ice_in_silica()
    inside = model.positions - LOW
    kinds = [{"Si": 1, "O": 2, "D": 3}[symbol] for symbol in model.elements]
    rows = list(zip(model.elements, inside.tolist(), strict=True))
    plain = "".join(f"{symbol} {x!r} {y!r} {z!r}\n" for symbol, (x, y, z) in rows)
    box = "".join(f"{low!r} {low + EDGE!r}\n" for low in LOW.tolist())
    head = f"ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n27\nITEM: BOX BOUNDS pp pp pp\n{box}ITEM: ATOMS"
    fractions = (inside / EDGE).tolist()
    named = "".join(
        f"{number} {symbol} {x!r} {y!r} {z!r}\n"
        for number, (symbol, (x, y, z)) in enumerate(zip(model.elements, model.positions.tolist(), strict=True), 1)
    )
    weighed = "".join(
        f"{number} {kind} {(28.085, 15.999, 2.014)[kind - 1]} {x!r} {y!r} {z!r}\n"
        for number, (kind, (x, y, z)) in enumerate(zip(kinds, fractions, strict=True), 1)
    )
    listed = "".join(f"{symbol}{n} {symbol} {x!r} {y!r} {z!r}\n" for n, (symbol, (x, y, z)) in enumerate(rows, 1))
    parameters = f"_cell_length_a {EDGE} _cell_length_b {EDGE} _cell_length_c {EDGE}\n"
    parameters += "_cell_angle_alpha 90 _cell_angle_beta 90 _cell_angle_gamma 90\n"
    tags = " ".join(f"_atom_site_{name}" for name in ("label", "type_symbol", "Cartn_x", "Cartn_y", "Cartn_z"))
    return {
        "plain.xyz": f"27\n{EDGE} {EDGE} {EDGE}\n{plain}",
        "own.extxyz": model_text(model, "own.extxyz"),
        "own.cif": model_text(model, "own.cif"),
        "other.cif": f"data_other\n{parameters}_symmetry_space_group_name_H-M 'P 1'\nloop_ {tags}\n{listed}",
        "POSCAR": f"D2O in silica\n1.0\n{EDGE} 0 0\n0 {EDGE} 0\n0 0 {EDGE}\nSi O D\n8 17 2\nDirect\n"
        + "".join(f"{x!r} {y!r} {z!r}\n" for x, y, z in fractions),
        "other.rmc6f": f"Cell (Ang/deg): {EDGE} {EDGE} {EDGE} 90 90 90\nAtoms:\n"
        + "".join(
            f"{number} {symbol} [1] {x!r} {y!r} {z!r} 1 0 0 0\n"
            for number, (symbol, (x, y, z)) in enumerate(zip(model.elements, fractions, strict=True), 1)
        ),
        "own.data": model_text(model, "own.data"),
        "by-mass.lmp": model_text(model, "own.data").replace("2.014 # D", "2.014 # H"),
        "named.dump": f"{head} id element x y z\n{named}",
        "weighed.lammpstrj": f"{head} id type mass xs ys zs\n{weighed}",
    }


NAMES = list(texts())
OF_ATOMS = ("n_nodes", "n_linkers", "n_edges", "coordination", "formula", "density", "ring_counts", "key")


def bare_structure() -> Structure:
    model = heavy_ice_in_silica()
    return Structure(model.elements, (model.positions - LOW) / EDGE, model.cell)


@cache
def expected() -> dict[str, Any]:
    """Return what `describe` says of these atoms if no file is in between."""
    (item,) = items_of_structure(bare_structure())
    return analyse(item, AnalysisOptions(max_ring_size=6)).description.model_dump(mode="json")


def write(folder: Path, name: str, packed: bool) -> Path:
    content = texts()[name].encode()
    path = folder / (f"{name}.gz" if packed else name)
    path.write_bytes(gzip.compress(content) if packed else content)
    return path


def test_every_format_of_atoms_is_tried() -> None:
    tried = {form.name for name in NAMES if (form := format_of_name(name)) is not None}
    # PDB has no more than three decimals, and what programs write by ASE (test_readers_by_ase) has few: by themselves.
    tried |= {"pdb", "xsf", "gen", "dmol-car", "espresso-in", "dlp4"}
    assert tried == {form.name for form in FORMATS if form.atoms is not None}


@pytest.mark.parametrize("name", NAMES)
def test_describe_ingest_and_refine_read_the_same_atoms(name: str, tmp_path: Path) -> None:
    path, model = write(tmp_path, name, packed=name == "plain.xyz"), heavy_ice_in_silica()
    places = (model.positions - LOW) / EDGE

    described = carvsdb("describe", path, "--json", "--max-ring-size", "6").json
    assert (described["formula"], described["density"]) == ("D2O17Si8", pytest.approx(2.2644, abs=1e-3))
    for field in OF_ATOMS:
        assert described[field] == expected()[field], field
    # Histograms of distances and angles follow from all positions.
    for one, other in zip(described["geometry"], expected()["geometry"], strict=True):
        assert (one["quantity"], one["counts"]) == (other["quantity"], other["counts"])
        assert (one["mean"], one["deviation"]) == pytest.approx((other["mean"], other["deviation"]), rel=1e-6)

    assert carvsdb("ingest", path, "--db", tmp_path / "a.duckdb", "--max-ring-size", "6").code == 0
    with Catalogue.open(tmp_path / "a.duckdb") as catalogue:
        kept = catalogue.atoms(described["label"])
    assert kept.elements == model.elements
    apart = kept.positions - places
    np.testing.assert_allclose((apart - np.rint(apart)) * EDGE, 0, atol=1e-9)

    moved = read_model(path)
    assert moved.elements == model.elements
    apart = (moved.positions - moved.origin) / EDGE - places
    np.testing.assert_allclose((apart - np.rint(apart)) * EDGE, 0, atol=1e-9)


def test_atoms_without_labels_are_called_by_their_numbers() -> None:
    assert bare_structure().labels == tuple(map(str, range(1, 28)))
    (item,) = items_of_structure(bare_structure())
    assert item.net.labels is not None
    assert set(item.net.labels) <= set(bare_structure().labels)


def test_refine_score_gives_one_number_for_all_formats(tmp_path: Path) -> None:
    """Every coordinate and isotope is in the structure factor: H for D would change it by a factor."""
    write_curve(tmp_path / "curve.txt", silicon(), "F(Q)")
    values = []
    for name in NAMES:
        path = write(tmp_path, name, packed=False)
        config = tmp_path / "score.toml"
        config.write_text(
            f'[start]\nmodel = "{path.name}"\n[[data]]\nkind = "neutron"\nfile = "curve.txt"\nfunction = "F(Q)"\n'
            "sigma = 0.05\n[moves]\ntranslation = 0.1\n[run]\ntemperature = 300\nmoves = 1\n"
        )
        scored = carvsdb("refine", "score", config, "--json")
        assert scored.code == 0, scored.err
        assert scored.json["n_atoms"] == 27
        values.append(scored.json["data"][0]["chi2"])
    assert values == pytest.approx([values[0]] * len(NAMES), rel=1e-6)


OPEN = {
    "pbc.xyz": '1\nLattice="4 0 0 0 4 0 0 0 4" pbc="F F F"\nSi 0 0 0\n',
    "half.cif": "data_a\n_cell_length_a 4 _cell_length_b 4 _cell_length_c 4\n_cell_angle_alpha 90 _cell_angle_beta 90\n"
    "_cell_angle_gamma 90\nloop_ _atom_site_label _atom_site_fract_x _atom_site_fract_y _atom_site_fract_z\n"
    "_atom_site_occupancy\nSi1 0 0 0 0.5\n",
    "open.dump": "ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n1\nITEM: BOX BOUNDS pp pp ff\n0 4\n0 4\n0 4\n"
    "ITEM: ATOMS element x y z\nSi 0 0 0\n",
}


@pytest.mark.parametrize(
    ("name", "words"),
    [("pbc.xyz", "not periodic"), ("half.cif", r"occupied by 0\.5"), ("open.dump", "not periodic")],
)
def test_what_a_refinement_cannot_move_is_flagged_by_readers_and_refused_by_it(
    name: str, words: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text(OPEN[name])
    (found,) = read_structures(path)
    assert found.quality
    with pytest.raises(InputError, match=words) as caught:
        read_model(path)
    assert str(caught.value).startswith(str(path))


@pytest.mark.parametrize("ending", ["", ".gz", ".xz", ".bz2"])
def test_a_compressed_file_is_treated_as_what_it_holds(ending: str) -> None:
    for name, nets in (("a.cgd", True), ("a.arc", True), ("a.cif", False), ("a.data", False), ("POSCAR", False)):
        assert (default_time_limit(name + ending) < default_time_limit("net.cif")) is nets
