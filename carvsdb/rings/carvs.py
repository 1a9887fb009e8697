"""CARVS: cumulative all-rings vertex symbols."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from carvsdb.errors import RefusedError
from carvsdb.html_text import html_table

LARGEST_CUT_OFF = 32
"""The largest ring size, in nodes, that a vector can hold."""

DEFAULT_CUT_OFF = 27
"""The ring size, in nodes, up to which rings are searched unless told otherwise."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Carvs:
    """The cumulative all-rings vertex symbol of a net.

    Attributes
    ----------
    vector : ndarray of float64, shape (max_ring_size,)
        ``vector[k]`` is the mean number of rings of size ``k + 1`` through a node.
    sigma : float
        Root mean square distance of the nodes' vectors from their mean.
    n_nodes : int
        Number of nodes that the mean runs over.
    max_ring_size : int
        Cut-off of the search, in nodes.
    largest_ring : int
        Size of the largest ring found; 0 if there is none.
    completeness : str
        ``proved``, ``observed`` (searched to at least 8 beyond the largest ring found) or ``no``.
    ring_kind : str
        ``ring`` or ``strong``.
    linker_aware : bool
        True if the rings were searched in the node-linker net.

    References
    ----------
    .. [1] Nicholas et al., arXiv:2503.24367 (2025)
    """

    vector: NDArray[np.float64]
    sigma: float
    n_nodes: int
    max_ring_size: int
    largest_ring: int
    completeness: str
    ring_kind: str = "ring"
    linker_aware: bool = False

    @classmethod
    def from_counts(
        cls,
        counts: ArrayLike,
        *,
        completeness: str,
        ring_kind: str = "ring",
        linker_aware: bool = False,
    ) -> "Carvs":
        """Average the ring counts of nodes.

        Parameters
        ----------
        counts : array_like of int, shape (n_nodes, max_ring_size)
            ``counts[v, k]`` is the number of rings of size ``k + 1`` through node `v`.
        completeness, ring_kind, linker_aware
            As the attributes of the class.

        Examples
        --------
        >>> counts = np.zeros((2, 27), int)
        >>> counts[:, 5] = 12, 13
        >>> Carvs.from_counts(counts, completeness="observed").symbol
        '{6(12.5)} σ=0.5'
        """
        per_node = np.asarray(counts, np.float64)
        mean = per_node.mean(axis=0) if len(per_node) else np.zeros(per_node.shape[1])
        spread = ((per_node - mean) ** 2).sum(axis=1)
        found = np.flatnonzero(per_node.any(axis=0))
        return cls(
            vector=mean,
            sigma=float(np.sqrt(spread.mean())) if len(per_node) else 0.0,
            n_nodes=len(per_node),
            max_ring_size=per_node.shape[1],
            largest_ring=int(found[-1]) + 1 if len(found) else 0,
            completeness=completeness,
            ring_kind=ring_kind,
            linker_aware=linker_aware,
        )

    @classmethod
    def pooled(cls, models: Sequence["Carvs"]) -> "Carvs":
        """Pool the nodes of several models of one material.

        Raises
        ------
        RefusedError
            If the models were searched for other rings or to other cut-offs.
        """
        first = models[0]
        for other in models[1:]:
            if (first.ring_kind, first.linker_aware, first.max_ring_size) != (
                other.ring_kind,
                other.linker_aware,
                other.max_ring_size,
            ):
                raise RefusedError("models can be pooled only if their ring kind, linkers and cut-off are the same")
        weights = np.array([model.n_nodes for model in models], np.float64)
        means = np.stack([model.vector for model in models])
        mean = weights @ means / weights.sum()
        within = np.array([model.sigma**2 for model in models])
        between = ((means - mean) ** 2).sum(axis=1)
        states = [model.completeness for model in models]
        return cls(
            vector=mean,
            sigma=float(np.sqrt(weights @ (within + between) / weights.sum())),
            n_nodes=int(weights.sum()),
            max_ring_size=first.max_ring_size,
            largest_ring=max(model.largest_ring for model in models),
            completeness="no" if "no" in states else "observed" if "observed" in states else "proved",
            ring_kind=first.ring_kind,
            linker_aware=first.linker_aware,
        )

    @property
    def is_complete(self) -> bool:
        """True if the vector is proved or observed to hold all rings."""
        return self.completeness in ("proved", "observed")

    @property
    def has_rings(self) -> bool:
        """False for a net without rings, which has no normalised vector."""
        return bool(self.vector.any())

    @property
    def normalised(self) -> NDArray[np.float64]:
        """The vector divided by its sum, padded to 32 sizes, shape (32,).

        Raises
        ------
        RefusedError
            If the net has no rings.
        """
        if not self.has_rings:
            raise RefusedError("the net has no rings, so its CARVS has no direction to compare")
        padded = np.zeros(LARGEST_CUT_OFF)
        padded[: len(self.vector)] = self.vector / self.vector.sum()
        return padded

    @property
    def symbol(self) -> str:
        """The vector as it is printed; for reading, never for comparing.

        Sizes ascend; a mean below 1 is not printed, a lone 1 has no bracket, a mean within 1e-5 of an
        integer has no decimals, any other has one; the spread follows unless it is zero.
        """
        parts = []
        for size, mean in enumerate(self.vector.tolist(), start=1):
            if mean < 1 - 1e-5:
                continue
            if abs(mean - round(mean)) < 1e-5:
                parts.append(f"{size}" if round(mean) == 1 else f"{size}({round(mean)})")
            else:
                parts.append(f"{size}({mean:.1f})")
        spread = "" if self.sigma < 1e-9 else f" σ={self.sigma:.1f}"
        return "{" + ".".join(parts) + "}" + spread

    def _repr_html_(self) -> str:
        rows = [(f"{size}-rings", f"{mean:.2f}") for size, mean in enumerate(self.vector.tolist(), start=1) if mean]
        kind = "strong rings" if self.ring_kind == "strong" else "rings"
        note = f"{kind} up to {self.max_ring_size}, {self.completeness}; mean over {self.n_nodes} nodes"
        return html_table(("size", "through a node"), rows, caption=f"CARVS {self.symbol}", notes=(note,))

    def __repr__(self) -> str:
        kind = "strong rings" if self.ring_kind == "strong" else "rings"
        return f"<Carvs {self.symbol}, {kind} up to {self.max_ring_size}, {self.completeness}>"
