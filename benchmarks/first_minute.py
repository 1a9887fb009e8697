"""What the first minute with carvsdb costs: CPU time of whole commands, in units of ``python -c "import numpy"``.

    python benchmarks/first_minute.py [PROGRAM...] [--only WORD] [--refine FOLDER] [--json FILE]

Each PROGRAM is a ``carvsdb`` of some environment, such as an older version's; without one it is that of this
environment. Warm commands are run five times in turns, and the fastest counts; the first one after an install is run
once, with an empty folder for machine code; small nets need none (`carvsdb.interpreting`). FOLDER has a ``score.toml``
for the first ``refine score``.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from carvsdb.net import library
from carvsdb_ingest.writers import write_cgd

TURNS = 5
MARKS = {
    "no such catalogue": 2.5,
    "list": 2.5,
    "describe, warm": 5,
    "describe, first after an install": 60,
    "refine score, first after an install": 60,
}


def seconds(command: list[str], folder: Path, **environment: str) -> float:
    """Return the CPU time of a command and all its processes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    given = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(command, cwd=folder, env=given | environment, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 4):  # 4: no such catalogue
        sys.exit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def commands(cif: Path) -> dict[str, list[str]]:
    """Return the warm commands: what follows the program's name."""
    return {
        "no such catalogue": ["list", "--db", "none.duckdb"],
        "list": ["list", "--db", "nets.duckdb"],
        "describe, warm": ["describe", str(cif)],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs="*", default=[str(Path(sysconfig.get_path("scripts")) / "carvsdb")])
    parser.add_argument("--cif", type=Path, help="the structure that is described, such as HKUST-1; else the net sod")
    parser.add_argument("--refine", type=Path, help="a folder with score.toml and its files")
    parser.add_argument("--only", default="", help="only lines with this word")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    given.programs = [str(Path(program).absolute()) for program in given.programs]
    folder = Path(tempfile.mkdtemp())
    cif = given.cif.absolute() if given.cif else folder / "sod.cgd"
    for name in ("dia", "lon", "pcu", "qtz", "sod", "sra"):
        write_cgd(library.load(name), folder / f"{name}.cgd")
    unit = min(seconds([sys.executable, "-c", "import numpy"], folder) for _ in range(2 * TURNS))
    found: dict[str, dict[str, float]] = {program: {} for program in given.programs}
    for number, program in enumerate(given.programs):
        home = folder / str(number)
        home.mkdir()
        nets = map(str, folder.glob("*.cgd"))
        subprocess.run([program, "ingest", *nets, "--db", "nets.duckdb"], cwd=home, check=True)
        subprocess.run([program, "describe", str(cif)], cwd=home, check=True, capture_output=True)
    for name, words in commands(cif).items():
        for _ in range(TURNS if given.only in name else 0):
            for number, program in enumerate(given.programs):
                took = seconds([program, *words], folder / str(number)) / unit
                found[program][name] = min(took, found[program].get(name, took))
    first = {"describe, first after an install": ["describe", str(cif)]}
    if given.refine:
        first["refine score, first after an install"] = ["refine", "score", "score.toml"]
    for name, words in first.items():
        for number, program in enumerate(given.programs if given.only in name else ()):
            empty, work = folder / f"code-{number}-{len(name)}", folder / f"run-{number}-{len(name)}"
            shutil.copytree(given.refine, work) if given.refine else work.mkdir()
            # Code that is kept elsewhere was made without the second of these, so it is not taken.
            new = {"NUMBA_CACHE_DIR": str(empty), "NUMBA_FIRST_MINUTE": str(number)}
            found[program][name] = seconds([program, *words], work, **new) / unit
    print(f"unit: {unit:.3f} CPU s, the fastest of {2 * TURNS}; load {os.getloadavg()[0]:.0f}")
    for name, mark in MARKS.items():
        times = [f"{found[program][name]:8.1f}" for program in given.programs if name in found[program]]
        if times:
            print(f"{name:38} {''.join(times)}   mark {mark:g}")
    if given.json:
        given.json.write_text(json.dumps({"unit": unit, "found": found, "marks": MARKS}, indent=1) + "\n")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
