"""Metropolis sampling of bond switches, with relaxation of the neighbourhood first and early rejection."""

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled, compiled_part
from carvsdb.generate.keating import energy_and_gradient
from carvsdb.generate.relaxation import relax_positions
from carvsdb.generate.switching import (
    CHOICES_PER_NODE,
    choose_chain,
    closes_small_ring,
    switch_bonds,
    undo_switch,
)


@compiled_part
def neighbourhood(
    chain: NDArray[np.int64],
    shells: int,
    neighbours: NDArray[np.int64],
    centres: NDArray[np.int64],
    stamps: NDArray[np.int64],
    stamp: int,
) -> tuple[int, int]:
    """Collect the nodes within some bonds of the chain, then one shell more; return both counts."""
    count = 0
    for row in range(4):
        centres[count] = chain[row, 0]
        stamps[chain[row, 0]] = stamp
        count += 1
    begin, n_free = 0, 4
    for _ in range(shells + 1):
        n_free = count
        for row in range(begin, n_free):
            for k in range(4):
                other = neighbours[centres[row], k]
                if stamps[other] != stamp:
                    stamps[other] = stamp
                    centres[count] = other
                    count += 1
        begin = n_free
    return n_free, count


@compiled
def crowded(
    centres: NDArray[np.int64],
    n_free: int,
    closest: float,
    positions: NDArray[np.float64],
    neighbours: NDArray[np.int64],
    box: NDArray[np.float64],
) -> bool:
    """Tell whether one of the first centres is nearer than `closest` (Å) to a node that it has no bond to."""
    x, y, z = box[0], box[1], box[2]
    for row in range(n_free):
        vertex = centres[row]
        for other in range(len(positions)):
            u = positions[other, 0] - positions[vertex, 0]
            u -= np.rint(u / x) * x
            if abs(u) >= closest:
                continue
            v = positions[other, 1] - positions[vertex, 1]
            w = positions[other, 2] - positions[vertex, 2]
            v -= np.rint(v / y) * y
            w -= np.rint(w / z) * z
            if u * u + v * v + w * w < closest * closest and other != vertex:
                bonded = False
                for k in range(4):
                    bonded = bonded or neighbours[vertex, k] == other
                if not bonded:
                    return True
    return False


@compiled
def sample_switches(
    randoms: NDArray[np.float64],
    max_accepted: int,
    temperature: float,
    smallest_ring: int,
    shells: int,
    margin: float,
    tolerance: float,
    closest: float,
    positions: NDArray[np.float64],
    neighbours: NDArray[np.int64],
    offsets: NDArray[np.float64],
    box: NDArray[np.float64],
    coefficients: NDArray[np.float64],
) -> tuple[int, int, int, float]:
    """Try one bond switch for each row of random numbers and keep or refuse it by the Metropolis rule.

    Parameters
    ----------
    randoms : ndarray of float64, shape (n_attempts, 2)
        In [0, 1): which switch, and the number ``s`` of the threshold ``E_t = E_b - kT ln s``.
    max_accepted : int
        Stop after so many accepted switches.
    temperature : float
        kT in eV.
    shells : int
        Bonds from the chain to which nodes move in the first relaxation.
    margin, tolerance : float
        As for :func:`~carvsdb.generate.relaxation.relax_positions`.
    closest : float
        Distance in Å within which the nodes about a kept switch have no other nodes than those bonded to them.
    positions, neighbours, offsets, box
        The network, changed in place.

    Returns
    -------
    attempted, accepted, relaxed : int
        Switches tried, kept, and taken to the relaxation of all nodes.
    energy : float
        In eV.
    """
    n_nodes = len(positions)
    everyone = np.arange(n_nodes)
    centres = np.empty(n_nodes, np.int64)
    stamps = np.full(n_nodes, -1, np.int64)
    chain = np.zeros((5, 2), np.int64)
    work = np.zeros((3, n_nodes, 3))
    bonds = np.empty((n_nodes, 4, 3))
    before = np.empty((n_nodes, 3))
    energy = energy_and_gradient(everyone, n_nodes, positions, neighbours, offsets, box, coefficients, work[0], bonds)
    attempted, accepted, relaxed = 0, 0, 0
    for attempt in range(len(randoms)):
        if accepted >= max_accepted:
            break
        attempted += 1
        # A product that rounds up to the whole must not name a node that is not there.
        choice = min(int(randoms[attempt, 0] * CHOICES_PER_NODE * n_nodes), CHOICES_PER_NODE * n_nodes - 1)
        if not choose_chain(choice, neighbours, offsets, chain):
            continue
        # The threshold is drawn before anything is relaxed, so that a relaxation can end as soon as it cannot be met.
        allowance = -temperature * np.log(1.0 - randoms[attempt, 1]) if temperature > 0.0 else -1e-6
        switch_bonds(chain, neighbours, offsets)
        if closes_small_ring(chain[1, 0], chain[1, 1], smallest_ring, neighbours, offsets) or closes_small_ring(
            chain[2, 0], chain[2, 1], smallest_ring, neighbours, offsets
        ):
            undo_switch(chain, neighbours, offsets)
            continue
        # The neighbourhood's energy before the switch, over the centres that count after it: undone, and done again.
        n_free, n_centres = neighbourhood(chain, shells, neighbours, centres, stamps, attempt)
        undo_switch(chain, neighbours, offsets)
        local = energy_and_gradient(
            centres, n_centres, positions, neighbours, offsets, box, coefficients, work[0], bonds
        )
        switch_bonds(chain, neighbours, offsets)
        for row in range(n_free):
            for axis in range(3):
                before[centres[row], axis] = positions[centres[row], axis]
        refused, far, found = False, False, 0.0
        # The neighbourhood first; what survives, with all nodes. One loop, so that it is compiled once.
        for stage in range(2):
            if stage == 1:
                far = True
                relaxed += 1
                # Free nodes have been saved already; the others have not moved yet.
                for row in range(n_free):
                    stamps[centres[row]] = -2 - attempt
                for vertex in range(n_nodes):
                    if stamps[vertex] != -2 - attempt:
                        for axis in range(3):
                            before[vertex, axis] = positions[vertex, axis]
            found, refused, _ = relax_positions(
                everyone if stage else centres,
                n_nodes if stage else n_centres,
                n_nodes if stage else n_free,
                (energy if stage else local) + allowance,
                margin, tolerance, 1000 if stage else 10,
                positions, neighbours, offsets, box, coefficients, work, bonds,
            )  # fmt: skip
            if refused:
                break
        if refused or found > energy + allowance or crowded(centres, n_free, closest, positions, neighbours, box):
            # Only the free nodes have moved when the first relaxation refused.
            moved, n_moved = (centres, n_free) if not far else (everyone, n_nodes)
            for row in range(n_moved):
                for axis in range(3):
                    positions[moved[row], axis] = before[moved[row], axis]
            undo_switch(chain, neighbours, offsets)
        else:
            energy = found
            accepted += 1
    return attempted, accepted, relaxed, energy
