"""Start models: the net that goes in comes out again, bonds are as long as they should be, nothing overlaps."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb.atoms.pairs import list_pairs
from carvsdb.errors import InputError, NotFoundError
from carvsdb.generate import AnnealingSchedule, SwitchingOptions, wooten_winer_weaire
from carvsdb.net import Net, contract_linkers, library
from carvsdb.topology import identify, key_of
from carvsdb_ingest.readers.models import read_model
from carvsdb_ingest.writers.models import write_model
from carvsdb_refine.backmap import (
    BackmapOptions,
    Backmapped,
    Molecule,
    backmap,
    imidazolate,
    node_net,
    random_packing,
)
from carvsdb_refine.backmap.node_net import two_ended
from carvsdb_refine.backmap.orientations import best_spins

ZIF = "data/amorphous-mof/zif"
# No contact between atoms that are not bonded may be below these (Å): the shortest ones in the well-annealed m1.
SHORTEST = {
    "C-C": 2.81, "C-H": 2.01, "C-N": 2.78, "C-Zn": 2.43, "H-H": 1.59, "H-N": 1.98, "H-Zn": 2.39, "N-N": 2.68,
    "Zn-Zn": 3.25,
}  # fmt: skip


def net_of(model: AtomicModel, cutoff: float = 2.5) -> Net:
    """Return the node-linker net of a model: metals in order, then linkers, joined where N is near Zn."""
    elements = np.array(model.elements)
    assert model.molecule_ids is not None
    pairs = list_pairs(model.positions, model.cell, cutoff)
    bonded = (elements[pairs.firsts] == "Zn") & (elements[pairs.seconds] == "N")
    metals, nitrogens = pairs.firsts[bonded], pairs.seconds[bonded]
    shifts = pairs.vectors[bonded] - model.positions[nitrogens] + model.positions[metals]
    cells = np.rint(shifts @ np.linalg.inv(model.cell)).astype(np.int64)
    n_nodes = int((elements == "Zn").sum())
    is_node = np.arange(int(model.molecule_ids.max())) < n_nodes
    rows = np.column_stack([metals, model.molecule_ids[nitrogens] - 1, cells])
    return contract_linkers(Net.from_edges(rows, len(is_node), is_node=is_node))


def check(made: Backmapped) -> None:
    """Check a decorated net against the net it was made from."""
    model = made.model
    elements = np.array(model.elements)
    assert (made.missing, made.extra) == (0, 0)
    assert net_of(model).same_as(made.net)
    assert np.abs(made.bond_lengths - 2.0).max() < 0.1
    pairs = list_pairs(model.positions, model.cell, 3.3)
    assert model.molecule_ids is not None
    apart = model.molecule_ids[pairs.firsts] != model.molecule_ids[pairs.seconds]
    for first, second, distance in zip(
        elements[pairs.firsts[apart]], elements[pairs.seconds[apart]], pairs.distances[apart], strict=True
    ):
        name = "-".join(sorted((first, second)))
        assert distance > (1.9 if name == "N-Zn" else SHORTEST[name]), name
    # Linkers have stayed rigid.
    linker = imidazolate()
    shape = np.linalg.norm(linker.positions[:, None] - linker.positions, axis=-1)
    atoms = model.positions[made.net.n_vertices :].reshape(-1, len(linker.elements), 3)
    assert np.linalg.norm(atoms[:, :, None] - atoms[:, None], axis=-1) == pytest.approx(
        np.broadcast_to(shape, (len(atoms), *shape.shape)), abs=1e-9
    )


def test_imidazolate_is_as_published() -> None:
    linker = imidazolate()
    n_1, c_2, n_3, c_4, c_5 = linker.positions[:5]

    def distance(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
        return float(np.linalg.norm(first - second))

    def angle(first: NDArray[np.float64], middle: NDArray[np.float64], last: NDArray[np.float64]) -> float:
        one, other = first - middle, last - middle
        return float(np.degrees(np.arccos(one @ other / np.linalg.norm(one) / np.linalg.norm(other))))

    # Means over the two halves of imidazole, Christen et al. (1981).
    assert distance(n_1, c_2) == pytest.approx((1.364 + 1.314) / 2)
    assert distance(n_3, c_4) == pytest.approx((1.382 + 1.377) / 2)
    assert distance(c_4, c_5) == pytest.approx(1.364)
    assert angle(n_1, c_2, n_3) == pytest.approx(112.0)
    assert angle(c_2, n_3, c_4) == pytest.approx((104.9 + 106.9) / 2, abs=0.1)
    assert angle(n_3, c_4, c_5) == pytest.approx((110.7 + 105.5) / 2, abs=0.1)
    for carbon, hydrogen in zip((c_2, c_4, c_5), linker.positions[5:], strict=True):
        assert distance(carbon, hydrogen) == pytest.approx(1.078)
    sites = linker.metal_sites(2.0)
    assert distance(sites[0], n_1) == pytest.approx(2.0)
    assert distance(*sites) == pytest.approx(6.0, abs=0.01)


@pytest.mark.parametrize("spin", ["random", "optimised"])
def test_sodalite(shared: Path, tmp_path: Path, spin: str) -> None:
    made = backmap(shared / ZIF / "sod.cgd", options=BackmapOptions(spin=spin), rng=np.random.default_rng(1))
    check(made)
    assert made.model.cell == pytest.approx(np.eye(3) * 16.83, abs=0.01)
    assert "12 metals, 24 linkers, 204 atoms" in str(made)
    found = identify(net_of(made.model))
    assert "sod" in found.names
    for name in ("start.data", "start.xyz"):
        write_model(made.model, tmp_path / name)
        again = read_model(tmp_path / name)
        assert again.elements == made.model.elements
        assert np.array_equal(again.positions, made.model.positions)
        if name == "start.data":
            assert again.molecule_ids is not None
            assert np.bincount(again.molecule_ids)[1:].tolist() == [1] * 12 + [8] * 24


def test_the_same_seed_gives_the_same_model() -> None:
    first, second, third = (backmap("sod", rng=np.random.default_rng(seed)).model for seed in (1, 1, 2))
    assert first.equals(second)
    assert not first.equals(third)


def test_other_nets(shared: Path) -> None:
    # A dense crystal, an exact net without geometry, and a generated network.
    check(backmap(shared / ZIF / "zni.cgd", rng=np.random.default_rng(1)))
    # dia is denser: two metals and four linkers in 9.7 Å; twice as many keep atoms from meeting their own images.
    check(backmap("dia", options=BackmapOptions(repeat=(2, 1, 1)), rng=np.random.default_rng(1)))
    short = SwitchingOptions(AnnealingSchedule(temperatures=(0.5, 0.3), attempts_per_node=(40, 40)))
    network = wooten_winer_weaire(64, generator=np.random.default_rng(1), options=short).net
    made = backmap(network, rng=np.random.default_rng(1))
    assert (made.missing, made.extra) == (0, 0)
    assert net_of(made.model).same_as(network)


def test_node_linker_nets_are_the_same(shared: Path) -> None:
    node_only = node_net(library.load("sod"), 5.95)
    rows = []
    for edge, (src, dst, *offset) in enumerate(node_only.edges.tolist()):
        rows += [(src, 6 + edge, 0, 0, 0), (dst, 6 + edge, *(-np.array(offset)).tolist())]
    is_node = np.arange(6 + node_only.n_edges) < 6
    assert node_only.positions is not None
    positions = np.vstack([node_only.positions, np.zeros((node_only.n_edges, 3))])
    linked = Net.from_edges(np.array(rows), len(is_node), is_node=is_node, positions=positions, cell=node_only.cell)
    again = node_net(linked, 5.95)
    assert key_of(again) == key_of(node_only)
    assert again.cell == pytest.approx(node_only.cell)


@pytest.mark.slow
def test_amorphous_zif(shared: Path) -> None:
    # The published node net of m1, its mean Zn-Zn distance (5.883 Å) scaled to 5.95 Å.
    made = backmap(shared / ZIF / "m1_ace_24-anneal_1500K_5ns.cgd", rng=np.random.default_rng(1))
    assert (made.missing, made.extra) == (0, 0)
    assert net_of(made.model).same_as(made.net)
    # m1 itself has 0.0722485 atoms/Å³.
    assert made.model.number_density == pytest.approx(0.0722485, rel=0.04)
    assert made.bond_lengths.mean() == pytest.approx(2.0, abs=0.03)
    assert made.relaxation.largest_overlap < 0.5


def test_the_best_spins_overlap_least() -> None:
    # Two linkers of one atom each, on circles that come near one another.
    angles = 2 * np.pi * np.arange(8) / 8
    circle = np.column_stack([np.cos(angles), np.sin(angles), np.zeros(8)])
    placings = np.stack([circle + 5.0, circle + np.array([7.0, 5, 5])])[:, :, None]
    contacts = np.array([[3.5]])
    chosen = best_spins(placings, np.array([0, 4]), np.zeros((2, 1), np.int64), contacts, np.eye(3) * 20)
    between = placings[0, chosen[0], 0] - placings[1, chosen[1], 0]
    assert np.linalg.norm(between) > 3.5


def test_what_cannot_be_decorated(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    with pytest.raises(NotFoundError, match="no such file"):
        backmap(tmp_path / "none.cgd", rng=rng)
    with pytest.raises(NotFoundError, match="'zif'"):
        backmap("zif", rng=rng)
    with pytest.raises(InputError, match="no linker 'terephthalate'; expected one of imidazolate"):
        backmap("sod", "terephthalate", rng=rng)
    with pytest.raises(InputError, match="not three-periodic"):
        backmap("sql", rng=rng)
    with pytest.raises(InputError, match=r"too small for its linkers; expected 6\.2 Å or more; repeat it"):
        backmap("pcu", rng=rng)
    with pytest.raises(InputError, match="spin must be one of"):
        BackmapOptions(spin="left")
    with pytest.raises(InputError, match="metal_distance must be above 0"):
        BackmapOptions(metal_distance=-1.0)
    three = Net.from_edges(np.array([[0, 3], [1, 3], [2, 3]]), 4, is_node=[True, True, True, False])
    with pytest.raises(InputError, match="no positions to tell their nearest two"):
        node_net(three, 5.95)


def test_a_net_is_brought_to_a_density_with_its_bonds() -> None:
    # Denser than with metals 5.95 Å apart: linkers turn, bonds stay.
    options = BackmapOptions(density=0.05, most_steps=200)
    made = backmap("sod", options=options, rng=np.random.default_rng(1))
    assert made.model.number_density == pytest.approx(0.05, rel=1e-9)
    assert (made.missing, made.extra) == (0, 0)
    assert made.relaxation.largest_overlap < 0.05
    # The net's cell is the model's, as are those of the bonds: recomputed from positions they are what was said.
    assert made.net.cell == pytest.approx(made.model.cell)
    assert made.bond_lengths.std() < 0.03
    by_mass = backmap("sod", options=BackmapOptions(density="0.9 g/cm3"), rng=np.random.default_rng(1))
    assert 0.04 < by_mass.model.number_density < 0.05
    for density, words in (
        (0, "density must be above 0"),
        ("thick", "number density in atoms"),
        (3, "denser than any"),
    ):
        with pytest.raises(InputError, match=words):
            backmap("sod", options=BackmapOptions(density=density), rng=np.random.default_rng(1))
    with pytest.raises(InputError, match=r"too small for its linkers; expected 6\.2 Å or more; repeat the net"):
        backmap("dia", options=BackmapOptions(density=0.24), rng=np.random.default_rng(1))


def test_linkers_on_other_than_two_nodes() -> None:
    # Linker 3 is on three nodes, of which 1 is the farthest; linker 4 dangles.
    rows = np.array([[0, 3], [1, 3], [2, 3], [0, 4], [0, 5], [1, 5]])
    places = np.array([[0, 0, 0], [0.5, 0.3, 0], [0.2, 0, 0], [0.1, 0.05, 0], [0, 0.1, 0], [0.2, 0.2, 0]])
    net = Net.from_edges(rows, 6, is_node=np.arange(6) < 3, positions=places, cell=np.eye(3) * 20)
    trimmed, bonds_cut, left_out = two_ended(net)
    assert (bonds_cut, left_out) == (1, 1)
    assert node_net(net, 5.95).edges[:, :2].tolist() == [[0, 1], [0, 2]]
    assert trimmed.n_edges == 5
    made = backmap(net, options=BackmapOptions(most_steps=0), rng=np.random.default_rng(1))
    assert "1 bonds of linkers on more than two nodes cut; 1 dangling linkers left out" in str(made)


def test_random_packings() -> None:
    rng = np.random.default_rng(2)
    packed = random_packing([(Molecule(("N", "N"), np.array([[0, 0, 0], [1.1, 0, 0]])), 40), ("Ar", 20)],
                            number_density=0.03, contacts={"Ar-Ar": 3.2, "Ar-N": 3.1}, rng=rng)  # fmt: skip
    model = packed.model
    assert model.number_density == pytest.approx(0.03)
    assert model.molecule_ids is not None
    pairs = list_pairs(model.positions, model.cell, 3.5)
    elements = np.array(model.elements)
    apart = model.molecule_ids[pairs.firsts] != model.molecule_ids[pairs.seconds]
    inside = pairs.distances[~apart & (elements[pairs.firsts] == "N")]
    assert inside == pytest.approx(np.full(80, 1.1), abs=1e-9)
    limits = {"Ar-Ar": 3.2, "Ar-N": 3.1, "N-N": 3.0}
    for one, other, distance in zip(
        elements[pairs.firsts[apart]], elements[pairs.seconds[apart]], pairs.distances[apart], strict=True
    ):
        assert distance > limits["-".join(sorted((one, other)))] - 0.02
    oblique = np.array([[9.0, 0, 0], [3.0, 8.5, 0], [1.0, 2.0, 9.0]])
    assert random_packing([("Si", 30)], cell=oblique, rng=rng).relaxation.largest_overlap < 0.02
    for wrong in ({}, {"number_density": 0.1, "cell": oblique}, {"number_density": -1.0}):
        with pytest.raises(InputError, match="density"):
            random_packing([("Si", 3)], rng=rng, **wrong)
    with pytest.raises(InputError, match="contact 'Si-O' is no pair of Si"):
        random_packing([("Si", 3)], number_density=0.01, contacts={"Si-O": 2.0}, rng=rng)
    with pytest.raises(InputError, match="nothing to pack"):
        random_packing([], number_density=0.1, rng=rng)


def test_oxygen_on_the_edges_of_a_zeolite() -> None:
    made = backmap("NAT", "oxygen", BackmapOptions(metal="Si"), rng=np.random.default_rng(1))
    assert made.model.species == ("O", "Si")
    assert made.model.n_atoms == 3 * made.net.n_vertices
    assert (made.missing, made.extra) == (0, 0)
    assert made.bond_lengths == pytest.approx(1.61, abs=0.1)
    # A longer bond is an option, as for any linker.
    longer = BackmapOptions(metal="Ge", bond_length=1.74, metal_distance=3.2)
    assert backmap("NAT", "oxygen", longer, rng=np.random.default_rng(1)).bond_lengths.mean() == pytest.approx(
        1.74, abs=0.05
    )
