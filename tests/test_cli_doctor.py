"""`doctor`: what an installation is, and what is missing of it."""

from importlib import metadata

import pytest
from program import carvsdb

from carvsdb.version import VERSION


def test_versions_cache_and_extras() -> None:
    done = carvsdb("doctor", "--json")
    assert done.code == 0
    answer = done.json
    assert answer["carvsdb"] == VERSION
    assert answer["packages"]["gemmi"] == metadata.version("gemmi")
    assert set(answer["extras"]) == set(metadata.metadata("carvsdb").get_all("Provides-Extra") or [])
    assert answer["extras"]["ann"] == f"faiss-cpu {metadata.version('faiss-cpu')}"
    assert answer["kernel_cache"]
    assert answer["cores"] >= 1
    shown = carvsdb("doctor")
    assert shown.code == 0
    for word in (VERSION, metadata.version("numpy"), "compiled code", "extra julia"):
        assert word in shown.out


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = metadata.version

    def without_gemmi(name: str) -> str:
        if name in ("gemmi", "distributed"):
            raise metadata.PackageNotFoundError(name)
        return whole(name)

    monkeypatch.setattr("importlib.metadata.version", without_gemmi)
    monkeypatch.setattr("carvsdb.kernel_cache.locate", lambda folder: "there is no place")
    done = carvsdb("doctor")
    assert done.code == 8
    assert "gemmi cannot be used" in done.err
    assert "is not kept: there is no place" in done.out
    assert 'no: pip install "carvsdb[dist]"' in done.out  # Dask alone is not enough
