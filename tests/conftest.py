"""Fixtures of all tests: the folder of published inputs, and no network."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("carvsdb", deadline=None, derandomize=True)
settings.load_profile("carvsdb")


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
