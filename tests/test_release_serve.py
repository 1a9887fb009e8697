"""A release as an OPTIMADE server."""

import json
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
import warnings
from pathlib import Path
from typing import Any

import pytest
from catalogue_entries import amorphous_entry, chain_entry, library_entry
from program import carvsdb
from release_cards import card_of

from carvsdb import optional_packages
from carvsdb.catalogue import Catalogue
from carvsdb.releases import BuildOptions, build_release

PAGE = Path(__file__).parents[1] / "docs" / "releases.md"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with Catalogue.in_memory() as catalogue:
        catalogue.add([*(library_entry(name, names=(name,)) for name in ("dia", "sod", "sql")), chain_entry()])
        catalogue.add([amorphous_entry("glass")])
        card = card_of()
        return build_release(catalogue, card, tmp_path_factory.mktemp("served") / "release").folder


def test_the_lines(release: Path) -> None:
    header, info, *entries = [json.loads(line) for line in (release / "optimade.jsonl").read_text().splitlines()]
    assert header["x-optimade"]["meta"]["api_version"] == "1.1.0"
    assert info["properties"]["_carvsdb_sigma"]["type"] == "float"
    attributes = {entry["attributes"]["_carvsdb_label"]: entry["attributes"] for entry in entries}
    assert sorted(attributes) == ["chain", "dia", "glass", "sod", "sql"]
    sod = attributes["sod"]
    assert (sod["_carvsdb_ring_sizes"], sod["_carvsdb_coordination"], sod["nsites"]) == ([4, 6, 12], [4], 6)
    assert sod["_carvsdb_carvs"][3:6] == [2.0, 0.0, 4.0]
    assert attributes["sql"]["dimension_types"] == [1, 1, 0]
    assert attributes["chain"]["_carvsdb_ring_sizes"] == []


def get(address: str) -> Any:
    with urllib.request.urlopen(address, timeout=60) as answer:
        return json.load(answer)


@pytest.mark.slow
def test_the_server(release: Path) -> None:
    validator = pytest.importorskip("optimade.validator")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "carvsdb", "release", "serve", str(release), "--port", str(port)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            assert f"http://127.0.0.1:{port}/v1/structures" in server.stderr.readline()
            base = f"http://127.0.0.1:{port}"
            for _ in range(100):
                try:
                    found = get(
                        f"{base}/v1/structures?filter=_carvsdb_ring_sizes%20HAS%2012&response_fields=_carvsdb_label"
                    )
                    break
                except OSError:
                    assert server.poll() is None
                    signal.sigtimedwait([], 0.2)
            assert {one["attributes"]["_carvsdb_label"] for one in found["data"]} == {"sod", "glass"}
            for query, labels in (
                ('_carvsdb_name="dia"', {"dia"}),
                ("_carvsdb_n_nodes>1 AND nperiodic_dimensions=3 AND _carvsdb_sigma<1", {"dia", "sod", "glass"}),
                ("_carvsdb_coordination HAS 4 AND _carvsdb_multiplicity=1", {"dia", "sod", "sql", "glass"}),
            ):
                asked = urllib.request.quote(query)  # type: ignore[attr-defined]
                data = get(f"{base}/v1/structures?filter={asked}&response_fields=_carvsdb_label")["data"]
                assert {one["attributes"]["_carvsdb_label"] for one in data} == labels, query
            (curl,) = re.findall(r"```sh\n(curl .*)\n```", PAGE.read_text(encoding="utf-8"))
            command = shlex.split(curl.replace("127.0.0.1:5000", f"127.0.0.1:{port}"))
            if shutil.which("curl"):
                done = subprocess.run(command, capture_output=True, check=True)
                labels = {one["attributes"]["_carvsdb_label"] for one in json.loads(done.stdout)["data"]}
                assert labels == {"sod", "glass"}
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                checked = validator.ImplementationValidator(base_url=base, run_optional_tests=False, verbosity=-1)
                checked.validate_implementation()
            assert checked.valid, checked.results
            assert checked.results.success_count > 30
        finally:
            server.send_signal(signal.SIGINT)
        assert server.wait(60) == 130


def test_refusals(release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(module: str) -> Any:
        raise ImportError(module)

    with monkeypatch.context() as patched:
        patched.setattr(optional_packages, "import_module", missing)
        done = carvsdb("release", "serve", release)
        assert done.code == 5
        assert 'pip install "carvsdb[optimade]"' in done.err
    pytest.importorskip("optimade")
    with Catalogue(release / "catalogue.duckdb") as catalogue:
        card = card_of()
        bare = build_release(catalogue, card, tmp_path / "bare", BuildOptions(database=False, nets=False)).folder
    assert carvsdb("release", "serve", bare).code == 3
    (bare / "LICENSE").write_text("x")
    assert carvsdb("release", "serve", bare).code == 8
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert carvsdb("release", "serve", release, "--port", str(taken.getsockname()[1])).code == 7
