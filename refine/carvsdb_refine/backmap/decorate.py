"""From a net to atoms: metals on nodes, rigid linkers on edges, overlaps relaxed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import pi
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.cell import heights_of_cell
from carvsdb.atoms.model import AtomicModel
from carvsdb.atoms.pairs import list_pairs
from carvsdb.errors import InputError
from carvsdb.net import Net
from carvsdb_refine.backmap.amounts import number_density
from carvsdb_refine.backmap.compression import bring_to_density
from carvsdb_refine.backmap.contacts import contact_distances
from carvsdb_refine.backmap.linker_bonds import LinkerBonds
from carvsdb_refine.backmap.linkers import Linker, linker_named
from carvsdb_refine.backmap.node_net import edge_vectors, net_named, node_net, two_ended
from carvsdb_refine.backmap.orientations import SPINS, best_spins
from carvsdb_refine.backmap.soft_bodies import Bodies, Relaxation, relax_bodies

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_N_SPINS = 24
_SCALINGS, _STRETCH = 6, 0.005
_LONGEST = 1000.0  # Å, of a bond or between two metals


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
    density : float or str, optional
        Atoms per Å³, or a text such as ``1.5g/cm3``, to which the cell is brought after the first relaxation: in small
        steps, with a relaxation after each.

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
    density: float | str | None = None

    def __post_init__(self) -> None:
        if self.spin not in SPINS:
            raise InputError(f"spin must be one of {', '.join(SPINS)}, got {self.spin!r}")
        for name in ("metal_distance", "bond_length", "bond_cutoff"):
            value = getattr(self, name)
            if value is not None and not 0 < value <= _LONGEST:
                raise InputError(f"{name} must be above 0 and at most {_LONGEST:g} Å, got {value}")
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
    linkers : tuple of (str, int)
        The linkers by name, and how many there are of each.
    """

    model: AtomicModel
    net: Net
    relaxation: Relaxation
    bond_lengths: Floats
    missing: int
    extra: int
    bonds_cut: int = 0
    left_out: int = 0
    linkers: tuple[tuple[str, int], ...] = ()

    def __str__(self) -> str:
        lengths = self.bond_lengths
        mixed = ", ".join(f"{number} {name}" for name, number in self.linkers) if len(self.linkers) > 1 else ""
        sorts = f" ({mixed})" if mixed else ""
        adjusted = f"; {self.bonds_cut} bonds of linkers on more than two nodes cut" if self.bonds_cut else ""
        adjusted += f"; {self.left_out} dangling linkers left out" if self.left_out else ""
        return (
            f"{self.net.n_vertices} metals, {len(lengths) // 2} linkers{sorts}, {self.model.n_atoms} atoms, "
            f"{self.model.number_density:.4f} atoms/Å³; bonds {lengths.mean():.3f} ± {lengths.std():.3f} Å, "
            f"{self.missing} missing, {self.extra} extra; largest overlap {self.relaxation.largest_overlap:.2f} Å "
            f"after {self.relaxation.steps} steps{adjusted}"
        )


Mixture = Sequence[tuple[Linker, float]]
"""Linkers, and their shares in any unit."""


