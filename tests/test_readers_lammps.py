"""LAMMPS data files: published models, the laws of bonds, and everything that can be wrong with them."""

import contextlib
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carvsdb.errors import InputError
from carvsdb.net import periodicity
from carvsdb_ingest.analysis import read_items
from carvsdb_ingest.analysis.item import NetItem, ReadOptions
from carvsdb_ingest.readers.lammps.nearest_image import reduced_basis
from carvsdb_ingest.readers.models import read_model

# A square of two nodes (type 2) and two linkers (type 1) on a chain along x, with a redundant node-node bond.
CHAIN = """chain of two nodes and two linkers

4 atoms
5 bonds
2 atom types
1 bond types

0.0 12.0 xlo xhi
0.0 10.0 ylo yhi
0.0 10.0 zlo zhi

Masses

1 15.9994 # O
2 28.0855 # Si

Atoms # full

1 1 2 0.0  0.5 5.0 5.0
2 1 1 0.0  3.5 5.0 5.0
3 1 2 0.0  6.5 5.0 5.0
7 1 1 0.0  9.5 5.0 5.0

Bonds

1 1 1 2
2 1 2 3
3 1 3 7
4 1 7 1
5 1 1 3
"""


def read_text(folder: Path, text: str | bytes, **options: object) -> NetItem:
    file = folder / "net.data"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    (item,) = read_items(file, ReadOptions(**options))  # type: ignore[arg-type]
    return item


def test_nodes_linkers_and_redundant_bonds(tmp_path: Path) -> None:
    item = read_text(tmp_path, CHAIN)
    net = item.net
    assert item.clustering == "node-linker"
    assert item.bond_rule == "Bonds section"
    assert net.labels == ("1", "2", "3", "7")
    assert net.is_node.tolist() == [True, False, True, False]
    assert net.edges.tolist() == [[0, 1, 0, 0, 0], [0, 3, -1, 0, 0], [1, 2, 0, 0, 0], [2, 3, 0, 0, 0]]
    assert periodicity(net) == 1
    assert item.notes[0].startswith("atom type 1 is taken for the linker and 2 for the node")
    assert item.notes[1] == "1 node-node bonds repeat paths over linkers and are left out"
    assert item.parameters["type_names"] == {1: "O", 2: "Si"}
    assert item.parameters["masses"] == {1: 15.9994, 2: 28.0855}
    assert item.quality == ()


def test_given_types_are_the_guessed_ones(tmp_path: Path) -> None:
    guessed = read_text(tmp_path, CHAIN)
    for options in (
        {"node_types": (2,), "linker_types": (1,)},
        {"node_types": (2,)},
        {"linker_types": (1, 9)},
    ):
        item = read_text(tmp_path, CHAIN, **options)
        assert item.net.same_as(guessed.net)
        assert item.content_hash == guessed.content_hash
        assert len(item.notes) == 1
    every = read_text(tmp_path, CHAIN, node_types=(1, 2))
    assert every.clustering == "as given"
    assert every.net.n_edges == 5
    assert every.content_hash != guessed.content_hash


def test_the_guess_is_made_where_it_can_be(tmp_path: Path) -> None:
    bipartite = CHAIN.replace("5 bonds", "4 bonds").replace("5 1 1 3\n", "")
    equal = read_text(tmp_path, bipartite)
    assert equal.clustering == "as given"
    assert equal.notes == (
        "neither of the atom types 1, 2 looks like a linker: each atom is taken for a node; "
        "name node and linker types to change that",
    )
    # Of two types that only bond to each other, the linker is the one with fewer bonds per atom.
    branched = bipartite.replace("4 atoms", "5 atoms").replace("4 bonds", "5 bonds")
    branched = branched.replace("\nBonds", "8 1 1 0.0 0.5 7.0 5.0\n\nBonds") + "5 1 8 1\n"
    assert read_text(tmp_path, branched).parameters["linker_types"] == [1]
    one_type = CHAIN.replace(" 1 0.0 ", " 2 0.0 ")
    assert read_text(tmp_path, one_type).net.n_edges == 5
    three = CHAIN.replace("7 1 1 0.0", "7 1 3 0.0")
    assert "3 atom types (1, 2, 3)" in read_text(tmp_path, three).notes[0]


