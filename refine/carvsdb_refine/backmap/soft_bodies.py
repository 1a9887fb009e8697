"""Rigid bodies that repel softly and hang on springs: overlaps go, shapes stay."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.pairs import list_pairs
from carvsdb.compiled import compiled

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# Pairs are listed this much beyond the contact distance (Å), and again when an atom has moved half of it.
_SKIN = 0.6
_LARGEST_STEP = 0.1


class Springs(NamedTuple):
    """Pairs of atoms that are best at a distance.

    Attributes
    ----------
    pairs : ndarray of int64, shape (n, 2)
        Atoms.
    shifts : ndarray of float64, shape (n, 3)
        The second atom counts at its position plus this, in Å.
    lengths, stiffness : ndarray of float64, shape (n,)
        In Å, and in units of the stiffness of a contact.
    """

    pairs: Integers
    shifts: Floats
    lengths: Floats
    stiffness: Floats

    @classmethod
    def none(cls) -> "Springs":
        """Return no springs."""
        return cls(np.zeros((0, 2), np.int64), np.zeros((0, 3)), np.zeros(0), np.zeros(0))


@dataclass(frozen=True, eq=False)
class Bodies:
    """Atoms in rigid bodies.

    Attributes
    ----------
    positions : ndarray of float64, shape (n, 3)
        Cartesian, in Å; the atoms of a body lie together, whatever the cell.
    body : ndarray of int64, shape (n,)
        The body of each atom, from 0.
    kinds : ndarray of int64, shape (n,)
        Index into the contact distances.
    cell : ndarray of float64, shape (3, 3)
        Lattice vectors as rows, in Å.
    """

    positions: Floats
    body: Integers
    kinds: Integers
    cell: Floats


@dataclass(frozen=True)
class Relaxation:
    """How a relaxation ended.

    Attributes
    ----------
    steps : int
        How many were made.
    largest_overlap : float
        By how much the closest pair lies below its contact distance, in Å; 0 if none does.
    largest_force : float
        On a body, in units of the stiffness of a contact times 1 Å; also its torque, times 1 Å more.
    """

    steps: int
    largest_overlap: float
    largest_force: float


def relax_bodies(
    bodies: Bodies, contacts: Floats, springs: Springs, *, most_steps: int = 2000, force: float = 2e-3
) -> tuple[Floats, Relaxation]:
    """Move and turn bodies down the energy ``1/2 sum (contact - r)² + 1/2 sum stiffness (r - length)²``.

    Contacts are between atoms of different bodies without a spring between them.

    Parameters
    ----------
    bodies : Bodies
        The start.
    contacts : ndarray of float64, shape (n_kinds, n_kinds)
        In Å.
    springs : Springs
        What holds bodies together.
    most_steps : int
        After which to stop.
    force : float
        The largest force on a body at which to stop.

    Returns
    -------
    positions : ndarray of float64, shape (n, 3)
        Cartesian, in Å; nothing is wrapped.
    relaxation : Relaxation
        How it ended.

    References
    ----------
    .. [1] Bitzek et al., Phys. Rev. Lett. 97, 170201 (2006), doi:10.1103/PhysRevLett.97.170201 (the minimiser, FIRE)
    """
    body, n_bodies = bodies.body, int(bodies.body.max()) + 1
    sizes = np.bincount(body).astype(np.float64)
    centres = _sums(bodies.positions, body, n_bodies) / sizes[:, None]
    arms = bodies.positions - centres[body]
    inertia = np.maximum(2 / 3 * _sums((arms**2).sum(axis=1)[:, None], body, n_bodies)[:, 0], 1.0)
    masses = np.column_stack([np.repeat(sizes[:, None], 3, 1), np.repeat(inertia[:, None], 3, 1)])
    velocity = np.zeros((n_bodies, 6))
    step_time, mixing, downhill = 0.1, 0.1, 0
    positions = bodies.positions.copy()
    pairs = _Contacts(bodies, contacts, springs)
    forces, overlap = pairs.forces(positions)
    step = 0
    while True:
        pull = np.hstack([_sums(forces, body, n_bodies), _sums(np.cross(arms, forces), body, n_bodies)])
        largest = float(np.abs(pull).max())
        if step == most_steps or largest <= force:
            return positions, Relaxation(step, overlap, largest)
        step += 1
        push = pull / masses
        velocity += step_time * push
        power = float((velocity * push * masses).sum())
        if power > 0:
            speed, strength = np.linalg.norm(velocity), np.linalg.norm(push)
            velocity = (1 - mixing) * velocity + mixing * push * speed / max(float(strength), 1e-300)
            downhill += 1
            if downhill > 5:
                step_time, mixing = min(step_time * 1.1, 0.5), mixing * 0.99
        else:
            velocity[:] = 0
            step_time, mixing, downhill = step_time * 0.5, 0.1, 0
            velocity += step_time * push
        move = step_time * velocity
        fastest = max(float(np.abs(move[:, :3]).max()), 2 * float(np.abs(move[:, 3:]).max()))
        if fastest > _LARGEST_STEP:
            move *= _LARGEST_STEP / fastest
        centres = centres + move[:, :3]
        arms = _turned(arms, move[body, 3:])
        positions = centres[body] + arms
        forces, overlap = pairs.forces(positions)


class _Contacts:
    """The pairs that can touch, listed again whenever atoms have moved far."""

    def __init__(self, bodies: Bodies, contacts: Floats, springs: Springs) -> None:
        self._bodies, self._contacts, self._springs = bodies, np.ascontiguousarray(contacts), springs
        n_atoms = len(bodies.body)
        held = np.sort(springs.pairs, axis=1)
        self._held = np.unique(held[:, 0] * n_atoms + held[:, 1])
        self._listed_at: Floats | None = None

    def forces(self, positions: Floats) -> tuple[Floats, float]:
        """Return the forces on atoms, shape (n, 3), and the largest overlap in Å."""
        if self._listed_at is None or np.abs(positions - self._listed_at).max() > _SKIN / 4:
            self._list(positions)
        forces = np.zeros_like(positions)
        overlap = _add_contacts(
            self._firsts, self._seconds, self._shifts, positions, self._bodies.kinds, self._contacts, forces
        )
        _add_springs(*self._springs, positions, forces)
        return forces, float(overlap)

    def _list(self, positions: Floats) -> None:
        found = list_pairs(positions, self._bodies.cell, float(self._contacts.max()) + _SKIN)
        body, n_atoms = self._bodies.body, len(positions)
        once = (found.firsts < found.seconds) & (body[found.firsts] != body[found.seconds])
        once &= ~np.isin(found.firsts * n_atoms + found.seconds, self._held)
        once &= (
            found.distances
            < self._contacts[self._bodies.kinds[found.firsts], self._bodies.kinds[found.seconds]] + _SKIN
        )
        self._firsts, self._seconds = found.firsts[once], found.seconds[once]
        self._shifts = found.vectors[once] - positions[self._seconds] + positions[self._firsts]
        self._listed_at = positions


def _sums(values: Floats, body: Integers, n_bodies: int) -> Floats:
    """Add up rows of atoms, shape (n, k), by body."""
    columns = [np.bincount(body, weights=column, minlength=n_bodies) for column in values.T]
    return np.column_stack(columns)


def _turned(vectors: Floats, turns: Floats) -> Floats:
    """Turn vectors, shape (n, 3), about turns, shape (n, 3), by their lengths in radians."""
    angle = np.linalg.norm(turns, axis=1, keepdims=True)
    axis = turns / np.maximum(angle, 1e-300)
    along = (axis * vectors).sum(axis=1, keepdims=True) * axis
    turned: Floats = along + np.cos(angle) * (vectors - along) + np.sin(angle) * np.cross(axis, vectors)
    return turned


@compiled
def _add_contacts(
    firsts: Integers,
    seconds: Integers,
    shifts: Floats,
    positions: Floats,
    kinds: Integers,
    contacts: Floats,
    forces: Floats,
) -> float:
    """Add the forces of pairs that are too near; return the largest overlap in Å."""
    largest = 0.0
    for pair in range(len(firsts)):
        i, j = firsts[pair], seconds[pair]
        contact = contacts[kinds[i], kinds[j]]
        x = positions[j, 0] + shifts[pair, 0] - positions[i, 0]
        y = positions[j, 1] + shifts[pair, 1] - positions[i, 1]
        z = positions[j, 2] + shifts[pair, 2] - positions[i, 2]
        square = x * x + y * y + z * z
        if square >= contact * contact:
            continue
        distance = np.sqrt(square)
        overlap = contact - distance
        largest = max(largest, overlap)
        scale = overlap / max(distance, 1e-6)
        forces[i, 0] -= scale * x
        forces[i, 1] -= scale * y
        forces[i, 2] -= scale * z
        forces[j, 0] += scale * x
        forces[j, 1] += scale * y
        forces[j, 2] += scale * z
    return largest


@compiled
def _add_springs(
    pairs: Integers, shifts: Floats, lengths: Floats, stiffness: Floats, positions: Floats, forces: Floats
) -> None:
    """Add the forces of springs."""
    for spring in range(len(pairs)):
        i, j = pairs[spring, 0], pairs[spring, 1]
        x = positions[j, 0] + shifts[spring, 0] - positions[i, 0]
        y = positions[j, 1] + shifts[spring, 1] - positions[i, 1]
        z = positions[j, 2] + shifts[spring, 2] - positions[i, 2]
        distance = max(np.sqrt(x * x + y * y + z * z), 1e-6)
        scale = stiffness[spring] * (lengths[spring] - distance) / distance
        forces[i, 0] -= scale * x
        forces[i, 1] -= scale * y
        forces[i, 2] -= scale * z
        forces[j, 0] += scale * x
        forces[j, 1] += scale * y
        forces[j, 2] += scale * z