def backmap(
    net: Net | str | Path,
    linker: Linker | str | Mixture = "imidazolate",
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
    linker : Linker or str, or sequence of (Linker, float)
        The linker, or its name; or several linkers with their shares, which are put on edges at random.
    options : BackmapOptions, optional
    rng : numpy.random.Generator
        Draws the first spins, and of a mixture which linker is where.

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
    metals hold their distance by springs, too, and the cell is scaled until bonds have their length on average. The
    numbers of linkers of a mixture are those whose shares come nearest.

    Examples
    --------
    >>> made = backmap("sod", rng=np.random.default_rng(1))
    >>> made.model
    AtomicModel(C36H36N24Zn6, cell 14.5745 x 14.5745 x 16.8291 Å, 0.0428 atoms/Å³)
    >>> made.missing, made.extra
    (0, 0)
    """
    options = options or BackmapOptions()
    linkers, shares = _mixture(linker)
    given = net_named(net) if isinstance(net, str | Path) else net
    given, bonds_cut, left_out = two_ended(given)
    metal_distance = options.metal_distance or float(np.dot(shares, [one.metal_distance for one in linkers]))
    bond_lengths = [options.bond_length or one.bond_length for one in linkers]
    nodes = node_net(given, metal_distance, options.repeat)
    assert nodes.positions is not None
    assert nodes.cell is not None
    species = sorted({options.metal, *(symbol for one in linkers for symbol in one.elements)})
    contacts = contact_distances(species, options.contacts)
    heights = heights_of_cell(nodes.cell)
    if heights.min() < 2 * contacts.max():
        raise InputError(
            f"the cell of net {nodes.name} is {heights.min():.1f} Å thin, too small for its linkers; "
            f"expected {2 * contacts.max():.1f} Å or more",
            hint="repeat it",
        )
    ends = np.repeat(nodes.edges.astype(np.int64), nodes.multiplicity, axis=0)
    kind = _kinds_on_edges(shares, len(ends), rng)
    metals = nodes.positions @ nodes.cell
    first_spins = rng.integers(_N_SPINS, size=len(ends))
    vectors = edge_vectors(ends, nodes.positions, nodes.cell)
    placings = _placings(linkers, kind, metals[ends[:, 0]], vectors, bond_lengths, rng)
    spins = first_spins
    numbers = _numbers(linkers, species)
    if options.spin == "optimised":
        # What fills up smaller linkers has no contacts.
        with_none = np.pad(contacts, ((0, 1), (0, 1)))
        spins = best_spins(placings, first_spins, numbers[kind], with_none, nodes.cell)
    sizes = np.array([len(one.elements) for one in linkers], np.int64)[kind]
    real = np.arange(placings.shape[2]) < sizes[:, None]
    atoms = placings[np.arange(len(ends)), spins][real]
    n_nodes = len(metals)
    elements = (options.metal,) * n_nodes + tuple(symbol for one in kind.tolist() for symbol in linkers[one].elements)
    body = np.concatenate([np.arange(n_nodes), n_nodes + np.repeat(np.arange(len(ends)), sizes)])
    of_metal = np.full(n_nodes, species.index(options.metal), np.int64)
    bodies = Bodies(np.vstack([metals, atoms]), body, np.concatenate([of_metal, numbers[kind][real]]), nodes.cell)
    first = n_nodes + np.cumsum(sizes) - sizes
    bonds = LinkerBonds.of(linkers, kind, ends, first, nodes.cell)
    springs = bonds.springs(linkers, bond_lengths, metal_distance)
    positions, relaxation = relax_bodies(bodies, contacts, springs, most_steps=options.most_steps)
    lengths = bonds.lengths(positions)
    of_bond = np.array(bond_lengths)[bonds.kind]
    for _ in range(_SCALINGS if all(one.is_atom for one in linkers) else 0):
        stretch = float(lengths.mean() / of_bond.mean())
        if abs(stretch - 1) < _STRETCH:
            break
        # The mean distance of metals is met, but where the net has no room for the angle bonds are still too long.
        bodies = replace(bodies, positions=positions / stretch, cell=bodies.cell / stretch)
        bonds = replace(bonds, shifts=bonds.shifts / stretch)
        springs = springs._replace(shifts=springs.shifts / stretch)
        positions, relaxation = relax_bodies(bodies, contacts, springs, most_steps=options.most_steps)
        lengths = bonds.lengths(positions)
    if options.density is not None:
        density = number_density(str(options.density), Counter(elements))
        bodies, bonds, relaxation = bring_to_density(
            replace(bodies, positions=positions), contacts, springs, bonds, density, options.most_steps
        )
        positions, lengths = bodies.positions, bonds.lengths(bodies.positions)
    model = AtomicModel(elements, positions, bodies.cell, molecule_ids=body + 1)
    cutoff = options.bond_cutoff or max(one.bond_cutoff for one in linkers)
    missing, extra = _differences(model, bonds.atoms, n_nodes, lengths, cutoff)
    names = tuple((one.name, int(np.count_nonzero(kind == number))) for number, one in enumerate(linkers))
    decorated = replace(nodes, cell=bodies.cell)
    return Backmapped(model, decorated, relaxation, lengths, missing, extra, bonds_cut, left_out, names)


def _mixture(linker: Linker | str | Mixture) -> tuple[list[Linker], Floats]:
    """Return the linkers of a mixture, and their shares, which add up to 1."""
    if isinstance(linker, str):
        linker = linker_named(linker)
    mixture = [(linker, 1.0)] if isinstance(linker, Linker) else list(linker)
    shares = np.array([share for _, share in mixture], np.float64)
    if not (len(shares) and np.isfinite(shares).all() and (shares >= 0).all() and shares.sum() > 0):
        raise InputError(f"shares of linkers must be 0 or more, and one of them above 0, got {shares.tolist()}")
    return [one for one, _ in mixture], shares / shares.sum()


def _kinds_on_edges(shares: Floats, n_edges: int, rng: np.random.Generator) -> Integers:
    """Return which linker is on each edge: as many of each as comes nearest to its share, at random."""
    counts = np.floor(shares * n_edges + 1e-9).astype(np.int64)
    rest = np.argsort(counts - shares * n_edges, kind="stable")[: n_edges - int(counts.sum())]
    counts[rest] += 1
    kind = np.repeat(np.arange(len(shares)), counts)
    return rng.permutation(kind) if len(shares) > 1 else kind


def _numbers(linkers: Sequence[Linker], species: Sequence[str]) -> Integers:
    """Return the species of each atom of each linker, filled up with one number more, shape (n_linkers, n_atoms)."""
    numbers = np.full((len(linkers), max(len(one.elements) for one in linkers)), len(species), np.int64)
    for row, linker in zip(numbers, linkers, strict=True):
        row[: len(linker.elements)] = [species.index(symbol) for symbol in linker.elements]
    return numbers


def _placings(
    linkers: Sequence[Linker],
    kind: Integers,
    starts: Floats,
    vectors: Floats,
    bond_lengths: Sequence[float],
    rng: np.random.Generator,
) -> Floats:
    """Return the atoms of the linker on each edge for each spin, shape (n_edges, n_spins, n_atoms, 3).

    Linkers of fewer atoms are filled up with copies of their first atom.
    """
    lengths = np.linalg.norm(vectors, axis=1)
    along = vectors / lengths[:, None]
    across = np.cross(along, rng.normal(size=along.shape))
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    third = np.cross(along, across)
    placings = np.empty((len(starts), _N_SPINS, max(len(one.elements) for one in linkers), 3))
    middles = starts + vectors / 2
    for number, linker in enumerate(linkers):
        own = np.flatnonzero(kind == number)
        half = abs(float(linker.positions[linker.binding[0], 0]))
        # The metals are on the side y > 0 of the line of the binding atoms, as far as the bond length lets them.
        rise = np.sqrt(np.maximum(bond_lengths[number] ** 2 - (lengths[own] / 2 - half) ** 2, 0.0))
        x, y, z = (linker.positions[:, axis] for axis in range(3))
        size = len(linker.elements)
        for spin in range(_N_SPINS):
            angle = 2 * pi * spin / _N_SPINS
            up = np.cos(angle) * across[own] + np.sin(angle) * third[own]
            out = np.cross(along[own], up)
            local = x[:, None] * along[own, None] + (y - rise[:, None])[..., None] * up[:, None]
            placed = middles[own, None] + (local + z[:, None] * out[:, None])
            placings[own, spin, :size] = placed
            placings[own, spin, size:] = placed[:, :1]
    return placings


def _differences(
    model: AtomicModel, binding: Integers, n_nodes: int, lengths: Floats, cutoff: float
) -> tuple[int, int]:
    """Return how many bonds are longer than the cut-off, and how many pairs within it are no bonds."""
    pairs = list_pairs(model.positions, model.cell, cutoff)
    binds = np.zeros(model.n_atoms, bool)
    binds[binding] = True
    found = int(np.count_nonzero(binds[pairs.seconds] & (pairs.firsts < n_nodes)))
    kept = int(np.count_nonzero(lengths < cutoff))
    return len(lengths) - kept, found - kept