@pytest.mark.parametrize("model", ["m1", "m2"])
def test_published_azif(model: str, shared: Path) -> None:
    truth = json.loads((shared / "truth" / "node_linker.json").read_text())[f"{model}_azif"]
    (item,) = read_items(shared / "data" / "amorphous-mof" / "zif" / f"{model}-azif_ace_24-topology.data")
    net = item.net
    assert (net.n_nodes, net.n_linkers) == (1728, 3456)
    degrees = Counter(net.degrees()[~net.is_node].tolist())
    assert {str(degree): count for degree, count in degrees.items()} == truth["linker_degrees"]
    if model == "m1":
        assert net.n_edges == 6898
        assert any(note.startswith("3451 node-node bonds") for note in item.notes)
    assert item.quality == ()
    assert periodicity(net) == 3


def test_published_silica_and_silicon(shared: Path) -> None:
    truth = json.loads((shared / "truth" / "node_linker.json").read_text())["a-SiO2_gap22"]
    folder = shared / "data" / "amorphous-mof"
    (silica,) = read_items(folder / "sio2" / "asio2-gap_22-topology.data")
    degrees = Counter(silica.net.degrees()[~silica.net.is_node].tolist())
    assert {str(degree): count for degree, count in degrees.items()} == truth["linker_degrees"]
    (silicon,) = read_items(folder / "si" / "asi-gap_18-topology.data")
    assert (silicon.net.n_nodes, silicon.net.n_linkers, silicon.net.n_edges) == (4096, 0, 8201)
    # The published CGD of the same model numbers its atoms alike, and was made by others.
    (cgd,) = read_items(folder / "si" / "asi-gap_18-topology.cgd")
    assert Counter(cgd.net.degrees().tolist()) == Counter(silicon.net.degrees().tolist())


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(flags=st.lists(st.tuples(*[st.integers(-3, 3)] * 3), min_size=4, max_size=4))
def test_image_flags_do_not_change_the_net(flags: list[tuple[int, int, int]], tmp_path: Path) -> None:
    plain = read_text(tmp_path, CHAIN)
    text = CHAIN
    for x, flag in zip(("0.5", "3.5", "6.5", "9.5"), flags, strict=True):
        text = text.replace(f"0.0  {x} 5.0 5.0", f"0.0  {x} 5.0 5.0 {flag[0]} {flag[1]} {flag[2]}")
    for title in ("Atoms # full", "Atoms"):
        flagged = read_text(tmp_path, text.replace("Atoms # full", title))
        assert flagged.net.same_as(plain.net)


@pytest.mark.parametrize(
    ("style", "columns"),
    [
        ("atomic", "{id} {type}"),
        ("charge", "{id} {type} -0.5"),
        ("molecular", "{id} 1 {type}"),
        ("bond", "{id} 1 {type}"),
        ("angle", "{id} 1 {type}"),
        ("full", "{id} 1 {type} 0.0"),
        ('style = "full"', "{id} 1 {type} 0.0"),
    ],
)
@pytest.mark.parametrize("stated", [True, False])
def test_atom_styles(style: str, columns: str, stated: bool, tmp_path: Path) -> None:
    text = CHAIN
    for number, kind in ((1, 2), (2, 1), (3, 2), (7, 1)):
        text = text.replace(f"\n{number} 1 {kind} 0.0 ", "\n" + columns.format(id=number, type=kind) + " ")
    item = read_text(tmp_path, text.replace("# full", f"# {style}" if stated else ""))
    assert item.net.same_as(read_text(tmp_path, CHAIN).net)


def pair(cell: str, tilt: str, first: str, second: str, bonds: str) -> str:
    x, y, z = cell.split()
    count = bonds.count("\n") + 1
    return (
        f"two atoms\n\n2 atoms\n{count} bonds\n0 {x} xlo xhi\n"
        f"0 {y} ylo yhi\n0 {z} zlo zhi\n{tilt} xy xz yz\n\n"
        f"Atoms # molecular\n\n1 1 1 {first}\n2 1 1 {second}\n\nBonds\n\n{bonds}\n"
    )


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    tilt=st.tuples(*[st.integers(-25, 25)] * 3),
    place=st.tuples(*[st.integers(1, 99)] * 3),
)
def test_bonds_go_to_the_nearest_image_in_any_cell(
    tilt: tuple[int, int, int], place: tuple[int, int, int], tmp_path: Path
) -> None:
    second = " ".join(f"{part / 10 + 0.013}" for part in place)
    text = pair("10 10 10", " ".join(map(str, tilt)), "0 0 0", second, "1 1 1 2")
    net = read_text(tmp_path, text).net
    assert net.cell is not None
    assert net.positions is not None
    (edge,) = net.edges
    found = np.linalg.norm((net.positions[1] + edge[2:] - net.positions[0]) @ net.cell)
    around = np.stack(np.meshgrid(*[np.arange(-9, 10)] * 3, indexing="ij"), -1).reshape(-1, 3)
    nearest = np.linalg.norm((net.positions[1] - net.positions[0] + around) @ net.cell, axis=1).min()
    assert found == pytest.approx(nearest, abs=1e-9)


