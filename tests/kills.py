"""Commands of the program that are killed at a random moment, and what must hold then and after another run.

Each is run in a process that was forked with everything imported, so that it is killed while it works. Whatever it
started is known by a mark in its environment.
"""

import contextlib
import json
import os
import random
import resource
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from multiprocessing.process import BaseProcess
from pathlib import Path

import yaml
from catalogue_entries import library_entry
from crashes import comparable, content, context, nets
from learn_folder import CONFIG as LEARN_CONFIG
from learn_folder import make_folder as make_learn_folder
from learn_folder import results as learned
from refine_folder import CONFIG, make_folder
from release_cards import good_card

from carvsdb.catalogue import Catalogue
from carvsdb.catalogue.maintenance.checking import check_file
from carvsdb.catalogue.maintenance.copying import check_backup
from carvsdb.catalogue.maintenance.folders import check_tables, folders_in, open_folder
from carvsdb.cli.main import run as run_program
from carvsdb.net import library
from carvsdb.releases import verify_release
from carvsdb.topology.identity import identify
from carvsdb_ingest.tasks import run as ingestion

MARK = "CARVSDB_TEST_MARK"
SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGKILL, signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM, signal.SIGINT)
PATIENCE = 10.0
"""Seconds after which nothing that a killed command started may be alive."""

State = object
"""What is found in a folder; two states that are equal are the same for a user."""


@dataclass(frozen=True)
class Killed:
    """A command that is killed.

    Attributes
    ----------
    arguments : tuple of str
        Of the program; ``NAME@`` is a file of the folder.
    state : callable
        What is found in a folder, after checking that all of it is whole.
    again : callable
        The arguments of the next run, from the state that was found; none if there is nothing left to do.
    between : callable
        Whether a state lies between those before and after.
    needs : callable
        Puts into a folder what this command needs and others do not.
    codes : tuple of int
        How it may end if nothing disturbs it.
    """

    arguments: tuple[str, ...]
    state: Callable[[Path], State]
    again: Callable[[Path, State], tuple[str, ...] | None]
    between: Callable[[State, State, State], bool] = lambda before, found, after: found in (before, after)
    needs: Callable[[Path], object] = lambda folder: None
    codes: tuple[int, ...] = (0, 6)


@dataclass
class Bench:
    """Small inputs, made once, and what each command makes of them when nothing disturbs it.

    Attributes
    ----------
    folder : Path
        For the inputs.
    worst : float
        Seconds after which the last process of a killed command was gone, at worst.
    """

    folder: Path
    worst: float = 0.0
    kills: int = 0
    undone: int = 0
    seconds: dict[str, tuple[float, State, State]] = field(default_factory=dict)

    @cached_property
    def common(self) -> Path:
        """The folder that every command begins with, but for what it alone needs."""
        common = self.folder / "common"
        common.mkdir(parents=True)
        names = library.names()
        for file, chosen in (("db.duckdb", names[:6]), ("other.duckdb", [*names[6:16], names[0]])):
            with Catalogue.open(common / file) as catalogue:
                catalogue.add([library_entry(name, label=f"first-{name}") for name in chosen])
        return common

    def prepared(self, name: str, place: Path) -> Path:
        """Copy the inputs of a command, which are made once."""
        inputs = self.folder / f"inputs-{name}"
        if not inputs.exists():
            shutil.copytree(self.common, inputs)
            KILLED[name].needs(inputs)
        shutil.copytree(inputs, place)
        (place / "stderr.txt").touch()
        return place

    def undisturbed(self, name: str) -> tuple[float, State, State]:
        """Return how long a command takes here and now, and the states before and after."""
        if name not in self.seconds:
            place = self.prepared(name, self.folder / f"undisturbed-{name}")
            before = KILLED[name].state(place)
            began = time.monotonic()
            process = start(KILLED[name].arguments, place, "undisturbed")
            process.join(300)
            seconds = time.monotonic() - began
            assert process.exitcode in KILLED[name].codes, (name, process.exitcode, (place / "stderr.txt").read_text())
            self.seconds[name] = seconds, before, KILLED[name].state(place)
        return self.seconds[name]

    def kill(self, name: str, seed: int) -> None:
        """Kill a command at a random moment; see that all is as before or after it, and do it again."""
        killed = KILLED[name]
        longest, before, after = self.undisturbed(name)
        generator = random.Random(f"{name} {seed}")
        place = self.prepared(name, self.folder / f"{name}-{seed}")
        mark = f"{name}-{seed}-{os.getpid()}"
        process = start(killed.arguments, place, mark)
        time.sleep(generator.uniform(0, longest))
        number = generator.choice(SIGNALS)
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid or 0, number)
        process.join(60)
        about = f"{name}, seed {seed}, {number.name}: {(place / 'stderr.txt').read_text()[-2000:]}"
        assert process.exitcode is not None, f"does not end: {about}"
        assert "Traceback" not in about, about
        self.worst = max(self.worst, seconds_until_gone(mark, about))
        self.kills += 1
        self.undone += process.exitcode not in killed.codes
        found = killed.state(place)
        assert killed.between(before, found, after), f"{about}\n{before}\n{found}\n{after}"
        again = killed.again(place, found)
        if again is None:  # all is done but for a draft, which whoever writes into the folder next takes away
            again = ("db", "snapshot", "next.duckdb", "--db", "other.duckdb")
        last = start(again, place, mark)
        last.join(120)
        told = (place / "stderr.txt").read_text()
        assert last.exitcode in (*killed.codes, 0), f"{about}: not completed by {again}: {last.exitcode}, {told}"
        seconds_until_gone(mark, about)
        assert killed.state(place) == after, about
        left = [str(path) for path in place.rglob("*.part")]
        assert not left, f"{about}: left {left}"
        shutil.rmtree(place)


