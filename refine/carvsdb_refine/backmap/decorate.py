"""From a net to atoms: metals on nodes, rigid linkers on edges, overlaps relaxed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import pi, sqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.cell import heights_of_cell
from carvsdb.atoms.model import AtomicModel
from carvsdb.atoms.pairs import list_pairs
from carvsdb.errors import InputError
from carvsdb.net import Net
from carvsdb_refine.backmap.contacts import contact_distances
from carvsdb_refine.backmap.linkers import Linker, linker_named
from carvsdb_refine.backmap.node_net import edge_vectors, net_named, node_net, two_ended
from carvsdb_refine.backmap.orientations import SPINS, best_spins
from carvsdb_refine.backmap.soft_bodies import Bodies, Relaxation, Springs, relax_bodies

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_N_SPINS = 24
_SCALINGS, _STRETCH = 6, 0.005
_TETRAHEDRAL = sqrt(8 / 3)
"""Distance of two corners of a tetrahedron whose centre is 1 away."""


@dataclass(frozen=True)
class BackmapOptions:
    """How a net is decorated.

    Attributes
    ----------
    metal : str
        Chemical symbol of the nodes.
    metal_distance : float, optional
        Mean distance of joined metals after scaling, in Å; default as suits the linker.
    bond_length : float, optional
        Between metal and binding atom, in Å; default as suits the linker.
    bond_cutoff : float, optional
        A metal and a binding atom closer than this, in Å, count as bonded when the model is checked; default as suits
        the linker.
    spin : str
        ``random``, or ``optimised``: of 24 spins the one that overlaps least.
    repeat : tuple of three int
        How often the cell of the net is repeated.
    contacts : mapping of str to float
        Distances at which pairs of elements begin to repel, where not as in `contact_distances`, in Å.
    most_steps : int
        Of the relaxation.

    Raises
    ------
    InputError
        If a value is out of range.
    """

    metal: str = "Zn"
    metal_distance: float | None = None
    bond_length: float | None = None
    bond_cutoff: float | None = None
    spin: str = "optimised"
    repeat: tuple[int, int, int] = (1, 1, 1)
    contacts: Mapping[str, float] | None = None
    most_steps: int = 500

    def __post_init__(self) -> None:
        if self.spin not in SPINS:
            raise InputError(f"spin must be one of {', '.join(SPINS)}, got {self.spin!r}")
        for name in ("metal_distance", "bond_length", "bond_cutoff"):
            value = getattr(self, name)
            if value is not None and not (np.isfinite(value) and value > 0):
                raise InputError(f"{name} must be above 0 Å, got {value}")
        if min(self.repeat) < 1 or self.most_steps < 0:
            raise InputError(f"a cell is repeated once or more, and steps are 0 or more, got {self.repeat}")


@dataclass(frozen=True, eq=False)
class Backmapped:
    """A decorated net.

    Attributes
    ----------
    model : AtomicModel
        Metals first, each a molecule of one atom, then the linkers in the order of the edges.
    net : Net
        The scaled nodes that were decorated: vertex k is the k-th metal.
    relaxation : Relaxation
        How the relaxation of overlaps ended.
    bond_lengths : ndarray of float64, shape (2 n_linkers,)
        Between metals and binding atoms meant to be bonded, in Å.
    missing, extra : int
        Bonds that are longer than the cut-off, and pairs within it that are not meant to be bonded.
    bonds_cut, left_out : int
        Of a net with linkers: bonds taken from those on three nodes or more, and linkers on fewer than two.
    """

    model: AtomicModel
    net: Net
    relaxation: Relaxation
    bond_lengths: Floats
    missing: int
    extra: int
    bonds_cut: int = 0
    left_out: int = 0

    def __str__(self) -> str:
        lengths = self.bond_lengths
        adjusted = f"; {self.bonds_cut} bonds of linkers on more than two nodes cut" if self.bonds_cut else ""
        adjusted += f"; {self.left_out} dangling linkers left out" if self.left_out else ""
        return (
            f"{self.net.n_vertices} metals, {len(lengths) // 2} linkers, {self.model.n_atoms} atoms, "
            f"{self.model.number_density:.4f} atoms/Å³; bonds {lengths.mean():.3f} ± {lengths.std():.3f} Å, "
            f"{self.missing} missing, {self.extra} extra; largest overlap {self.relaxation.largest_overlap:.2f} Å "
            f"after {self.relaxation.steps} steps{adjusted}"
        )


def backmap(
    net: Net | str | Path,
    linker: Linker | str = "imidazolate",
    options: BackmapOptions | None = None,
    *,
    rng: np.random.Generator,
) -> Backmapped:
    """Decorate a net with metals and rigid linkers.

    Parameters
    ----------
    net : Net, str or Path
        With nodes only or with linkers between them; or a file of one, or the name of a net of the library or
        the archive.
    linker : Linker or str
        The linker, or its name.
    options : BackmapOptions, optional
    rng : numpy.random.Generator
        Draws the first spins.

    Raises
    ------
    InputError, NotFoundError
        If there is no such net or linker, the net cannot be decorated, or its cell is too small.

    Notes
    -----
    Each linker starts with its binding atoms parallel to the line between its two metals, at the bond length from both
    if that can be. Then metals and rigid linkers move down an energy of soft contacts and springs: metal to binding
    atom, metal to the atoms next to that one (so that the bond lies along the outer bisector), and between the binding
    atoms of a four-coordinated metal. Contacts apply to all other pairs. With a single atom as linker, as in oxides,
    metals hold their distance by springs, too, and the cell is scaled until bonds have their length on average.

    Examples
    --------
    >>> made = backmap("sod", rng=np.random.default_rng(1))
    >>> made.model
    AtomicModel(C36H36N24Zn6, cell 14.5745 x 14.5745 x 16.8291 Å, 0.0428 atoms/Å³)
    >>> made.missing, made.extra
    (0, 0)
    """
    options = options or BackmapOptions()
    linker = linker_named(linker) if isinstance(linker, str) else linker
    given = net_named(net) if isinstance(net, str | Path) else net
    given, bonds_cut, left_out = two_ended(given)
    metal_distance = options.metal_distance or linker.metal_distance
    bond_length = options.bond_length or linker.bond_length
    nodes = node_net(given, metal_distance, options.repeat)
    assert nodes.positions is not None
    assert nodes.cell is not None
    species = sorted({options.metal, *linker.elements})
    contacts = contact_distances(species, options.contacts)
    heights = heights_of_cell(nodes.cell)
    if heights.min() < 2 * contacts.max():
        raise InputError(
            f"the cell of net {nodes.name} is {heights.min():.1f} Å thin, too small for its linkers; "
            f"expected {2 * contacts.max():.1f} Å or more",
            hint="repeat it",
        )
    ends = np.repeat(nodes.edges.astype(np.int64), nodes.multiplicity, axis=0)
    metals = nodes.positions @ nodes.cell
    first_spins = rng.integers(_N_SPINS, size=len(ends))
    placings = _placings(linker, metals[ends[:, 0]], edge_vectors(ends, nodes.positions, nodes.cell), bond_length, rng)
    kinds = np.array([species.index(symbol) for symbol in linker.elements], np.int64)
    spins = first_spins
    if options.spin == "optimised":
        spins = best_spins(placings, first_spins, kinds, contacts, nodes.cell)
    atoms = placings[np.arange(len(ends)), spins].reshape(-1, 3)
    n_nodes, size = len(metals), len(linker.elements)
    elements = (options.metal,) * n_nodes + linker.elements * len(ends)
    body = np.concatenate([np.arange(n_nodes), n_nodes + np.repeat(np.arange(len(ends)), size)])
    bodies = Bodies(
        np.vstack([metals, atoms]),
        body,
        np.concatenate([np.full(n_nodes, species.index(options.metal)), np.tile(kinds, len(ends))]).astype(np.int64),
        nodes.cell,
    )
    bonds = _Bonds.of(linker, ends, n_nodes, nodes.cell)
    springs = bonds.springs(linker, bond_length, metal_distance)
    positions, relaxation = relax_bodies(bodies, contacts, springs, most_steps=options.most_steps)
    lengths = bonds.lengths(positions)
    for _ in range(_SCALINGS if linker.is_atom else 0):
        stretch = float(lengths.mean()) / bond_length
        if abs(stretch - 1) < _STRETCH:
            break
        # The mean distance of metals is met, but where the net has no room for the angle bonds are still too long.
        bodies = replace(bodies, positions=positions / stretch, cell=bodies.cell / stretch)
        bonds = replace(bonds, shifts=bonds.shifts / stretch)
        springs = springs._replace(shifts=springs.shifts / stretch)
        positions, relaxation = relax_bodies(bodies, contacts, springs, most_steps=options.most_steps)
        lengths = bonds.lengths(positions)
    model = AtomicModel(elements, positions, bodies.cell, molecule_ids=body + 1)
    missing, extra = _differences(model, linker, n_nodes, lengths, options.bond_cutoff or linker.bond_cutoff)
    return Backmapped(model, replace(nodes, cell=bodies.cell), relaxation, lengths, missing, extra, bonds_cut, left_out)


def _placings(linker: Linker, starts: Floats, vectors: Floats, bond_length: float, rng: np.random.Generator) -> Floats:
    """Return the atoms of the linker on each edge for each spin, shape (n_edges, n_spins, n_atoms, 3)."""
    lengths = np.linalg.norm(vectors, axis=1)
    along = vectors / lengths[:, None]
    across = np.cross(along, rng.normal(size=along.shape))
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    third = np.cross(along, across)
    half = abs(float(linker.positions[linker.binding[0], 0]))
    # The metals are on the side y > 0 of the line of the binding atoms, as far as the bond length lets them.
    rise = np.sqrt(np.maximum(bond_length**2 - (lengths / 2 - half) ** 2, 0.0))
    placings = np.empty((len(starts), _N_SPINS, len(linker.elements), 3))
    middles = starts + vectors / 2
    for spin in range(_N_SPINS):
        angle = 2 * pi * spin / _N_SPINS
        up = np.cos(angle) * across + np.sin(angle) * third
        out = np.cross(along, up)
        x, y, z = (linker.positions[:, axis] for axis in range(3))
        local = x[:, None] * along[:, None] + (y - rise[:, None])[..., None] * up[:, None] + z[:, None] * out[:, None]
        placings[:, spin] = middles[:, None] + local
    return placings


@dataclass(frozen=True, eq=False)
class _Bonds:
    """Bonds between metals and binding atoms: two rows for each linker.

    `shifts` brings a binding atom to its metal (Å), `ends` says which of the two binding atoms it is.
    """

    metals: Integers
    atoms: Integers
    shifts: Floats
    ends: Integers
    first: Integers

    @classmethod
    def of(cls, linker: Linker, edges: Integers, n_nodes: int, cell: Floats) -> "_Bonds":
        first = n_nodes + np.arange(len(edges)) * len(linker.elements)
        offsets = edges[:, 2:].astype(np.float64)
        return cls(
            np.concatenate([edges[:, 0], edges[:, 1]]),
            np.concatenate([first + linker.binding[0], first + linker.binding[1]]),
            np.concatenate([np.zeros_like(offsets), -offsets]) @ cell,
            np.repeat([0, 1], len(edges)),
            np.concatenate([first, first]),
        )

    def lengths(self, positions: Floats) -> Floats:
        """Return the lengths of bonds between atoms at positions, in Å."""
        found: Floats = np.linalg.norm(positions[self.atoms] + self.shifts - positions[self.metals], axis=1)
        return found

    def springs(self, linker: Linker, bond_length: float, metal_distance: float) -> Springs:
        pairs, shifts, lengths, stiffness = [], [], [], []

        def add(firsts: Integers, seconds: Integers, shift: Floats, length: float, stiff: float) -> None:
            pairs.append(np.column_stack([firsts, seconds]))
            shifts.append(shift)
            lengths.append(np.full(len(firsts), length))
            stiffness.append(np.full(len(firsts), stiff))

        add(self.metals, self.atoms, self.shifts, bond_length, 4.0)
        n_linkers = len(self.metals) // 2
        if linker.is_atom:
            # The angle at the atom. Both ends are given relative to the first metal.
            firsts, seconds = self.metals[:n_linkers], self.metals[n_linkers:]
            add(firsts, seconds, self.shifts[:n_linkers] - self.shifts[n_linkers:], metal_distance, 0.5)
        sites = linker.metal_sites(bond_length) if not linker.is_atom else np.zeros((2, 3))
        for end in (0, 1):
            of_end = self.ends == end
            for other in linker.next_to(linker.binding[end]):
                length = float(np.linalg.norm(linker.positions[other] - sites[end]))
                add(self.metals[of_end], self.first[of_end] + other, self.shifts[of_end], length, 0.5)
        order = np.argsort(self.metals, kind="stable")
        degrees = np.bincount(self.metals)
        starts = np.concatenate([[0], np.cumsum(degrees)])
        fours = order[starts[:-1][degrees == 4][:, None] + np.arange(4)]
        for one in range(4):
            for other in range(one):
                a, b = fours[:, one], fours[:, other]
                add(self.atoms[a], self.atoms[b], self.shifts[b] - self.shifts[a], _TETRAHEDRAL * bond_length, 0.3)
        return Springs(np.vstack(pairs), np.vstack(shifts), np.concatenate(lengths), np.concatenate(stiffness))


def _differences(model: AtomicModel, linker: Linker, n_nodes: int, lengths: Floats, cutoff: float) -> tuple[int, int]:
    """Return how many bonds are longer than the cut-off, and how many pairs within it are no bonds."""
    size = len(linker.elements)
    pairs = list_pairs(model.positions, model.cell, cutoff)
    binding = np.isin((pairs.seconds - n_nodes) % size, linker.binding) & (pairs.seconds >= n_nodes)
    found = int(np.count_nonzero(binding & (pairs.firsts < n_nodes)))
    kept = int(np.count_nonzero(lengths < cutoff))
    return len(lengths) - kept, found - kept