def test_an_atom_may_bond_to_its_own_image(tmp_path: Path) -> None:
    item = read_text(tmp_path, pair("3 20 20", "0 0 0", "0 0 0", "0 5 0", "1 1 1 1\n2 1 1 2"))
    assert item.net.edges.tolist() == [[0, 0, 1, 0, 0], [0, 1, 0, 0, 0]]
    assert item.quality == ()


def test_a_pair_listed_twice_goes_to_two_images_only_if_both_are_near(tmp_path: Path) -> None:
    small = read_text(tmp_path, pair("6 20 20", "0 0 0", "0 0 0", "2.95 0 0", "1 1 1 2\n2 1 2 1"))
    assert small.net.edges.tolist() == [[0, 1, -1, 0, 0], [0, 1, 0, 0, 0]]
    large = read_text(tmp_path, pair("20 20 20", "0 0 0", "0 0 0", "3 0 0", "1 1 1 2\n2 1 2 1"))
    assert large.net.multiplicity.tolist() == [2]
    assert large.quality == ("1 bonds are listed more than once between the same images",)
    half = read_text(tmp_path, pair("6 20 20", "0 0 0", "0 0 0", "3 0 0", "1 1 1 2"))
    assert "1 bonds could go to another image at the same distance" in half.quality[0]


@given(rows=st.lists(st.tuples(*[st.integers(-6, 6)] * 3), min_size=3, max_size=3))
def test_reduced_basis_spans_the_same_lattice_with_shortest_vectors(rows: list[tuple[int, int, int]]) -> None:
    cell = np.array(rows, np.float64)
    if abs(np.linalg.det(cell)) < 0.5:
        return
    basis = reduced_basis(cell)
    assert abs(np.linalg.det(basis)) == pytest.approx(1)
    around = np.stack(np.meshgrid(*[np.arange(-6, 7)] * 3, indexing="ij"), -1).reshape(-1, 3)
    lengths = np.linalg.norm((around @ basis) @ cell, axis=1)
    assert np.linalg.norm(basis[0] @ cell) == pytest.approx(lengths[lengths > 0].min())


