"""Constraints of chains: what they keep, and what they say of a model that lacks their elements."""

from typing import Any

import numpy as np
import pytest
from field_chains import TRICLINIC, chain_of, crystal, random_model
from numpy.typing import NDArray

from carvsdb.errors import InputError
from carvsdb_refine.monte_carlo import (
    Angle,
    AtomMove,
    BondLengths,
    Configuration,
    Constraint,
    Coordination,
    HardSpheres,
    Proposal,
    RigidMove,
)

Floats = NDArray[np.float64]


def naive_overlaps(positions: Floats, cell: Floats, elements: tuple[str, ...], molecules: Any, limits: Any) -> int:
    difference = positions[:, None] - positions
    difference = difference - np.rint(difference @ np.linalg.inv(cell)) @ cell
    distances = np.linalg.norm(difference, axis=2)
    count = 0
    for i in range(len(elements)):
        for j in range(i):
            limit = limits.get(f"{elements[i]}-{elements[j]}", limits.get(f"{elements[j]}-{elements[i]}", 0.0))
            count += molecules[i] != molecules[j] and distances[i, j] < limit
    return count


@pytest.mark.parametrize("seed", range(3))
def test_hard_spheres(seed: int) -> None:
    """Judged on the new configuration: what is not too close stays so, what is may only part."""
    model, limits = random_model(seed), {"Si-O": 1.9, "O-O": 1.3}
    molecules = model.molecule_ids
    spheres = HardSpheres(limits)
    chain = chain_of(model, RigidMove(0.8, 60.0), AtomMove(0.5), constraints=(spheres,), seed=seed)

    def overlaps(positions: Floats) -> int:
        return naive_overlaps(positions, TRICLINIC, model.elements, molecules, limits)

    before = overlaps(model.positions)
    assert chain.violations() == {"hard spheres": before}
    assert before > 0
    for _ in range(300):
        chain.step()
        now = overlaps(chain.configuration.positions)
        assert now <= before
        before = now
    assert chain.violations() == {"hard spheres": before}
    assert sum(count.forbidden for count in chain.counts) > 0
    # Two atoms that move at once, onto one another.
    bound = spheres.bind(Configuration(model))
    onto = Proposal(np.array([0, 3]), np.array([[1.0, 1, 1], [1.05, 1, 1]]))
    alone = Proposal(np.array([0]), model.positions[[0]])
    allowed = HardSpheres({"Si-O": 1e-3}).bind(Configuration(model))
    assert not HardSpheres({"Si-Si": 0.5, "O-O": 0.5, "Si-O": 0.5}).bind(Configuration(model)).allows(onto)
    assert bound.allows(alone)
    assert allowed.allows(alone)


def test_limits_name_elements_of_the_model() -> None:
    configuration = Configuration(random_model(0))
    with pytest.raises(InputError, match=r"hard spheres of 'Zn-O': the model has no element 'Zn'; it has O, Si"):
        HardSpheres({"Zn-O": 1.0}).bind(configuration)
    with pytest.raises(InputError, match="must be a distance above 0 Å, got -1"):
        HardSpheres({"Si-O": -1.0}).bind(configuration)
    with pytest.raises(InputError, match="less than twice the cut-off of hard spheres"):
        HardSpheres({"Si-O": 5.0}).bind(configuration)
    with pytest.raises(InputError, match="coordination of Ge by O: the model has no element 'Ge'"):
        Coordination("Ge", "O", 2.0, 1, 2).bind(configuration)
    with pytest.raises(InputError, match="the bounds must ascend, got 3 and 1"):
        Coordination("Si", "O", 2.0, 3, 1).bind(configuration)


@pytest.mark.parametrize(
    ("constraint", "broken"),
    [
        (Coordination("Si", "O", 2.0, 1, 1), 0),
        (Angle("O", "Si", "O", 2.6, 150.0, 180.0), 0),
        (BondLengths({"Si-O": (1.4, 1.9)}), 0),
        (Coordination("O", "Si", 2.5, 2, 3), 0),
        (Coordination("Si", "O", 2.0, 2, 3), 27),
    ],
)
def test_windows(constraint: Constraint, broken: int) -> None:
    """Whatever is kept at the start is kept throughout; what is broken gets no worse; free chains break it."""
    model = crystal()
    free = chain_of(model, AtomMove(0.6), seed=4)
    free.run(400)
    kept = chain_of(model, AtomMove(0.6), constraints=(constraint,), seed=4)
    assert kept.violations() == {constraint.name: broken}
    for _ in range(8):
        kept.run(50)
        assert kept.violations()[constraint.name] <= broken
    assert kept.counts[0].accepted > 10
    if not broken:
        bound = chain_of(
            free.model, AtomMove(0.6), constraints=() if isinstance(constraint, BondLengths) else (constraint,)
        )
        assert isinstance(constraint, BondLengths) or bound.violations()[constraint.name] > 0
        assert kept.counts[0].forbidden > 0


def test_bonds_of_the_start_are_kept() -> None:
    model, lengths = crystal(), BondLengths({"Si-O": (1.4, 1.9)})
    chain = chain_of(model, AtomMove(0.4), constraints=(lengths,))
    chain.run(500)
    moved = chain.configuration.nearest(chain.configuration.positions[27:] - chain.configuration.positions[:27])
    distances = np.linalg.norm(moved, axis=1)
    assert distances.min() > 1.4
    assert distances.max() < 1.9
    assert distances.std() > 0.01
    with pytest.raises(InputError, match="each range must ascend"):
        BondLengths({"Si-O": (1.9, 1.4)}).bind(Configuration(model))
