"""No calculator that a config names runs code: only listed ones, with numbers as arguments."""

from pathlib import Path

import pytest

from carvsdb.errors import InputError
from carvsdb_refine.potential.ase_calculator import KNOWN, AseCalculator

NAMES = [
    "subprocess.Popen",
    "os.system",
    "builtins.exec",
    "builtins.eval",
    "importlib.import_module",
    "ase.io.read",
    "ase.calculators.emt.EMT.__init__",
    "ase.calculators.emt.os.system",
    "ase.calculators.vasp.Vasp",
    "ase.calculators.espresso.Espresso",
    "ase.calculators.lammpsrun.LAMMPS",
    "ase.calculators.subprocesscalculator.PythonSubProcessCalculator",
    "ase.calculators.socketio.SocketIOCalculator",
    "ase.calculators.eam.EAM",
    "mace.calculators.MACECalculator",
    "..evil.Calculator",
    "emt",
    "ase.calculators.emt.EMT ",
    "ASE.CALCULATORS.EMT.EMT",
    "",
]
ARGUMENTS: list[dict[str, object]] = [
    {"args": "touch"},
    {"command": "touch"},
    {"label": "../elsewhere/x"},
    {"restart": "/etc/passwd"},
    {"directory": "/"},
    {"atoms": None},
    {"asap_cutoff": "yes"},
    {"asap_cutoff": [1]},
    {"asap_cutoff": {"command": "touch"}},
]


@pytest.mark.parametrize("name", NAMES)
def test_no_other_class_is_made(name: str, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    with pytest.raises(InputError, match="is no calculator that a config may name; expected one of ase"):
        AseCalculator.named(name, {"args": f"touch {victim}", "shell": True})
    assert not victim.exists()


@pytest.mark.parametrize("arguments", ARGUMENTS)
def test_no_other_argument_is_taken(arguments: dict[str, object]) -> None:
    with pytest.raises(InputError, match=r"takes asap_cutoff from a config|takes a number or true or false"):
        AseCalculator.named("ase.calculators.emt.EMT", arguments)


def test_the_known_ones_are_calculators() -> None:
    from ase.calculators.calculator import Calculator

    for name, arguments in KNOWN.items():
        made = AseCalculator.named(name, {}).calculator
        assert isinstance(made, Calculator)
        assert not hasattr(made, "command")
        assert arguments == set(made.default_parameters)
