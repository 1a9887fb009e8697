"""The data sets that are built here."""

import importlib.util
from pathlib import Path

import pyarrow.parquet as pq

ROOT = Path(__file__).parents[1]


def test_reference_nets_build_the_same_bytes_twice(tmp_path: Path) -> None:
    script = ROOT / "datasets" / "reference-nets" / "build.py"
    spec = importlib.util.spec_from_file_location("build_reference_nets", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.build(tmp_path / "one")
    module.build(tmp_path / "two")
    assert (tmp_path / "one" / "SHA256SUMS").read_bytes() == (tmp_path / "two" / "SHA256SUMS").read_bytes()
    assert pq.read_table(tmp_path / "one" / "net.parquet").num_rows == 44
