"""The wheel and the sdist: they build, and the wheel installs and runs alone."""

import re
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PACKAGES = ("carvsdb", "carvsdb_schemas", "carvsdb_ingest", "carvsdb_refine")


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_the_sdist_can_build_everything_again(dist: Path) -> None:
    with tarfile.open(next(dist.glob("*.tar.gz"))) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    for needed in ("pyproject.toml", "README.md", "LICENSE", "Makefile", "carvsdb/__init__.py", "tests/conftest.py"):
        assert needed in names
    assert not [name for name in names if "__pycache__" in name or name.startswith(("demo/", ".venv/"))]


def test_the_wheel_runs_in_an_empty_environment(dist: Path, tmp_path: Path) -> None:
    wheel = next(dist.glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        assert {name.split("/")[0] for name in archive.namelist() if ".dist-info" not in name} == set(PACKAGES)
    home = tmp_path / "empty"
    venv.create(home)
    python = home / "bin" / "python"
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "-q",
        "--no-deps",
        "--no-index",
        str(wheel),
    ]
    subprocess.run(install, check=True)
    # What it depends on is taken from here, since tests have no network; what is editable here is not.
    site = next((home / "lib").glob("python*/site-packages"))
    (site / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    net = tmp_path / "pcu.cgd"
    net.write_text("PERIODIC_GRAPH\nEDGES\n 1 1 1 0 0\n 1 1 0 1 0\n 1 1 0 0 1\nEND\n")
    where = "import carvsdb, carvsdb_ingest; print(carvsdb.__file__, carvsdb_ingest.__file__)"
    found = subprocess.run([python, "-c", where], capture_output=True, text=True, check=True, cwd=tmp_path).stdout
    assert all(path.startswith(str(home)) for path in found.split())
    program = home / "bin" / "carvsdb"
    said: list[str] = []
    for command in (
        ["describe", net],
        ["ingest", "--source", "exact-nets", "--db", "n.duckdb"],
        ["explore", "-o", "map.html", "--db", "n.duckdb"],
        ["refine", "examples", "glass"],
    ):
        done = subprocess.run([program, *command], capture_output=True, text=True, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        said.append(done.stdout)
    assert "44 nets in map.html" in said[2]
    assert [(tmp_path / line).stat().st_size > 0 for line in said[3].split()] == [True] * 5


def test_the_conda_recipe_asks_for_what_the_package_asks_for() -> None:
    recipe = yaml.safe_load((ROOT / "packaging" / "conda" / "recipe.yaml").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {"duckdb": "python-duckdb", "matplotlib": "matplotlib-base"}
    wanted = {f"python {project['requires-python']}"}
    for one in project["dependencies"]:
        name, bounds = re.fullmatch(r"([\w-]+)(.*)", one).groups()  # type: ignore[union-attr]
        wanted.add(f"{names.get(name, name)} {bounds}")
    assert set(recipe["requirements"]["run"]) == wanted
    assert recipe["context"]["version"] == project["version"]
