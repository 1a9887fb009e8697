"""The tutorials as notebooks: their cells come from the pages, which stay the one source; what cells print is stored.

``python tests/tutorial_notebooks.py [tutorial-si ...]`` executes them and writes docs/notebooks (`make notebooks`);
``--check`` executes them and compares what they print with what is stored.
"""

import re
import sys
import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[1] / "docs"
NOTEBOOKS = DOCS / "notebooks"
BLOCK = re.compile(r'^```(console|python|toml)(?: title="([\w.]+)")?\n(.*?)^```\n', re.DOTALL | re.MULTILINE)
PROGRESS = re.compile(r"^[\d,]+(?: of [\d,]+)? done after .*\n", re.MULTILINE)
LINK = re.compile(r"\]\((?!https?://)([\w-]+)\.md")


def pages() -> list[Path]:
    """Return the pages that are notebooks, too."""
    return sorted(DOCS.glob("tutorial-*.md"))


def cells_of(page: str) -> Iterator[tuple[str, str]]:
    """Yield the cells of a page, each with its kind, ``markdown`` or ``code``.

    Commands become a cell of the shell, without what the page shows of their answers; a file one that writes it.
    """
    rest = 0
    for found in BLOCK.finditer(page):
        yield from _text(page[rest : found.start()])
        rest = found.end()
        kind, file, block = found.groups()
        if kind == "console":
            commands = [step.splitlines()[0] for step in block.split("$ ")[1:]]
            yield "code", "\n".join(["%%sh", *commands])
        else:
            yield "code", (f"%%writefile {file}\n{block}" if kind == "toml" else block).rstrip("\n")
    yield from _text(page[rest:])


def _text(text: str) -> Iterator[tuple[str, str]]:
    if text.strip():
        yield "markdown", LINK.sub(r"](../\1.md", text.strip())


def notebook_of(page: Path) -> Any:
    """Make the notebook of a page, without outputs."""
    v4 = import_module("nbformat.v4")

    make = {"markdown": v4.new_markdown_cell, "code": v4.new_code_cell}
    cells = [
        make[kind](text, id=f"{page.stem}-{n}") for n, (kind, text) in enumerate(cells_of(page.read_text("utf-8")))
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return v4.new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})


def executed(page: Path) -> Any:
    """Execute the notebook of a page in an empty folder."""
    notebook = notebook_of(page)
    with tempfile.TemporaryDirectory() as folder:
        import_module("nbclient").NotebookClient(
            notebook, timeout=900, resources={"metadata": {"path": folder}}
        ).execute()
        for cell in notebook.cells:
            cell.metadata.clear()  # when it ran
            if cell.cell_type == "code":
                cell.outputs = _merged(cell.outputs, folder)
    return notebook


def _merged(outputs: list[Any], folder: str) -> list[Any]:
    """Put what was printed in pieces together, stdout first: how the two mix is a matter of moments."""
    v4 = import_module("nbformat.v4")

    kept = [one for one in outputs if one.output_type != "stream"]
    for name in ("stderr", "stdout"):
        text = "".join(one.text for one in outputs if one.output_type == "stream" and one.name == name)
        text = PROGRESS.sub("", text.replace(folder, "."))
        if text:
            kept.insert(0, v4.new_output("stream", name=name, text=text))
    return kept


def main(check: bool, names: list[str]) -> int:
    """Execute all, and write or compare them."""
    nbformat = import_module("nbformat")

    NOTEBOOKS.mkdir(exist_ok=True)
    differ = 0
    for page in [page for page in pages() if not names or page.stem in names]:
        notebook, file = executed(page), NOTEBOOKS / f"{page.stem}.ipynb"
        if not check:
            file.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
        elif [_answer(cell) for cell in nbformat.read(file, 4).cells] != [_answer(cell) for cell in notebook.cells]:
            print(f"{file.name}: answers otherwise; `make notebooks` writes it anew", file=sys.stderr)
            differ = 1
    return differ


def _answer(cell: Any) -> list[str]:
    """Return what a cell printed, but for what depends on the machine: digits, of times and of rounding."""
    printed = "".join(one.get("text", "") for one in cell.get("outputs", ()) if one.get("name") == "stdout")
    return [re.sub(r"[\d.,]+", "#", line) for line in printed.splitlines()]


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:], [word for word in sys.argv[1:] if word != "--check"]))
