"""Fixtures of all tests: the folder of published inputs, and no network."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from carvsdb.interpreting import no_interpreting

settings.register_profile("carvsdb", deadline=None, derandomize=True)
settings.load_profile("carvsdb")


@pytest.fixture(scope="session", autouse=True)
def _machine_code() -> Iterator[None]:
    """Run machine code also for small nets, as large ones do; `test_interpreting` compares both."""
    with no_interpreting():
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder with published inputs (`data`) and reference numbers (`truth`)."""
    if os.environ.get("CARVSDB_SHARED") == "none":
        pytest.skip("needs the published inputs, and CARVSDB_SHARED=none says that they are not here")
    default = Path(__file__).resolve().parents[1].parent / "shared"
    folder = Path(os.environ.get("CARVSDB_SHARED", default))
    if not folder.is_dir():
        sentence = f"the published inputs are not at {folder}; set CARVSDB_SHARED to the folder of data/ and truth/"
        if os.environ.get("CI") == "true":
            pytest.fail(sentence)
        pytest.skip(sentence)
    return folder
