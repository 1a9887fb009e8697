"""Soft constraints: what a configuration should be like, and what each departure adds to chi².

Each term adds ``((value - target) / sigma)²``: fractions of atoms with some number of neighbours
(`coordination_fraction`), distances and angles between atoms that are bonded at the start (`bonded_shapes`). They stand
beside the data in the acceptance rule, with the same factor.

References
----------
.. [1] Tucker, Keen, Dove, Goodwin & Hui, J. Phys.: Condens. Matter 19, 335218 (2007),
   doi:10.1088/0953-8984/19/33/335218
"""

from collections.abc import Sequence
from typing import Protocol

from carvsdb_refine.monte_carlo.configuration import Configuration
from carvsdb_refine.monte_carlo.protocols import Proposal
from carvsdb_refine.potential.terms import Floats, State


class SoftTerm(Protocol):
    """A soft constraint, not yet bound to a model."""

    @property
    def name(self) -> str:
        """What messages and results call it."""

    def bind(self, configuration: Configuration) -> "BoundSoft":
        """Return the state for a configuration.

        Raises
        ------
        InputError
            If the model lacks an element, or nothing at the start is meant.
        """


class BoundSoft(State, Protocol):
    """What a soft constraint adds to chi², for the current configuration."""

    @property
    def chi2(self) -> float:
        """Of the current configuration."""

    def propose(self, proposal: Proposal) -> float:
        """Return by how much chi² changes."""

    def chi2_at(self, positions: Floats, cell: Floats) -> float:
        """Return chi² of another configuration, what is bonded being as at the start."""

    def drift(self) -> float:
        """Return how far chi² is from a fresh evaluation."""


def chi2_of(terms: Sequence[BoundSoft]) -> float:
    """Return what soft constraints add to chi² together."""
    return sum(term.chi2 for term in terms)
