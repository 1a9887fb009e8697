"""The Python of pages that are no tutorials runs, and answers what they show."""

import doctest
import re
from pathlib import Path

import pytest
from ase import Atoms
from ase.io import write
from catalogue_entries import amorphous_entry, library_entry

from carvsdb.catalogue import Catalogue

DOCS = Path(__file__).parents[1] / "docs"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
ELSEWHERE = {"screening", "releases", "monte_carlo"}
"""Pages with tests of their own, beside tutorials."""


def _pages(shown: bool) -> list[str]:
    texts = {page.stem: page.read_text(encoding="utf-8") for page in sorted(DOCS.glob("*.md"))}
    return [
        name
        for name, text in texts.items()
        if not name.startswith("tutorial-")
        and name not in ELSEWHERE
        and any((">>>" in block) is shown for block in BLOCK.findall(text))
    ]


@pytest.mark.parametrize("page", _pages(shown=True))
def test_what_is_shown_is_answered(page: str) -> None:
    done = doctest.testfile(str(DOCS / f"{page}.md"), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert (done.failed, done.attempted > 2) == (0, True)


@pytest.mark.parametrize("page", _pages(shown=False))
def test_blocks_run(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with Catalogue.open("zif.duckdb") as catalogue:
        catalogue.add([library_entry("sod"), library_entry("dia"), amorphous_entry("m1")])
    zinc_blende = Atoms(
        "Zn4N4",
        scaled_positions=[
            [0, 0, 0],
            [0, 0.5, 0.5],
            [0.5, 0, 0.5],
            [0.5, 0.5, 0],
            [0.25, 0.25, 0.25],
            [0.25, 0.75, 0.75],
            [0.75, 0.25, 0.75],
            [0.75, 0.75, 0.25],
        ],
        cell=[4.6] * 3,
        pbc=True,
    )
    write("frames.xyz", zinc_blende, format="extxyz")
    write("model.data", zinc_blende, format="lammps-data", masses=True)
    for block in BLOCK.findall((DOCS / f"{page}.md").read_text(encoding="utf-8")):
        exec(block, {})
