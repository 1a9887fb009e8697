"""The side index: recall, staleness, damage."""

from pathlib import Path

import numpy as np
import pytest
from catalogue_entries import library_entry

from carvsdb.catalogue import Catalogue
from carvsdb.catalogue.similarity.side_index import ApproximateIndex, _faiss, _make
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
