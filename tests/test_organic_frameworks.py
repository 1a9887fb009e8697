"""Covalent organic frameworks: the net that molecules were put on comes out again."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from carvsdb.atoms.structure import Structure
from carvsdb.net import Net, library
from carvsdb.net.transforms import shift, supercell
from carvsdb.topology import identify
from carvsdb.topology.archive import shipped
from carvsdb_ingest.analysis import read_items
from carvsdb_ingest.analysis.tolerance import WiderTolerance
from carvsdb_ingest.bonds import BondOptions, find_bonds
from carvsdb_ingest.clustering import cluster, natural_clustering


@dataclass
class Molecules:
    """Atoms and listed bonds; their places mean nothing."""

    elements: list[str] = field(default_factory=list)
    rows: list[tuple[int, int, int, int, int]] = field(default_factory=list)

    def atom(self, element: str, *others: int) -> int:
        self.elements.append(element)
        for other in others:
            self.bond(other, len(self.elements) - 1)
        return len(self.elements) - 1

    def bond(self, first: int, second: int, offset: Sequence[int] = (0, 0, 0)) -> None:
        u, v, w = (*offset, 0, 0, 0)[:3]
        self.rows.append((first, second, u, v, w))

    def ring(self, elements: str) -> list[int]:
        atoms = [self.atom(element) for element in elements]
        for first, second in zip(atoms, [*atoms[1:], atoms[0]], strict=True):
            self.bond(first, second)
        return atoms

    def structure(self) -> Structure:
        places = np.random.default_rng(1).random((len(self.elements), 3))
        elements = tuple(self.elements)
        return Structure(elements, places, 50 * np.eye(3), elements, bonds=np.array(self.rows, np.int64))


def benzene(made: Molecules) -> list[int]:
    """A ring with ends at 1, 3, 5."""
    return made.ring("CCCCCC")[::2]


def triazine(made: Molecules) -> list[int]:
    return made.ring("CNCNCN")[::2]


def amine(made: Molecules) -> list[int]:
    nitrogen = made.atom("N")
    return [phenyl(made, nitrogen) for _ in range(3)]


def phenyl(made: Molecules, on: int) -> int:
    ring = made.ring("CCCCCC")
    made.bond(on, ring[0])
    return ring[3]


def methane(made: Molecules) -> list[int]:
    carbon = made.atom("C")
    return [phenyl(made, carbon) for _ in range(4)]


def ethylene(made: Molecules) -> list[int]:
    first = made.atom("C")
    second = made.atom("C", first)
    return [phenyl(made, carbon) for carbon in (first, first, second, second)]


def pyrene(made: Molecules) -> list[int]:
    middle = [made.atom("C")]
    middle.append(made.atom("C", middle[0]))
    ends = []
    for carbon in tuple(middle):
        # Two rings on each side share the middle bond.
        left, right = made.atom("C", carbon), made.atom("C", carbon)
        top = [made.atom("C", left), made.atom("C", right)]
        made.atom("C", *top)
        ends += top
        middle += [left, right]
    for first, second in ((2, 4), (3, 5)):
        bridge = made.atom("C", middle[first])
        made.bond(made.atom("C", bridge), middle[second])
    return ends


def porphyrin(made: Molecules, metal: str = "", bridge: str = "C") -> list[int]:
    pyrroles = [made.ring("NCCCC") for _ in range(4)]
    ends = []
    for first, second in zip(pyrroles, [*pyrroles[1:], pyrroles[0]], strict=True):
        meso = made.atom(bridge, first[4], second[1])
        ends.append(phenyl(made, meso) if bridge == "C" else first[2])
    if metal:
        made.atom(metal, *(ring[0] for ring in pyrroles))
    return ends


def boronate(made: Molecules) -> list[int]:
    """Triphenylene with three boronate rings: the knot of COF-5."""
    inner = made.ring("CCCCCC")
    ends = []
    for first, second in ((0, 1), (2, 3), (4, 5)):
        outer = [made.atom("C", inner[first])]
        for _ in range(3):
            outer.append(made.atom("C", outer[-1]))
        made.bond(outer[-1], inner[second])
        oxygens = [made.atom("O", outer[1]), made.atom("O", outer[2])]
        ends.append(made.atom("B", *oxygens))
    return ends


KNOTS = {"benzene": benzene, "triazine": triazine, "amine": amine, "methane": methane, "ethylene": ethylene}
KNOTS |= {"pyrene": pyrene, "porphyrin": porphyrin, "boronate": boronate}
KNOTS["zinc porphyrin"] = lambda made: porphyrin(made, "Zn")
KNOTS["phthalocyanine"] = lambda made: porphyrin(made, "Cu", "N")


def join(made: Molecules, first: int, second: int, offset: Sequence[int], linker: str) -> None:
    if linker == "phenylene":
        ring = made.ring("CCCCCC")
        made.bond(first, ring[0])
        made.bond(ring[3], second, offset)
    elif linker == "imine":
        carbon = made.atom("C", first)
        made.atom("H", carbon)
        made.bond(made.atom("N", carbon), second, offset)
    else:
        made.bond(first, second, offset)


def framework(net: Net, knots: dict[int, str], linker: str, copies: int = 1) -> Structure:
    """Put molecules on the vertices of a net, by degree, and join them along its edges."""
    made = Molecules()
    degrees = net.degrees()
    for _ in range(copies):
        ends = [KNOTS[knots[degree]](made) for degree in degrees.tolist()]
        for src, dst, *offset in net.edges.tolist():
            join(made, ends[src].pop(), ends[dst].pop(), offset, linker)
    return made.structure()


@pytest.mark.parametrize(
    ("name", "knots", "linker"),
    [
        ("hcb", {3: "triazine"}, "phenylene"),
        ("hcb", {3: "benzene"}, "imine"),
        ("hcb", {3: "boronate"}, "phenylene"),
        ("hcb", {3: "amine"}, "none"),
        ("srs", {3: "benzene"}, "imine"),
        ("dia", {4: "methane"}, "imine"),
        ("dia", {4: "methane"}, "none"),
        ("sql", {4: "porphyrin"}, "imine"),
        ("sql", {4: "zinc porphyrin"}, "phenylene"),
        ("sql", {4: "phthalocyanine"}, "phenylene"),
        ("sql", {4: "pyrene"}, "imine"),
        ("kgm", {4: "ethylene"}, "imine"),
        ("pts", {4: "methane"}, "imine"),
        ("ctn", {3: "triazine", 4: "methane"}, "imine"),
        ("bor", {3: "benzene", 4: "methane"}, "none"),
        ("tbo", {3: "benzene", 4: "porphyrin"}, "imine"),
    ],
)
def test_molecules_on_a_net_give_the_net(name: str, knots: dict[int, str], linker: str) -> None:
    structure = framework(shipped().get(name), knots, linker)
    bonds = find_bonds(structure)
    assert natural_clustering(structure, bonds) == "organic"
    found = identify(cluster(structure, bonds, "organic").net)
    assert name in found.names
    assert found.multiplicity == 1


def test_interpenetrating_frameworks_are_counted() -> None:
    structure = framework(library.load("dia"), {4: "methane"}, "imine", copies=5)
    clustered = cluster(structure, find_bonds(structure), "organic")
    found = identify(clustered.net)
    assert (found.names, found.multiplicity) == (("dia",), 5)


def test_guests_and_ends_are_no_units() -> None:
    made = framework(library.load("dia"), {4: "methane"}, "imine")
    n_atoms = made.n_atoms
    guest = Molecules(list(made.elements), [] if made.bonds is None else [tuple(row) for row in made.bonds.tolist()])
    guest.ring("CCCCCC")
    # A methoxy group on a phenyl ring ends in nothing.
    guest.atom("C", guest.atom("O", 2))
    structure = guest.structure()
    clustered = cluster(structure, find_bonds(structure), "organic")
    assert "dia" in identify(clustered.net).names
    assert clustered.notes[0] == "removed guests: 1 C6"
    assert set(clustered.site_to_vertex[n_atoms : n_atoms + 6].tolist()) == {-1}


def test_triazine_framework_of_the_field(shared: Path) -> None:
    (item,) = read_items(shared / "cases" / "atoms" / "cof-ctf.cif")
    assert item.clustering == "organic"
    assert identify(item.net).names == ("hcb",)


def test_what_is_no_organic_framework(shared: Path) -> None:
    for name in ("Diamond", "MIL-53", "ZIF-8"):
        (item,) = read_items(shared / "data" / "cifs" / f"{name}.cif")
        assert item.clustering != "organic"


def graphyne() -> Structure:
    """Benzene rings in one plane, joined by triple bonds on the edges of a honeycomb net."""
    places, elements = [], []
    side = np.sqrt(3) * (2 * (1.40 + 1.43) + 1.20)
    cell = np.array([[side, 0, 0], [-side / 2, side * np.sqrt(3) / 2, 0], [0, 0, 10.0]])
    for centre, turn in ((np.array([1, 2, 0]) / 3 @ cell, 90), (np.array([2, 1, 0]) / 3 @ cell, 30)):
        for step in range(6):
            angle = np.radians(turn + 60 * step)
            ray = np.array([np.cos(angle), np.sin(angle), 0])
            places += [centre + 1.40 * ray, centre + (2.48 if step % 2 else 2.83) * ray]
            elements += ["C", "H" if step % 2 else "C"]
    return Structure.from_cartesian(tuple(elements), np.array(places), cell, np.zeros(3))


@pytest.mark.parametrize("clustering", ["single-node", "all-node", "standard", "pem", "pe", "metalloligand", "organic"])
def test_a_framework_without_metals_has_one_net_in_all_clusterings(clustering: str) -> None:
    structure = graphyne()
    clustered = cluster(structure, find_bonds(structure), clustering)
    assert identify(clustered.net).names == ("hcb",)
    said = any("repeat for ever, left in their rings and branch points: 1" in one for one in clustered.quality)
    assert said == (clustering in ("single-node", "metalloligand"))


def test_a_net_counted_from_other_cells_is_no_other_net(monkeypatch: pytest.MonkeyPatch) -> None:
    structure = graphyne()
    bonds = find_bonds(structure)
    clustered = replace(cluster(structure, bonds, "organic"), net=supercell(library.load("dia"), np.diag([2, 1, 1])))
    wider = WiderTolerance(structure, bonds, ("organic",), BondOptions())

    def said(net: Net) -> list[str]:
        monkeypatch.setattr(WiderTolerance, "_others", {"organic": replace(clustered, net=net)})
        return wider.sentences(clustered)

    shifted = shift(clustered.net, np.array([[0, 0, 0], [1, 0, -1], [0, 2, 0], [0, 0, 0]]))
    assert not shifted.same_as(clustered.net)
    assert said(shifted) == []
    (sentence,) = said(library.load("lon"))
    assert "gives another net: of the same coordination numbers; " in sentence
