"""The pages of the documentation: what tutorials show is what happens, and pages made from code are fresh."""

import json
import re
import shlex
from importlib import import_module
from pathlib import Path

import pytest
import tutorial_notebooks
from program import carvsdb

from carvsdb_schemas.reference_page import reference_page

DOCS = Path(__file__).parents[1] / "docs"
PAGES = sorted(DOCS.glob("*.md"))


def test_the_page_of_answers_and_tables_is_fresh() -> None:
    assert (DOCS / "schemas.md").read_text(encoding="utf-8") == reference_page(), "run `make reference`"


def test_every_public_name_is_in_the_python_reference() -> None:
    page = (DOCS / "api.md").read_text(encoding="utf-8")
    documented = {line.removeprefix("::: ") for line in page.splitlines() if line.startswith("::: ")}
    ends = {name.rpartition(".")[2] for name in documented} | {"library", "CarvsdbError"}
    for package in ("carvsdb", "carvsdb_ingest", "carvsdb_refine"):
        assert set(import_module(package).__all__) <= ends, package


def test_every_page_is_in_the_site() -> None:
    site = (DOCS.parent / "mkdocs.yml").read_text(encoding="utf-8")
    assert [page.name for page in PAGES if f": {page.name}" not in site] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_no_link_is_dead(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        file, _, anchor = target.partition("#")
        if not target.startswith(("http://", "https://")):
            other = page if not file else page.parent / file
            assert other.is_file(), target
            headings = re.findall(r"^#+ (.*)$", other.read_text(encoding="utf-8"), re.MULTILINE)
            assert not anchor or anchor in {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}


@pytest.mark.parametrize("page", tutorial_notebooks.pages(), ids=lambda page: page.stem)
def test_a_tutorial_shows_what_happens(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = tutorial_notebooks.BLOCK.findall(page.read_text(encoding="utf-8"))
    assert blocks
    names: dict[str, object] = {}
    for kind, file, block in blocks:
        if kind == "toml":
            Path(file).write_text(block, encoding="utf-8")
        elif kind == "python":
            exec(block, names)
        else:
            for step in block.split("$ ")[1:]:
                check_step(step)


@pytest.mark.parametrize("page", tutorial_notebooks.pages(), ids=lambda page: page.stem)
def test_the_notebook_of_a_tutorial_is_its_page_executed(page: Path) -> None:
    notebook = json.loads((tutorial_notebooks.NOTEBOOKS / f"{page.stem}.ipynb").read_text(encoding="utf-8"))
    cells = [(cell["cell_type"], "".join(cell["source"])) for cell in notebook["cells"]]
    assert cells == list(tutorial_notebooks.cells_of(page.read_text(encoding="utf-8"))), "run `make notebooks`"
    shell = [cell for cell in notebook["cells"] if "".join(cell["source"]).startswith("%%sh")]
    assert all(cell["outputs"] and cell["execution_count"] for cell in shell)
    assert "error" not in {one["output_type"] for cell in notebook["cells"] for one in cell.get("outputs", ())}
    assert f"(notebooks/{page.stem}.ipynb)" in page.read_text(encoding="utf-8")


def check_step(step: str) -> None:
    """Run a command, and compare what it prints: a line may end with, and the last may be, three dots."""
    command, *shown = step.rstrip("\n").splitlines()
    program, *arguments = shlex.split(command)
    assert program == "carvsdb"
    done = carvsdb(*arguments)
    assert done.code == 0, done.err
    for line, printed in zip(shown, done.out.splitlines(), strict=False):
        known, _, rest = line.partition("...")
        assert printed.startswith(known) if rest == "" and line.endswith("...") else printed == line
    assert len(shown) <= len(done.out.splitlines())
