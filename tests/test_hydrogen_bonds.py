"""Hydrogen bonds on request: ice and clathrate hydrates are nets of water."""

from pathlib import Path

import numpy as np
import pytest
from program import carvsdb

from carvsdb.atoms.structure import Structure
from carvsdb.errors import NoNetError
from carvsdb.topology import identify
from carvsdb_ingest.bonds import BondOptions, find_bonds
from carvsdb_ingest.clustering import cluster, natural_clustering
from carvsdb_refine.backmap import BackmapOptions, backmap

ON = BondOptions(hydrogen=True)


def water(name: str, hydrogen: str, repeat: tuple[int, int, int] = (2, 2, 2)) -> Structure:
    """Water on the vertices of a net: oxygen only, one hydrogen on each edge, or half of one at both ends."""
    made = backmap(name, "oxygen", BackmapOptions(metal="Si", repeat=repeat), rng=np.random.default_rng(0))
    net, cell = made.net, made.model.cell * 2.76 / 3.07
    positions = made.model.positions[: net.n_vertices] @ np.linalg.inv(made.model.cell)
    elements, places = ["O"] * net.n_vertices, list(positions)
    generator = np.random.default_rng(1)
    for src, dst, *offset in net.edges.tolist():
        arm = positions[dst] + offset - positions[src]
        near = 0.97 / float(np.linalg.norm(arm @ cell))
        ends = {"none": (), "ordered": ((near, 1 - near)[generator.integers(2)],), "half": (near, 1 - near)}[hydrogen]
        for part in ends:
            elements.append("H")
            places.append(positions[src] + part * arm)
    return Structure(tuple(elements), np.array(places), cell, tuple(elements))


# Ice Ih, ice Ic, clathrate hydrates of types I and II, and the one of the issue.
@pytest.mark.parametrize("hydrogen", ["none", "ordered", "half"])
@pytest.mark.parametrize("name", ["lon", "dia", "mep", "mtn", "ict"])
def test_ices_and_hydrates(name: str, hydrogen: str) -> None:
    structure = water(name, hydrogen, (1, 1, 1) if name in ("mep", "mtn") else (2, 2, 2))
    bonds = find_bonds(structure, ON)
    assert bonds.rule == "covalent radii + 0.3 Å, hydrogen bonds"
    assert bonds.parameters["hydrogen_bonds"] is True
    found = identify(cluster(structure, bonds, natural_clustering(structure, bonds)).net)
    assert name in found.names
    assert found.multiplicity == 1
    assert any("by distance" in sentence for sentence in bonds.quality) == (hydrogen == "none")
    with pytest.raises(NoNetError):
        cluster(structure, find_bonds(structure), "single-node")


def test_guests_of_a_hydrate_are_listed() -> None:
    cage = water("mep", "ordered", (1, 1, 1))
    methane = np.array([[0, 0, 0], *(np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) * 0.63)])
    centre = np.linalg.inv(cage.cell)
    generator = np.random.default_rng(2)
    for place in generator.random((5000, 3)):
        apart = cage.positions - place
        if np.linalg.norm((apart - np.rint(apart)) @ cage.cell, axis=1).min() > 2.6:
            break
    else:
        raise AssertionError("no room")
    elements = (*cage.elements, "C", "H", "H", "H", "H")
    filled = Structure(elements, np.vstack([cage.positions, place + methane @ centre]), cage.cell, elements)
    clustered = cluster(filled, find_bonds(filled, ON), "single-node")
    assert "mep" in identify(clustered.net).names
    assert clustered.notes[0] == "removed guests: 1 CH4"


def test_geometry_decides() -> None:
    def count(*places: tuple[float, float, float]) -> int:
        elements = ("O", "H", "O")
        pair = Structure(elements, np.array(places) / 12, 12 * np.eye(3), elements)
        return len(find_bonds(pair, ON).edges)

    assert count((0, 0, 0), (0.97, 0, 0), (2.8, 0, 0)) == 2
    # Too far, and bent by more than 60 degrees.
    assert count((0, 0, 0), (0.97, 0, 0), (3.6, 0, 0)) == 1
    assert count((0, 0, 0), (0.97, 0, 0), (1.2, 1.9, 0)) == 1
    # The oxygens of a nitrate are 2.2 Å apart and bonded to one N.
    angles = np.radians([0, 120, 240])
    nitrate = np.array([[0, 0, 0], *np.column_stack([1.25 * np.cos(angles), 1.25 * np.sin(angles), 0 * angles])])
    ion = Structure(("N", "O", "O", "O"), nitrate / 12, 12 * np.eye(3), ("",) * 4)
    assert len(find_bonds(ion, ON).edges) == 3


def test_by_command(tmp_path: Path) -> None:
    structure = water("dia", "none", (2, 2, 2))
    lines = [
        f"{element} {x} {y} {z}"
        for element, (x, y, z) in zip(structure.elements, structure.positions @ structure.cell, strict=True)
    ]
    lattice = " ".join(str(x) for x in structure.cell.ravel())
    file = tmp_path / "ice.xyz"
    file.write_text(f'{len(lines)}\nLattice="{lattice}" Properties=species:S:1:pos:R:3\n' + "\n".join(lines) + "\n")
    (described,) = carvsdb("describe", file, "--bonds", "hydrogen", "--json").json_lines
    assert described["name"] == "dia"
    assert "hydrogen bonds" in described["bond_rule"]
    assert carvsdb("describe", file).code == 3
