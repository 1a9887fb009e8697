"""The side index: recall, staleness, damage."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from catalogue_entries import library_entry

from carvsdb.catalogue import Catalogue
from carvsdb.catalogue.similarity.index import SearchIndex
from carvsdb.catalogue.similarity.side_index import ApproximateIndex, _faiss, _make, _read
from carvsdb.errors import RefusedError

NETS = ("dia", "sod", "pcu", "sql", "qtz", "gis", "nbo", "srs")


def test_recall_is_what_was_asked_for() -> None:
    generator = np.random.default_rng(0)
    centres = generator.dirichlet(np.full(32, 0.1), 50)
    vectors = centres[generator.integers(0, 50, 20_000)] * np.exp(generator.normal(0, 0.2, (20_000, 32)))
    vectors = (vectors / vectors.sum(axis=1, keepdims=True)).astype(np.float32)
    _, report = _make(_faiss(), vectors, "", 0.99)
    assert report.recall >= 0.99
    assert report.probes < report.cells / 2


def test_tied_to_the_content(tmp_path: Path) -> None:
    path = tmp_path / "nets.duckdb"
    with Catalogue.open(path) as catalogue:
        with pytest.raises(RefusedError, match="nothing to index"):
            ApproximateIndex.open(catalogue.storage)
        catalogue.add(library_entry(name) for name in NETS[:-1])
        first = ApproximateIndex.open(catalogue.storage).report
        side = path.with_name(path.name + ".ring.ivf")
        made = side.stat().st_mtime_ns
        assert ApproximateIndex.open(catalogue.storage).report == first
        assert side.stat().st_mtime_ns == made
        catalogue.add([library_entry(NETS[-1])])
        second = ApproximateIndex.open(catalogue.storage)
        assert second.report.vectors == first.vectors + 1
        exact = catalogue.similar("dia", k=3).table["distance"].to_pylist()
        query = catalogue.normalised_matrix()[[0]]
        ((_, distances),) = second.nearest(query, 1)
        assert distances[0] == 0
        assert exact == sorted(exact)
        side.write_bytes(side.read_bytes()[:-8])
        assert ApproximateIndex.open(catalogue.storage).report == second.report


def test_an_index_of_others_names_no_cell_that_is_not_there(tmp_path: Path) -> None:
    """Sealed again after each change, as whoever sends a catalogue can do."""
    path = tmp_path / "nets.duckdb"
    with Catalogue.open(path) as catalogue:
        catalogue.add(library_entry(name) for name in NETS)
        right = ApproximateIndex.open(catalogue.storage).nearest(catalogue.normalised_matrix(), 3)
    side = path.with_name(path.name + ".ring.ivf")
    about = side.with_name(side.name + ".json")
    data, known = side.read_bytes(), json.loads(about.read_text())
    with Catalogue.open(path, read_only=True) as catalogue:
        assert (
            _read(_faiss(), side, known["content"], SearchIndex.of(catalogue.storage, "ring").vectors.distinct)
            is not None
        )
    cells, n = known["cells"], known["vectors"]
    numbers = np.frombuffer(data, "<i4").copy()
    changed: list[tuple[bytes, dict[str, object]]] = [
        (data, {key: value}) for key in ("cells", "probes", "vectors") for value in (0, -1, 2**31, 1.5, None, "x", True)
    ]
    changed += [(data, {"recall": value}) for value in (2.0, float("nan"), "x")]
    changed += [(data + b"1234", {}), (data[:-4], {}), (b"", {}), (b"IwFl" + data, {})]
    for place, value in ((-1, -1), (-1, cells), (-1, 2**31 - 1), (-n, -(2**31)), (0, 0x7FC00000), (0, 0x7F800000)):
        other = numbers.copy()
        other[place] = value
        changed.append((other.tobytes(), {}))
    for content, more in changed:
        side.write_bytes(content)
        said = {**known, **more, "sha256": hashlib.sha256(content).hexdigest()}
        about.write_text(json.dumps(said))
        with Catalogue.open(path, read_only=True) as catalogue:
            distinct = SearchIndex.of(catalogue.storage, "ring").vectors.distinct
            assert _read(_faiss(), side, known["content"], distinct) is None, more
    with Catalogue.open(path) as catalogue:
        again = ApproximateIndex.open(catalogue.storage).nearest(catalogue.normalised_matrix(), 3)
    for (places, spans), (other_places, other_spans) in zip(right, again, strict=True):
        assert places.tolist() == other_places.tolist()
        assert spans.tolist() == other_spans.tolist()