BAD: dict[str, tuple[str | bytes, str]] = {
    "no bonds": (CHAIN[: CHAIN.index("Bonds")] + "Bonds\n\n", r"net\.data:\d+: there are no bonds"),
    "fewer atoms": (
        CHAIN.replace("4 atoms", "5 atoms"),
        r":17: the header declares 5 atoms, but there are 4",
    ),
    "fewer bonds": (CHAIN[: CHAIN.index("5 1 1 3")], r":24: the header declares 5 bonds, but there are 4"),
    "no atoms": ("title\n\n0 atoms\n0 1 xlo xhi\n0 1 ylo yhi\n0 1 zlo zhi\n", r"there are no atoms"),
    "no box": (CHAIN.replace("0.0 10.0 ylo yhi\n", ""), r"the header has no 'ylo yhi'"),
    "empty box": (CHAIN.replace("0.0 10.0 ylo", "10.0 10.0 ylo"), r":9: the box has no length along y"),
    "flat box": (CHAIN.replace("zlo zhi", "zlo zhi\n0 0 1e6 xy xz yz"), r":11: the cell has no volume"),
    "a bond to nowhere": (CHAIN.replace("4 1 7 1", "4 1 8 1"), r":29: bond names atom 8"),
    "an atom twice": (CHAIN.replace("\n7 1 1", "\n3 1 1"), r":22: atom 3 is given twice"),
    "not finite": (CHAIN.replace("9.5 5.0", "nan 5.0"), r":22: a coordinate must be a finite number"),
    "absurd": (CHAIN.replace("9.5 5.0", "1e99 5.0"), r":22: a coordinate must be at most"),
    "columns": (CHAIN.replace("9.5 5.0 5.0", "9.5 5.0"), r":22: an atom needs 7 columns"),
    "a style": (CHAIN.replace("# full", "# tdpd"), r":17: atom style 'tdpd' is not supported"),
    "a type": (CHAIN.replace("\n7 1 1 ", "\n7 1 O "), r":22: an atom's type must be a whole number"),
    "a bond": (CHAIN.replace("4 1 7 1", "4 1 7"), r":29: a bond needs 4 columns"),
    "two sections": (CHAIN + "\nBonds\n\n1 1 1 2\n", r"a second section 'Bonds'"),
    "empty": (b"", r"is empty"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_files_give_one_sentence_with_file_and_line(case: str, tmp_path: Path) -> None:
    content, sentence = BAD[case]
    with pytest.raises(InputError, match=sentence) as caught:
        read_text(tmp_path, content)
    assert str(caught.value).startswith(str(tmp_path / "net.data"))
    assert "\n" not in str(caught.value)


def test_bad_types(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="atom type 1 is neither a node type nor a linker type"):
        read_text(tmp_path, CHAIN, node_types=(2,), linker_types=(3,))
    with pytest.raises(InputError, match="cannot be both"):
        read_text(tmp_path, CHAIN, node_types=(2,), linker_types=(2, 1))
    with pytest.raises(InputError, match=r":30: atoms 1 and 3 are bonded but both linkers"):
        read_text(tmp_path, CHAIN, node_types=(1,), linker_types=(2,))
    with pytest.raises(InputError, match="no atom is of a node type"):
        read_text(tmp_path, CHAIN, linker_types=(1, 2))


WORDS = st.sampled_from(
    [
        *["", "0", "1", "-1", "2.5", "nan", "inf", "1e308", "9" * 30, "Atoms", "Bonds", "xlo", "#", "\n"],
        *["\u0661", "O", "1e-9", "xy xz yz", "Masses", "-7", "10000000"],
    ]
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(st.integers(0, 300), WORDS), min_size=1, max_size=4))
def test_damaged_files_are_read_or_refused(changes: list[tuple[int, str]], tmp_path: Path) -> None:
    words = CHAIN.replace("\n", " \n ").split(" ")
    for place, word in changes:
        words[place % len(words)] = word
    with contextlib.suppress(InputError):
        read_text(tmp_path, " ".join(words).encode())


@pytest.mark.parametrize(
    ("style", "before", "after", "charge", "molecule"),
    [
        ("sphere", "1.0 2.0", "", None, None),
        ("dipole", "-0.5", "0.1 0.2 0.3", -0.5, None),
        ("template", "4 1 2", "", None, 4),
        ("peri", "1.0 2.0", "", None, None),
        ("body", "0 28.0", "", None, None),
        ("spin", "", "1 0 0 2.2", None, None),
        ("electron", "-0.5 1 2.0", "", -0.5, None),
        ("hybrid", "", "-0.5", None, None),
        ("hybrid charge", "", "-0.5", -0.5, None),
        ("hybrid sphere full", "", "1.0 2.0 4 -0.5", -0.5, 4),
    ],
)
def test_styles_with_more_columns(
    tmp_path: Path, style: str, before: str, after: str, charge: float | None, molecule: int | None
) -> None:
    path = tmp_path / "styles.data"
    box = "".join(f"0 10 {axis}lo {axis}hi\n" for axis in "xyz")
    for images in ("", "0 0 1"):
        atom = f"1 2 {before} 2.6 1 3 {after} {images}"
        path.write_text(
            f"t\n\n1 atoms\n2 atom types\n{box}\nMasses\n\n1 28.0855\n2 15.999\n\nAtoms # {style}\n\n{atom}\n"
        )
        if style == "hybrid":
            with pytest.raises(InputError, match="hybrid is made of others; name them"):
                read_model(path)
            return
        model = read_model(path)
        assert model.elements == ("O",)
        assert np.allclose(model.positions % 10, [[2.6, 1, 3]])
        assert (None if model.charges is None else model.charges[0]) == charge
        assert (None if model.molecule_ids is None else model.molecule_ids[0]) == molecule
