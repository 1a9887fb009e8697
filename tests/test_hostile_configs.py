"""Configs of strangers: none runs code, starts a program, or writes outside of its folder."""

import os
from pathlib import Path
from typing import Any

import pytest
from program import Outcome, carvsdb
from refine_folder import CONFIG, make_folder

SW = 'kind = "stillinger-weber"'
CANARY = "touch canary; echo"

# What stands in [potential] in place of a known potential. Each is refused, and nothing it names is run.
POTENTIALS = [
    'calculator = "subprocess.Popen"\nargs = "touch canary"\nshell = true',
    'calculator = "subprocess:Popen"\nargs = "touch canary"\nshell = true',
    'calculator = "os.system"\ncommand = "touch canary"',
    'calculator = "os:system"\ncommand = "touch canary"',
    "calculator = \"builtins.exec\"\nsource = \"open('canary', 'w')\"",
    "calculator = \"builtins.eval\"\nsource = \"open('canary', 'w')\"",
    'calculator = "builtins.open"\nfile = "canary"\nmode = "w"',
    'calculator = "pathlib.Path"\nargs = "canary"',
    'calculator = "pty.spawn"\nargv = "sh"',
    'calculator = "runpy.run_path"\npath_name = "evil.py"',
    'calculator = "evil.Calculator"',
    'calculator = "evil:Calculator"',
    'calculator = "..evil.Calculator"',
    'calculator = "ase.calculators.calculator.FileIOCalculator"\ncommand = "touch canary"',
    'calculator = "ase.calculators.genericfileio.GenericFileIOCalculator"',
    'calculator = "ase.calculators.vasp.Vasp"\ncommand = "touch canary"',
    'calculator = "ase.calculators.abinit.Abinit"\ncommand = "touch canary"',
    'calculator = "ase.calculators.espresso.Espresso"\ncommand = "touch canary"',
    'calculator = "ase.calculators.lammpsrun.LAMMPS"\ncommand = "touch canary"',
    'calculator = "ase.calculators.lammpslib.LAMMPSlib"\nlmpcmds = ["shell touch canary"]',
    'calculator = "ase.calculators.dftb.Dftb"\ncommand = "touch canary"',
    'calculator = "ase.calculators.mopac.MOPAC"\ncommand = "touch canary"',
    'calculator = "ase.calculators.socketio.SocketIOCalculator"\nport = 31415',
    'calculator = "ase.calculators.checkpoint.CheckpointCalculator"\ndb = "../victim/db"',
    'calculator = "ase.io.read"\nfilename = "/etc/passwd"',
    'calculator = "numpy.load"\nfile = "evil.npy"\nallow_pickle = true',
    'calculator = "pickle.loads"',
    'calculator = "torch.load"\nf = "evil.pt"',
    'calculator = "mace.calculators.MACECalculator"\nmodel_paths = "evil.pt"',
    'calculator = ""',
    'calculator = ":"',
    'calculator = "EMT\\u0000"',
    'calculator = "EMT; touch canary"',
    'calculator = "ase.calculators.emt:EMT:EMT"',
    'calculator = "ase.calculators.emt.EMT.__init__"',
    'calculator = "ase.calculators.emt.EMT.__subclasses__"',
    'calculator = ["EMT"]',
    'calculator = "EMT"\ncommand = "touch canary"',
    'calculator = "EMT"\ndirectory = "../victim"',
    'calculator = "EMT"\nlabel = "../victim/x"',
    'calculator = "EMT"\nasap_cutoff = "yes"',
    'calculator = "EMT"\natoms = {}',
    'calculator = "LennardJones"\nsigma = nan',
    'calculator = "LennardJones"\nrestart = "evil.json"',
    'calculator = "EAM"\npotential = "/etc/passwd"',
    'calculator = "EAM"\npotential = "../victim/thesis.tex"',
    'calculator = "EAM"\npotential = "link"',
    'calculator = "EAM"\npotential = "none.eam"',
    'calculator = "EAM"\npotential = 3',
]