def start(arguments: tuple[str, ...], place: Path, mark: str) -> BaseProcess:
    """Start a command in a folder."""
    process = context().Process(target=_do, args=(arguments, place, mark))
    process.start()
    return process


def seconds_until_gone(mark: str, about: str) -> float:
    """Wait until nothing with a mark runs."""
    began = time.monotonic()
    while alive := _marked(mark):
        assert time.monotonic() - began < PATIENCE, f"{about}: {alive} are alive"
        time.sleep(0.02)
    return time.monotonic() - began


def _do(arguments: tuple[str, ...], place: Path, mark: str) -> None:
    os.environ[MARK] = mark
    os.chdir(place)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for number in set(SIGNALS) - {signal.SIGKILL}:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    for stream, name in ((1, "stdout.txt"), (2, "stderr.txt")):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), stream)
    ingestion.COMMIT_SECONDS = 0.02
    run_program(list(arguments))


def _program(*arguments: str) -> None:
    process = context().Process(target=run_program, args=(list(arguments),))
    process.start()
    process.join(300)
    assert process.exitcode in (0, 6), arguments


def _marked(mark: str) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"{MARK}={mark}\0".encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
    return found


def _whole(db: str) -> Callable[[Path], dict[str, list[str]]]:
    def state(place: Path) -> dict[str, list[str]]:
        path = place / db
        if not path.exists():
            return {}
        assert check_file(path, sample=0).problems == ()
        with Catalogue.open(path, read_only=True) as catalogue:
            found = {table: comparable(table, rows) for table, rows in content(catalogue).items()}
        found.pop("embedding", None)
        return found

    return state


def _maps(place: Path) -> tuple[object, int]:
    """Return what is stored beside maps, and whether there is one: a second run makes a second one."""
    rest = _whole("db.duckdb")(place)
    points = rest.pop("embedding_point")
    return rest, min(len(points), 1)


def _part_of(before: object, found: object, after: object) -> bool:
    """Say whether rows were only added, and only such as the whole run adds."""
    assert isinstance(before, dict)
    assert isinstance(found, dict)
    assert isinstance(after, dict)
    return all(set(before.get(one, ())) <= set(found[one]) <= set(after[one]) for one in found)


def _folder_of_tables(place: Path) -> object:
    if not (place / "copy").exists():
        return None
    rows = []
    for inside in folders_in(place / "copy"):
        opened = open_folder(inside)
        check_tables(opened)
        rows.append(opened.manifest.rows)
    return rows


def _copy(place: Path) -> object:
    if not (place / "copy.duckdb").exists():
        return None
    return _whole("copy.duckdb")(place)


def _backup(place: Path) -> object:
    found = _copy(place)
    if found is not None:
        check_backup(place / "copy.duckdb")
    return found


