"""The page about releases: its examples run."""

import contextlib
import io
import re
from pathlib import Path

import pytest
from catalogue_entries import library_entry
from release_cards import card_of

from carvsdb.catalogue import Catalogue
from carvsdb.releases import build_release

PAGE = Path(__file__).parents[1] / "docs" / "releases.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs")
    with Catalogue.in_memory() as catalogue:
        catalogue.add(library_entry(name, names=(name,)) for name in ("dia", "sod"))
        build_release(catalogue, card_of(), folder / "release")
    return folder


@pytest.mark.parametrize(
    ("number", "said"), list(enumerate(["{6(12)}", "{4(2).6(4).12(32)}", "('dia', '{6(12)}')", "dia"]))
)
def test_examples_run(number: int, said: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in re.findall(r"^import (\w+)", BLOCKS[number], re.MULTILINE):
        pytest.importorskip(module)
    monkeypatch.chdir(folder)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(BLOCKS[number], str(PAGE), "exec"), {})
    assert said in out.getvalue()


def test_there_are_no_other_examples() -> None:
    assert len(BLOCKS) == 4