# What stands in [outputs]: folders and models that lie elsewhere.
OUTPUTS = [
    'folder = "../victim"',
    'folder = "a/../../victim"',
    'folder = ".."',
    'folder = "."',
    'folder = ""',
    'folder = "link"',
    'folder = "link/deeper"',
    'folder = "/tmp/carvsdb-victim"',
    'folder = "{victim}"',
    'folder = "si\\u0000"',
    'folder = "si\\n../victim"',
    'model = "../victim/authorized_keys.xyz"',
    'model = "../../victim/authorized_keys.xyz"',
    'model = "{victim}/authorized_keys.xyz"',
    'model = "link/authorized_keys.xyz"',
    'model = "config.toml"',
    'model = "checkpoint.npz"',
    'model = "Trace.CSV"',
    'model = "run.json"',
    'model = "report.html"',
    'model = ".bashrc"',
    'model = ".."',
    'model = "a\\\\b.xyz"',
    'model = "\\u0007.xyz"',
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a config's folder beside one that is none of its business, with links from the one into the other."""
    home, victim = tmp_path / "home", tmp_path / "victim"
    victim.mkdir()
    (victim / "thesis.tex").write_text("years of work")
    make_folder(home)
    (home / "link").symlink_to(victim)
    (home / "evil.py").write_text("open('canary', 'w')\nclass Calculator: pass\n")
    monkeypatch.chdir(home)
    monkeypatch.syspath_prepend(home)
    return home


def everything(folder: Path) -> dict[str, bytes]:
    """Return the content of all files of a folder and of the victim beside it."""
    return {str(path): path.read_bytes() for path in sorted(folder.parent.rglob("*")) if path.is_file()}


def refused(outcome: Outcome, folder: Path, before: dict[str, bytes]) -> None:
    assert outcome.code == 3, outcome.err
    assert len(outcome.err.strip().splitlines()) == 1
    assert "Traceback" not in outcome.err
    assert everything(folder) == before
    assert not (folder / "canary").exists()


@pytest.mark.parametrize("table", POTENTIALS)
@pytest.mark.parametrize("command", ["score", "run"])
def test_no_potential_runs_code(folder: Path, table: str, command: str) -> None:
    config = folder / "si.toml"
    config.write_text(CONFIG.replace(SW, f'kind = "ase"\n{table}'))
    before = everything(folder)
    refused(carvsdb("refine", command, config), folder, before)


@pytest.mark.parametrize("line", OUTPUTS)
def test_results_stay_below_the_folder(folder: Path, line: str) -> None:
    config = folder / "si.toml"
    line = line.replace("{victim}", str(folder.parent / "victim"))
    config.write_text(CONFIG.replace("[outputs]", f"[outputs]\n{line}"))
    before = everything(folder)
    for command in ("run", "status", "report"):
        refused(carvsdb("refine", command, config), folder, before)


SHORT = CONFIG.replace("moves = 400", "moves = 20").replace("equilibration = 100\n", "")


@pytest.mark.parametrize("name", ["config.toml", "trace.csv", "result.json", "model.xyz", "checkpoint.npz", "run.json"])
@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("as_link", [False, True])
def test_files_of_others_are_never_overwritten(folder: Path, name: str, overwrite: bool, as_link: bool) -> None:
    config = folder / "si.toml"
    config.write_text(SHORT)
    (folder / "si").mkdir()
    if as_link:
        (folder / "si" / name).symlink_to(folder.parent / "victim" / "thesis.tex")
    else:
        (folder / "si" / name).write_text("not of a run")
    before = everything(folder)
    outcome = carvsdb("refine", "run", config, *(["--overwrite"] if overwrite else []))
    assert outcome.code == 7
    assert "no run made it" in outcome.err
    assert everything(folder) == before


def test_a_run_takes_away_only_what_it_made(folder: Path) -> None:
    config = folder / "si.toml"
    config.write_text(SHORT)
    assert carvsdb("refine", "run", config).code == 0
    foreign = [folder / "si" / "snapshots" / "thesis.tex", folder / "si" / "notes.txt"]
    for path in foreign:
        path.write_text("years of work")
    assert carvsdb("refine", "run", config).code == 7
    assert carvsdb("refine", "run", config, "--overwrite").code == 0
    assert carvsdb("refine", "status", config, "--json").json["state"] == "finished"
    assert [path.read_text() for path in foreign] == ["years of work"] * 2
    # A seal that names a file elsewhere is no seal.
    (folder / "si" / "run.json").write_text('{"what": "a run of carvsdb refine", "model": "../../victim/thesis.tex"}')
    assert carvsdb("refine", "run", config, "--overwrite").code == 7
    assert (folder.parent / "victim" / "thesis.tex").exists()


def test_links_planted_in_a_run_are_not_followed(folder: Path) -> None:
    config = folder / "si.toml"
    config.write_text(SHORT)
    (folder / "si").mkdir()
    (folder / "si" / "snapshots").symlink_to(folder.parent / "victim")
    before = everything(folder)
    assert carvsdb("refine", "run", config).code == 7
    assert everything(folder) == before


@pytest.mark.parametrize("name", ["report.html", "report-figures/fits.png", ".lock"])
@pytest.mark.parametrize("as_link", [False, True])
def test_reports_overwrite_no_file_of_others(folder: Path, name: str, as_link: bool) -> None:
    config, path = folder / "si.toml", folder / "si" / name
    config.write_text(SHORT)
    assert carvsdb("refine", "run", config).code == 0
    path.unlink(missing_ok=True)
    if as_link:
        (path if path.parent.name == "si" else path.parent).symlink_to(folder.parent / "victim")
    else:
        path.parent.mkdir(exist_ok=True)
        path.write_text("" if name == ".lock" else "<html>years of work</html>")
    before = everything(folder)
    outcome = carvsdb("refine", "report", config, "--no-rings")
    if name == ".lock" and not as_link:
        assert outcome.code == 0
        # A page of ours is written anew.
        assert carvsdb("refine", "report", config, "--no-rings").code == 0
    else:
        assert outcome.code in (3, 7), outcome.err
        assert everything(folder) == before


def test_the_command_line_may_name_another_folder(folder: Path) -> None:
    config = folder / "si.toml"
    config.write_text(SHORT.replace("[outputs]", '[outputs]\nfolder = "../victim"'))
    place = folder.parent / "elsewhere"
    assert carvsdb("refine", "run", config, "-o", place).code == 0
    assert carvsdb("refine", "status", config, "-o", place, "--json").json["state"] == "finished"
    assert (place / "model.xyz").exists()
    assert carvsdb("refine", "status", config).code == 3


CALCULATOR = """
from ase.calculators.lj import LennardJones

class Mine(LennardJones):
    def __init__(self, tag="", **numbers):
        super().__init__(**numbers)

class NoCalculator:
    pass
"""

ALLOWED: list[tuple[str, str, int, str]] = [
    ("mine.Mine", "mine:Mine", 0, ""),
    ("mine:Mine", "mine:Mine", 0, ""),
    ("mine.Mine", "mine.Mine", 3, "expects MODULE:CLASS"),
    ("mine.Mine", "mine:Other", 3, "none of EMT"),
    ("mine:NoCalculator", "mine:NoCalculator", 3, "no calculator of ASE"),
    ("subprocess:Popen", "subprocess:Popen", 3, "no calculator of ASE"),
    ("mine:Nothing", "mine:Nothing", 3, "there is no ASE calculator"),
    ("nowhere:Nothing", "nowhere:Nothing", 3, "there is no ASE calculator"),
    ('mine:Mine"\ncommand = "touch canary', "mine:Mine", 3, "a config gives a calculator no 'command'"),
    ('mine:Mine"\ndirectory = "x', "mine:Mine", 3, "a config gives a calculator no 'directory'"),
    ('mine:Mine"\ntag = "../victim/thesis.tex', "mine:Mine", 3, "no file below"),
    ('mine:Mine"\ntag = "/etc/passwd', "mine:Mine", 3, "no file below"),
    ('mine:Mine"\ntag = "~/.ssh/id_rsa', "mine:Mine", 3, "no file below"),
    ('mine:Mine"\ntag = "$(touch canary)', "mine:Mine", 3, "no file below"),
    ('mine:Mine"\ntag = "link/thesis.tex', "mine:Mine", 3, "no file below"),
]


@pytest.mark.parametrize(("named", "allowed", "code", "sentence"), ALLOWED)
def test_an_allowed_calculator(
    folder: Path, monkeypatch: pytest.MonkeyPatch, named: str, allowed: str, code: int, sentence: str
) -> None:
    (folder / "mine.py").write_text(CALCULATOR)
    monkeypatch.setenv("ASE_VASP_COMMAND", "touch canary")
    config = folder / "si.toml"
    config.write_text(CONFIG.replace(SW, f'kind = "ase"\ncalculator = "{named}"\nsigma = 2.1\nrc = 5.0'))
    outcome = carvsdb("refine", "score", config, "--allow-calculator", allowed)
    assert outcome.code == code, outcome.err
    assert sentence in outcome.err
    # What the environment could start is named first.
    assert "ASE_VASP_COMMAND=touch canary" in outcome.err.splitlines()[0]
    assert not (folder / "canary").exists()
    assert carvsdb("refine", "score", config).code == 3


def test_known_calculators_are_what_ase_has(folder: Path) -> None:
    from carvsdb_refine.potential.calculators import KNOWN, make_calculator

    arguments: dict[str, dict[str, Any]] = {"EMT": {"asap_cutoff": True}, "LennardJones": {"sigma": 2.0, "rc": 5.0}}
    for name in ("EMT", "LennardJones", "MorsePotential"):
        made = make_calculator(name, arguments.get(name, {}), folder)
        assert type(made).__name__ == KNOWN[name].place.partition(":")[2]


def test_the_environment_alone_starts_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ASE_EMT_COMMAND", "ASE_VASP_COMMAND", "VASP_COMMAND", "PYTHONSTARTUP"):
        monkeypatch.setenv(name, "touch canary")
    config = folder / "si.toml"
    config.write_text(CONFIG.replace(SW, 'kind = "ase"\ncalculator = "LennardJones"\nsigma = 2.1\nrc = 5.0'))
    assert carvsdb("refine", "score", config).code == 0
    assert "canary" not in os.listdir(folder)