def _release(place: Path) -> object:
    if not (place / "release").exists():
        return None
    return verify_release(place / "release").files


def _refined(place: Path) -> object:
    """Return the last model, the trace and the kept models of a run that has ended; None before that."""
    folder = place / "si"
    if not (folder / "result.json").exists():
        return None
    json.loads((folder / "result.json").read_text())
    names = ("model.xyz", "trace.csv", "snapshots/0000000200.xyz", "snapshots/0000000400.xyz")
    return {name: (folder / name).read_bytes() for name in names}


def _learned(place: Path) -> object:
    """Return what a loop left that has ended; None before that."""
    return learned(place / "si.toml") if (place / "si" / "learned.json").exists() else None


def _go_on(place: Path, found: object) -> tuple[str, ...]:
    begun = (place / "si" / "checkpoint.npz").exists()
    return ("refine", "resume" if begun else "run", "si.toml")


def _same(*arguments: str) -> Callable[[Path, object], tuple[str, ...]]:
    return lambda place, found: arguments


def _unless_there(*arguments: str) -> Callable[[Path, object], tuple[str, ...] | None]:
    return lambda place, found: arguments if found is None else None


def _nets(folder: Path) -> None:
    nets(folder / "nets", 24)


def _tables(folder: Path) -> None:
    _program("db", "export", str(folder / "tables"), "--partitions", "3", "--db", str(folder / "other.duckdb"))


def _keyed(folder: Path) -> None:
    _nets(folder)
    _program("ingest", str(folder / "nets" / "0"), "--db", str(folder / "keyed.duckdb"))
    with Catalogue.open(folder / "keyed.duckdb", read_only=True) as catalogue:
        key = identify(catalogue.net(catalogue.list().rows()[0]["label"])).key
    (folder / "names.tsv").write_text(f"mine\t{key}\n")


def _card(folder: Path) -> None:
    (folder / "card.yaml").write_text(yaml.safe_dump(good_card()))


def _refinement(folder: Path) -> None:
    make_folder(folder, CONFIG.replace("= 100\ntrace", "= 20\ntrace"))


def _learning(folder: Path) -> None:
    make_learn_folder(folder, LEARN_CONFIG.replace("iterations = 3", "iterations = 2"))


_INGEST = ("ingest", "nets", "--workers", "2", "--db", "new.duckdb")
_MERGE = ("db", "merge", "other.duckdb", "--db", "db.duckdb")
_IMPORT = ("db", "import", "tables", "--db", "db.duckdb")
_EXPORT = ("db", "export", "copy", "--partitions", "2", "--db", "other.duckdb")
_BACKUP = ("db", "backup", "copy.duckdb", "--db", "other.duckdb")
_SNAPSHOT = ("db", "snapshot", "copy.duckdb", "--db", "other.duckdb")
_FIT = ("embed", "fit", "--method", "pca", "--db", "db.duckdb")
_APPLY = ("archive", "apply", "--names", "names.tsv", "--db", "keyed.duckdb")
_LEARN = ("refine", "learn", "si.toml")
_RELEASE = ("release", "build", "--card", "card.yaml", "-o", "release", "--db", "other.duckdb")
KILLED: dict[str, Killed] = {
    "ingest": Killed(_INGEST, _whole("new.duckdb"), _same(*_INGEST), _part_of, _nets),
    "merge": Killed(_MERGE, _whole("db.duckdb"), _same(*_MERGE)),
    "import": Killed(_IMPORT, _whole("db.duckdb"), _same(*_IMPORT), _part_of, _tables),
    "export": Killed(_EXPORT, _folder_of_tables, _unless_there(*_EXPORT)),
    "backup": Killed(_BACKUP, _backup, _unless_there(*_BACKUP)),
    "snapshot": Killed(_SNAPSHOT, _copy, _unless_there(*_SNAPSHOT)),
    "embed fit": Killed(_FIT, _maps, _same(*_FIT)),
    "archive apply": Killed(_APPLY, _whole("keyed.duckdb"), _same(*_APPLY), needs=_keyed),
    "release build": Killed(_RELEASE, _release, _unless_there(*_RELEASE), needs=_card),
    "refine run": Killed(("refine", "run", "si.toml"), _refined, _go_on, needs=_refinement),
    "refine learn": Killed(_LEARN, _learned, _same(*_LEARN), needs=_learning, codes=(0, 8)),
}
