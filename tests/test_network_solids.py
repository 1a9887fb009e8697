"""Network solids: each atom is a vertex, and the net is the one that is published for it."""

from pathlib import Path

import numpy as np
import pytest

from carvsdb.atoms.structure import Structure
from carvsdb.errors import NoNetError
from carvsdb.topology import identify
from carvsdb_ingest.analysis import items_of_structure, read_items
from carvsdb_ingest.analysis.item import NetItem, ReadOptions
from carvsdb_ingest.bonds import BondOptions

# Cells and places from the Crystallography Open Database, names of RCSR.
CRYSTALS = {
    "SiC": ("F -4 3 m", "4.36 4.36 4.36 90 90 90", "Si 0 0 0, C .25 .25 .25", "dia"),
    "c-BN": ("F -4 3 m", "3.615 3.615 3.615 90 90 90", "B 0 0 0, N .25 .25 .25", "dia"),
    "h-BN": ("P 63/m m c", "2.504 2.504 6.66 90 90 120", "B .33333 .66667 .25, N .66667 .33333 .25", "hcb"),
    "graphite": ("P 63/m m c", "2.46 2.46 6.71 90 90 120", "C 0 0 .25, C .33333 .66667 .25", "hcb"),
    "wurtzite": ("P 63 m c", "3.25 3.25 5.207 90 90 120", "Zn .33333 .66667 0, O .33333 .66667 .3819", "lon"),
    "rutile": ("P 42/m n m", "4.594 4.594 2.959 90 90 90", "Ti 0 0 0, O .305 .305 0", "rtl"),
    "fluorite": ("F m -3 m", "5.46 5.46 5.46 90 90 90", "Ca 0 0 0, F .25 .25 .25", "flu"),
    "cuprite": ("P n -3 m:2", "4.27 4.27 4.27 90 90 90", "O .25 .25 .25, Cu 0 0 0", "dia"),
    "b-Si3N4": (
        "P 63/m",
        "7.595 7.595 2.902 90 90 120",
        "Si .1742 .7678 .25, N .3299 .0302 .25, N .33333 .66667 .25",
        "sln",
    ),
    "Ba8Si46": (
        "P m -3 n",
        "10.33 10.33 10.33 90 90 90",
        "Si .25 0 .5, Si .1847 .1847 .1847, Si 0 .308 .117, Ba 0 0 0, Ba .25 .5 0",
        "mep",
    ),
    "BaB6": ("P m -3 m", "4.27 4.27 4.27 90 90 90", "Ba 0 0 0, B .2 .5 .5", "cab"),
}


def read(path: Path, group: str, cell: str, sites: str) -> NetItem:
    names = ("length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma")
    lines = [f"data_a\n_symmetry_space_group_name_H-M '{group}'"]
    lines += [f"_cell_{name} {value}" for name, value in zip(names, cell.split(), strict=True)]
    lines += ["loop_", *(f"_atom_site_{one}" for one in ("type_symbol", "fract_x", "fract_y", "fract_z"))]
    path.write_text("\n".join([*lines, *sites.split(",")]) + "\n")
    (item,) = read_items(path)
    return item


@pytest.mark.parametrize("name", CRYSTALS)
def test_published_nets(name: str, tmp_path: Path) -> None:
    *given, net = CRYSTALS[name]
    item = read(tmp_path / "a.cif", *given)
    assert item.clustering == "atoms"
    assert net in identify(item.net).names
    assert any("ions in cavities" in one for one in item.quality) == (name in ("Ba8Si46", "BaB6"))


def test_ions_that_hold_sheets_together_stay(tmp_path: Path) -> None:
    item = read(tmp_path / "a.cif", "P 6/m m m", "3.40 3.40 3.40 90 90 120", "Ca 0 0 0, B .33333 .66667 .5")
    assert item.net.n_nodes == 3
    assert not any("ions" in one for one in item.quality)


def test_beads_of_a_coarse_model(tmp_path: Path) -> None:
    """One bead a node, and beads between them, on diamond: bonds by cut-offs of pairs, the same edges."""
    corners = np.array([[0, 0, 0], [0, 4, 4], [4, 0, 4], [4, 4, 0]])
    steps = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    nodes, linkers = np.concatenate([corners, corners + 2]) / 8, (corners[:, None] + steps).reshape(-1, 3) / 8
    cell = 13.8 * np.eye(3)
    alone = Structure(("Zn",) * 8, nodes, cell, ("",) * 8)
    (item,) = items_of_structure(alone, ReadOptions(bonds=BondOptions(pairs=(("Zn", "Zn", 7.2),))))
    both = Structure(("Zn",) * 8 + ("N",) * 16, np.concatenate([nodes, linkers]), cell, ("",) * 24)
    bonds = BondOptions(pairs=(("Zn", "N", 3.7), ("N", "N", 0.1)))
    (other,) = items_of_structure(both, ReadOptions(bonds=bonds, clusterings=("node-linker",)))
    assert identify(item.net).names == identify(other.net).names == ("dia",)
    assert (item.net.n_edges, other.net.n_edges) == (16, 32)


@pytest.mark.parametrize(
    ("sites", "hint"),
    [
        ("Cu 0 0 0, Zr .5 .5 .5", "--bonds metal-metal"),
        ("O 0 0 0", "--bonds hydrogen"),
        ("O 0 0 0, H .3 0 0, H 0 .3 0", "--bonds hydrogen"),
        ("O 0 0 0, C .5 .5 .5", "--bonds hydrogen"),
        ("Ar 0 0 0", ""),
    ],
)
def test_bonds_that_must_be_asked_for_are_named(sites: str, hint: str, tmp_path: Path) -> None:
    with pytest.raises(NoNetError) as none:
        read(tmp_path / "a.cif", "P 1", "3.2 3.2 3.2 90 90 90", sites)
    assert hint in (none.value.hint or "")
    assert bool(none.value.hint) == bool(hint)


def test_carbon_with_a_flaw_keeps_its_atoms() -> None:
    """A vacancy in diamond leaves planar rings at hand: none becomes a vertex of its own."""
    corners = np.array([[0, 0, 0], [0, 2, 2], [2, 0, 2], [2, 2, 0]]) / 4
    cell = np.concatenate([corners, corners + 0.25])
    places = np.concatenate([(cell + shift) / 2 for shift in np.ndindex(2, 2, 2)])[1:]
    carbon = Structure(("C",) * 63, places, 7.134 * np.eye(3), ("",) * 63)
    (item,) = items_of_structure(carbon)
    assert item.clustering == "atoms"
    assert (item.net.n_nodes, item.net.n_edges) == (63, 124)
