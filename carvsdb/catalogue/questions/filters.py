"""Which nets may be found: conditions on what is known of them."""

from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from carvsdb.catalogue.file.schema import HANDLES, NAME
from carvsdb.catalogue.file.storage import Storage
from carvsdb.errors import InputError
from carvsdb_schemas.tables import KINDS


@dataclass(frozen=True, slots=True)
class Filters:
    """Conditions that all must hold; None asks for nothing.

    Attributes
    ----------
    kind, source, clustering, formula, status : str, optional
        As stored.
    name : str, optional
        An archive name of the net.
    coordination : tuple of int, optional
        Coordination numbers of the nodes: all of these and no others.
    min_nodes, max_nodes : int, optional
        Number of nodes in the cell.
    min_density, max_density : float, optional
        Of the atoms, in g/cm³; nets without one are left out.
    max_ring_size : int, optional
        Cut-off of the search.
    labels : str, optional
        How the label begins.
    """

    kind: str | None = None
    source: str | None = None
    clustering: str | None = None
    formula: str | None = None
    status: str | None = None
    name: str | None = None
    coordination: tuple[int, ...] | None = None
    min_nodes: int | None = None
    max_nodes: int | None = None
    min_density: float | None = None
    max_density: float | None = None
    max_ring_size: int | None = None
    labels: str | None = None

    def __post_init__(self) -> None:
        if self.kind is not None and self.kind not in KINDS:
            raise InputError(f"kind must be one of {', '.join(KINDS)}, got {self.kind!r}")

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for."""
        return all(getattr(self, field.name) is None for field in fields(self))

    def condition(self) -> tuple[str, dict[str, object]]:
        """Return the conditions as SQL on `net`, `structure`, `source` and `carvs`, with its parameters."""
        parts: list[str] = []
        values: dict[str, object] = {}
        for name, column in _EQUAL.items():
            wanted = getattr(self, name)
            if wanted is not None:
                parts.append(f"{column} = ${name}")
                values[name] = wanted
        for name, sentence in _SENTENCES.items():
            wanted = getattr(self, name)
            if wanted is not None:
                parts.append(sentence)
                values[name] = sorted(set(wanted)) if name == "coordination" else wanted
        if self.max_ring_size is not None:
            parts.append("net.id IN (SELECT net_id FROM carvs WHERE carvs.max_ring_size = $max_ring_size)")
            values["max_ring_size"] = self.max_ring_size
        return " AND ".join(parts) or "true", values

    def mask(self, about: pa.Table) -> NDArray[np.bool_]:
        """Return which rows of a table meet the conditions.

        Parameters
        ----------
        about : pyarrow.Table
            Of :func:`about`.
        """
        held = np.ones(about.num_rows, bool)
        for column in ("kind", "source", "clustering", "formula", "status", "max_ring_size"):
            wanted = getattr(self, column)
            if wanted is not None:
                held &= _bools(pc.equal(about[column], wanted))
        if self.coordination is not None:
            text = ",".join(map(str, sorted(set(self.coordination))))
            held &= _bools(pc.equal(about["coordination"], text))
        if self.name is not None:
            held &= _bools(pc.match_substring(about["names"], f"\n{self.name}\n"))
        if self.labels is not None:
            held &= _bools(pc.starts_with(about["label"], self.labels))
        for column, low, high in (
            ("n_nodes", self.min_nodes, self.max_nodes),
            ("density", self.min_density, self.max_density),
        ):
            if low is not None:
                held &= _bools(pc.greater_equal(about[column], low))
            if high is not None:
                held &= _bools(pc.less_equal(about[column], high))
        return held


_EQUAL = {
    "kind": "structure.kind",
    "source": "source.collection",
    "clustering": "net.clustering",
    "formula": "structure.formula",
    "status": "net.status",
}
_SENTENCES = {
    "name": "list_contains(net.names, $name)",
    "labels": "starts_with(structure.label, $labels)",
    "coordination": "list_sort(list_transform(json_keys(net.coordination), one -> one::INTEGER)) = $coordination",
    "min_nodes": "net.n_nodes >= $min_nodes",
    "max_nodes": "net.n_nodes <= $max_nodes",
    "min_density": "structure.density >= $min_density",
    "max_density": "structure.density <= $max_density",
}

ABOUT = f"""
SELECT {{label}} AS label, {NAME} AS name, source.collection AS source, structure.kind, net.clustering,
    structure.formula, net.status, carvs.max_ring_size, net.n_nodes, structure.density, carvs.symbol,
    chr(10) || array_to_string(net.names, chr(10)) || chr(10) AS names,
    array_to_string(list_sort(list_transform(json_keys(net.coordination), k -> k::INTEGER)), ',') AS coordination
FROM carvs JOIN net ON net.id = carvs.net_id JOIN structure ON structure.id = net.structure_id
LEFT JOIN source ON source.id = structure.source_id
WHERE ring_kind = ? AND normalised IS NOT NULL ORDER BY carvs.net_id, carvs.id
"""
"""What is known of each vector of the search index, in its order."""


def about(storage: Storage, ring_kind: str) -> pa.Table:
    """Return what is known of each vector of the search index, in its order."""
    repeated = storage.rows("SELECT count(*) - count(DISTINCT structure_id) FROM net")[0][0]
    label = "structure.label"
    if repeated:
        label = f"(SELECT label FROM ({HANDLES}) AS handles WHERE handles.net_id = net.id)"
    return storage.table(ABOUT.format(label=label), [ring_kind]).combine_chunks()


def _bools(values: pa.ChunkedArray) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = pc.fill_null(values, False).to_numpy()
    return found
