"""What CONTRIBUTING promises of all sources, where nothing else checks it."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = [ROOT / name for name in ("carvsdb", "schemas", "ingest", "refine")]
SOURCES = [file for package in PACKAGES for file in sorted(package.rglob("*.py"))]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# What only a type checker imports, or only where the user has it, or only what makes files of the package.
ELSEWHERE = {
    "duckdb_sqlalchemy",
    "pandas",
    "polars",
    "pymatgen",
    "networkx",
    "juliacall",
    "faiss",
    "dask",
    "distributed",
}


def test_all_sources_are_looked_at() -> None:
    assert len(SOURCES) > 300


def test_no_file_is_long() -> None:
    files = [*SOURCES, *sorted((ROOT / "tests").glob("*.py"))]
    lengths = {str(file.relative_to(ROOT)): len(file.read_text(encoding="utf-8").splitlines()) for file in files}
    assert {name: length for name, length in lengths.items() if length > 400} == {}


def test_files_are_named_for_what_they_hold() -> None:
    assert not {file.stem.strip("_") for file in SOURCES} & {"utils", "util", "misc", "helpers", "core", "common"}


def imported() -> Iterator[str]:
    for file in SOURCES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (one.name.partition(".")[0] for one in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module.partition(".")[0]


def test_no_import_of_ours_is_hidden_from_the_contracts() -> None:
    """Import-linter reads statements alone; only doors, which look downward, load their names by `import_module`."""
    hidden = re.compile(r"(import_module|__import__)\(\s*f?[\"']carvsdb")
    doors = {file for file in SOURCES if file.name == "__init__.py"}
    assert [file for file in SOURCES if file not in doors and hidden.search(file.read_text(encoding="utf-8"))] == []


def test_what_is_imported_is_declared_and_nothing_else() -> None:
    declared = {re.split(r"[^\w-]", line)[0].lower() for line in PROJECT["dependencies"]}
    names = {name for name in imported() if name not in sys.stdlib_module_names and not name.startswith("carvsdb")}
    distributions = packages_distributions()
    used = {distributions[name][0].lower() for name in names - ELSEWHERE}
    assert used == declared


@pytest.mark.parametrize("requirement", PROJECT["dependencies"])
def test_every_dependency_has_bounds(requirement: str) -> None:
    assert re.fullmatch(r"[\w-]+(>=[\d.]+,<[\d.]+|==[\d.]+\.\*)", requirement)
