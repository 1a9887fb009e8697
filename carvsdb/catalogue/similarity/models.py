"""Nets between which distances are measured: entries of the catalogue, and analysed ones that it does not hold."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.catalogue.file.storage import Storage
from carvsdb.catalogue.questions.resolving import NetRef, resolve
from carvsdb.catalogue.records.entry import Entry
from carvsdb.catalogue.similarity.comparable import Search, blocks_of, distinct_nodes, searches_of
from carvsdb.compare.noise import BlockSums
from carvsdb.errors import InputError, RefusedError


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A net.

    Attributes
    ----------
    ref : NetRef
        What it is called and how it was made of atoms.
    searches : tuple of Search
        Its ring searches, the best first.
    entry : Entry or None
        The net itself, if the catalogue does not hold it.
    """

    ref: NetRef
    searches: tuple[Search, ...]
    entry: Entry | None = None

    @classmethod
    def of(cls, storage: Storage, asked: str | Entry, ring_kind: str) -> "Model":
        """Look up a name, or take what is not in the catalogue.

        Raises
        ------
        NotFoundError
            If nothing, or more than one thing, has the name.
        InputError
            If what is not in the catalogue was searched for rings of the other kind.
        RefusedError
            If it has no rings, or the one in the catalogue was not searched for rings of this kind.
        """
        if not isinstance(asked, Entry):
            ref = resolve(storage, asked)
            return cls(ref, tuple(searches_of(storage, ref, ring_kind)))
        about, carvs = asked.description, asked.carvs()
        if carvs.ring_kind != ring_kind:
            found, wanted = ("strong rings" if kind == "strong" else "rings" for kind in (carvs.ring_kind, ring_kind))
            raise InputError(f"{asked.label!r} was searched for {found}, not for {wanted}")
        if not carvs.has_rings:
            raise RefusedError(f"{asked.label!r} has no rings, so it has no distance to any net", item=asked.label)
        key = f"{asked.content_hash}{asked.part}"
        ref = NetRef(asked.label, key, key, asked.kind, about.file, None, None, about.clustering, about.bond_rule)
        # In single precision like the stored ones: a file and its own entry are at distance 0.
        normalised = carvs.normalised.astype(np.float32).astype(np.float64)
        return cls(ref, (Search(ref, "", carvs, normalised),), asked)

    def blocks(self, storage: Storage, search: Search) -> BlockSums | None:
        """Return the ring counts by blocks of space; None for a crystal."""
        return blocks_of(storage, search.carvs_id) if self.entry is None else self.entry.blocks

    def nodes(self, storage: Storage, search: Search) -> dict[tuple[int, ...], int]:
        """Return how many nodes have which numbers of rings through them, by ring size."""
        if self.entry is None:
            rows = storage.rows(
                "SELECT counts, sum(multiplicity)::BIGINT FROM net_environment "
                "JOIN environment ON environment.id = environment_id WHERE carvs_id = ? GROUP BY counts",
                [search.carvs_id],
            )
            return {tuple(counts): number for counts, number in rows}
        sorts, numbers = distinct_nodes(self.entry.node_counts)
        return dict(zip(map(tuple, sorts.tolist()), numbers.tolist(), strict=True))

    def shells(self, storage: Storage) -> list[dict[str, Any]]:
        """Return its coordination sequences as descriptions have them."""
        if self.entry is not None:
            return [one.model_dump() for one in self.entry.description.coordination_sequences]
        ((text,),) = storage.rows("SELECT coordination_sequences FROM net WHERE id = ?", [self.ref.net_id])
        found: list[dict[str, Any]] = json.loads(text)
        return found


def together(nodes: Sequence[dict[tuple[int, ...], int]]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Pool the nodes of models: their numbers of rings, shape (n, 32), in order, and how many have them."""
    total: dict[tuple[int, ...], int] = {}
    for one in nodes:
        for counts, number in one.items():
            total[counts] = total.get(counts, 0) + number
    kinds = sorted(total)
    return np.array(kinds, np.float64), np.array([total[one] for one in kinds], np.float64)
