"""Approximate nearest neighbours (ANN): a side index beside the catalogue, made again when it is stale.

An inverted file of cells (faiss) over the distinct vectors. A query looks into the cells that are nearest to it, and
what it finds is ranked exactly. How often it misses one of the ten nearest is measured on vectors of the catalogue when
the index is made, and the number of cells that are looked into is raised until the recall is what was asked for.

The file holds the centres of the cells and the cell of each vector, nothing else, since faiss trusts what stands in a
file of its own. faiss is given indices here only: each cell is checked to be one that there is, all centres to be
finite, and the cells of a sample to be those of the nearest centres.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from carvsdb.atomic_write import write_bytes, write_text
from carvsdb.catalogue.file.storage import Storage
from carvsdb.catalogue.similarity.index import SearchIndex
from carvsdb.compare.distance import distances_from
from carvsdb.errors import InputError, RefusedError
from carvsdb.optional_packages import load_optional
from carvsdb.regular_file import LARGEST_TABLE, read_bytes, read_text

RECALL = 0.99
"""Share of the ten nearest that must be found, on average."""

_SAMPLE = 500
_K = 10


@dataclass(frozen=True, slots=True)
class ApproximateReport:
    """How an index was made.

    Attributes
    ----------
    content : str
        SHA-256 of the vectors that it holds.
    vectors : int
        Number of distinct vectors.
    cells, probes : int
        Number of cells, and how many of them a query looks into.
    recall : float
        Share of the ten nearest distinct vectors that were found, on average over a sample of the vectors.
    """

    content: str
    vectors: int
    cells: int
    probes: int
    recall: float


class ApproximateIndex:
    """A side index.

    Parameters
    ----------
    index : SearchIndex
        The vectors of the catalogue.
    faiss_index
        The inverted file.
    report : ApproximateReport
    """

    def __init__(self, index: SearchIndex, faiss_index: Any, report: ApproximateReport) -> None:
        self._index = index
        self._faiss = faiss_index
        self._faiss.nprobe = report.probes
        self.report = report

    @classmethod
    def open(cls, storage: Storage, ring_kind: str = "ring", *, recall: float = RECALL) -> "ApproximateIndex":
        """Open the side index of a catalogue, made first if there is none, or if it is stale, damaged or too coarse.

        Raises
        ------
        MissingExtraError
            If faiss is not installed.
        RefusedError
            If the catalogue has no vectors.
        """
        faiss = _faiss()
        index = SearchIndex.of(storage, ring_kind)
        if not len(index.matrix):
            raise RefusedError("there are no nets with rings, so there is nothing to index")
        key = f"approximate index {ring_kind}"
        held: ApproximateIndex | None = storage.cache.get(key)
        if held is not None and held.report.recall >= recall:
            return held
        content = _content(index)
        path = _path(storage, ring_kind)
        known = None if path is None else _read(faiss, path, content, index.vectors.distinct)
        if known is None or known[1].recall < recall:
            known = _make(faiss, index.vectors.distinct, content, recall)
            if path is not None:
                _write(path, _bytes_of(faiss, known[0], index.vectors.distinct), known[1])
        storage.cache[key] = cls(index, *known)
        return cls(index, *known)

    def search(
        self, queries: NDArray[np.float64], k: int, allowed: NDArray[np.bool_] | None
    ) -> list[tuple[NDArray[np.int64], NDArray[np.float64]]]:
        """Find near vectors of each query, as :meth:`VectorIndex.nearest` does exactly: rows and distances.

        Notes
        -----
        Where conditions leave fewer than `k` of what was found near, the search is exact.
        """
        vectors = self._index.vectors
        _, places = self._faiss.search(np.ascontiguousarray(queries, np.float32), min(2 * k, vectors.n_distinct))
        found = []
        for query, near in zip(queries, places, strict=True):
            rows, spans = vectors.ranked(query, near[near >= 0].astype(np.int64), k, allowed=allowed)
            if len(rows) < k:
                ((rows, spans),) = vectors.nearest(query[None], k, allowed=allowed)
            found.append((rows, spans))
        return found

    def nearest(self, queries: ArrayLike, k: int = _K) -> list[tuple[NDArray[np.int64], NDArray[np.float64]]]:
        """Find near distinct vectors of each query: their places and exact topological distances, nearest first."""
        asked = np.ascontiguousarray(queries, np.float32)
        _, places = self._faiss.search(asked, 2 * k)
        found = []
        for query, near in zip(asked.astype(np.float64), places, strict=True):
            near = near[near >= 0].astype(np.int64)
            spans = distances_from(query, self._index.vectors.distinct[near].astype(np.float64))
            order = np.lexsort((near, spans))[:k]
            found.append((near[order], spans[order]))
        return found


def status(storage: Storage, ring_kind: str = "ring") -> tuple[str, ApproximateReport | None]:
    """Say whether a side index is ``fresh``, ``stale``, ``damaged`` or ``missing``, and how it was made."""
    path = _path(storage, ring_kind)
    if path is None or not path.exists():
        return "missing", None
    found = _about(path)
    if found is None:
        return "damaged", None
    known, _ = found
    index = SearchIndex.of(storage, ring_kind)
    return ("fresh" if known.content == _content(index) else "stale"), known


def _path(storage: Storage, ring_kind: str) -> Path | None:
    return None if storage.path is None else storage.path.with_name(f"{storage.path.name}.{ring_kind}.ivf")


def _content(index: SearchIndex) -> str:
    return hashlib.sha256(index.vectors.distinct.tobytes()).hexdigest()


def _make(faiss: Any, distinct: NDArray[np.float32], content: str, recall: float) -> tuple[Any, ApproximateReport]:
    cells = int(np.clip(4 * np.sqrt(len(distinct)), 1, max(1, len(distinct) // 40)))
    made = faiss.index_factory(distinct.shape[1], f"IVF{cells},Flat")
    made.cp.seed = 0
    made.cp.min_points_per_centroid = 1
    generator = np.random.default_rng(0)
    made.train(distinct[np.sort(generator.choice(len(distinct), min(len(distinct), 64 * cells), replace=False))])
    made.add(distinct)
    sample = distinct[generator.choice(len(distinct), min(_SAMPLE, len(distinct)), replace=False)]
    flat = faiss.IndexFlatL2(distinct.shape[1])
    flat.add(distinct)
    k = min(_K, len(distinct))
    right, _ = flat.search(sample, k)
    probes, reached = 1, 0.0
    while True:
        made.nprobe = probes
        spans, _ = made.search(sample, k)
        # What is as near as the k-th is as good as the k-th.
        reached = float((spans <= right[:, -1:] * (1 + 1e-5) + 1e-7).mean())
        if reached >= recall or probes >= cells:
            return made, ApproximateReport(content, len(distinct), cells, probes, reached)
        probes = min(cells, max(probes + 1, int(probes * 1.5)))


def _read(faiss: Any, path: Path, content: str, distinct: NDArray[np.float32]) -> tuple[Any, ApproximateReport] | None:
    """Read an index; None if there is none, or it is of other vectors, or damaged."""
    found = _about(path)
    if found is None or found[0].content != content:
        return None
    report, data = found
    n_vectors, width = distinct.shape
    if report.vectors != n_vectors or len(data) != 4 * (report.cells * width + n_vectors):
        return None
    centres = np.frombuffer(data, "<f4", report.cells * width).astype(np.float32).reshape(report.cells, width)
    cells = np.frombuffer(data, "<i4", offset=centres.nbytes).astype(np.int64)
    if not np.isfinite(centres).all() or cells.min() < 0 or cells.max() >= report.cells:
        return None
    quantiser = faiss.IndexFlatL2(width)
    quantiser.add(centres)
    chosen = np.random.default_rng(0).choice(n_vectors, min(n_vectors, _SAMPLE), replace=False)
    spans, _ = quantiser.search(distinct[chosen], 1)
    if not np.allclose(((distinct[chosen] - centres[cells[chosen]]) ** 2).sum(axis=1), spans[:, 0], 1e-3, 1e-6):
        return None
    made = faiss.IndexIVFFlat(quantiser, width, report.cells)
    made.own_fields = True
    quantiser.this.disown()
    made.is_trained = True
    made.add_core(n_vectors, faiss.swig_ptr(distinct), None, faiss.swig_ptr(cells))
    return made, report


def _bytes_of(faiss: Any, made: Any, distinct: NDArray[np.float32]) -> bytes:
    """Return the centres of the cells and the cell of each vector."""
    quantiser = faiss.downcast_index(made.quantizer)
    _, cells = quantiser.search(distinct, 1)
    centres = quantiser.reconstruct_n(0, made.nlist)
    return bytes(np.asarray(centres, "<f4").tobytes() + cells[:, 0].astype("<i4").tobytes())


def _about(path: Path) -> tuple[ApproximateReport, bytes] | None:
    """Read how an index was made, and the index; None if there is none, or a byte of it was changed."""
    about = path.with_name(path.name + ".json")
    try:
        known = json.loads(read_text(about, 10_000))
        data = read_bytes(path, LARGEST_TABLE)
        if known.pop("sha256") != hashlib.sha256(data).hexdigest():
            return None
        report = ApproximateReport(**known)
        return (report, data) if _is_sound(report) else None
    except (InputError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _is_sound(report: ApproximateReport) -> bool:
    counts = (report.vectors, report.cells, report.probes)
    return (
        all(type(count) is int for count in counts)
        and 1 <= report.probes <= report.cells <= report.vectors < 2**31
        and isinstance(report.recall, float)
        and 0 <= report.recall <= 1
    )


def _write(path: Path, data: bytes, report: ApproximateReport) -> None:
    about = json.dumps({**asdict(report), "sha256": hashlib.sha256(data).hexdigest()}) + "\n"
    write_bytes(path, data)
    write_text(path.with_name(path.name + ".json"), about)


def _faiss() -> Any:
    return load_optional("faiss", '"carvsdb[ann]"', "approximate search")
