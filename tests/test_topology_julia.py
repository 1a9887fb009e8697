"""The cross-check by Julia: its guards for real, its conversions with a stand-in for Julia."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from carvsdb.errors import MissingExtraError, RefusedError
from carvsdb.net import library, supercell
from carvsdb.topology import julia


class StandIn:
    """Answers as the documentation of the Julia packages says, for dia."""

    def PeriodicGraph(self, text: str) -> str:
        assert text == "3 1 2 0 0 0 1 2 0 0 1 1 2 0 1 0 1 2 1 0 0"
        return text

    def CrystalNet(self, graph: str) -> str:
        return graph

    def topological_genome(self, net: str) -> str:
        return "dia"

    def seval(self, code: str) -> Callable[[str], str]:
        assert code == "string"
        return str

    def rings(self, graph: str, depth: int) -> tuple[list[list[int]], None]:
        assert depth == 3
        return [[1, 2, 3, 4, 5, 6]] * 4 + [[1] * 9], None


def test_the_answers_are_compared() -> None:
    found = julia.crosscheck(supercell(library.load("dia"), (1, 2, 1)), 8, julia=StandIn())
    assert found.rings == found.julia_rings == {6: 4}
    assert found.same_name
    assert found.same_rings


@pytest.mark.parametrize(
    ("names", "theirs", "same"),
    [
        (("sra",), "sra, ABW", True),
        (("dia",), "lon", False),
        ((), "3 1 2 0 0 0", True),
        (("dia",), "3 1 2 0 0 0", False),
    ],
)
def test_names_agree(names: tuple[str, ...], theirs: str, same: bool) -> None:
    assert julia.CrossCheck("", names, theirs, {}, {}).same_name is same


def test_failures_of_julia_are_one_sentence() -> None:
    with pytest.raises(RefusedError, match="Julia failed on this net"):
        julia.crosscheck(library.load("pcu"), 8, julia=StandIn())


def test_without_juliacall(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    for call in (julia.start, julia.set_up):
        with pytest.raises(MissingExtraError, match=r"carvsdb\[julia\]"):
            call()


def test_juliacall_that_cannot_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "juliacall.py").write_text(
        "import os\nassert os.environ['PYTHON_JULIAPKG_OFFLINE'] == 'yes'\nraise Exception('no Julia\\nand more')\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delenv("PYTHON_JULIAPKG_OFFLINE", raising=False)
    monkeypatch.delitem(sys.modules, "juliacall", raising=False)
    with pytest.raises(RefusedError, match=r"cannot be started \(no Julia\); run `carvsdb julia setup`"):
        julia.start()
    monkeypatch.delenv("PYTHON_JULIAPKG_OFFLINE", raising=False)


def test_importing_the_guard_imports_no_julia() -> None:
    code = (
        "import sys, carvsdb.topology.julia; assert not any('julia' in name for name in sys.modules if '.' not in name)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ})
