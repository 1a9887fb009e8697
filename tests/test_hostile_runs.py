"""Damaged and forged folders of runs: a sentence and an exit code, never a traceback or a signal."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from program import Outcome, carvsdb
from refine_folder import CONFIG, make_folder

from carvsdb_refine.run import prepare, read_config, run
from carvsdb_refine.run.checkpoint import Checkpoint, before, load_checkpoint, save_checkpoint

Arrays = dict[str, NDArray[Any]]

SHORT = CONFIG.replace("moves = 400", "moves = 60").replace("checkpoint_every = 100", "checkpoint_every = 20")
SHORT = SHORT.replace("trace_every = 50", "trace_every = 10").replace("snapshots_every = 200", "snapshots_every = 20")
BOUND = SHORT.replace("[moves]", 'bond_lengths = {"Si-Si" = [1.5, 3.2]}\n\n[moves]')
KEATING = BOUND.replace('kind = "stillinger-weber"', 'kind = "keating"')

FILES = (
    "checkpoint.npz",
    "trace.csv",
    "result.json",
    "run.json",
    "config.toml",
    "model.xyz",
    "snapshots/0000000020.xyz",
)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a config whose run has ended."""
    config = make_folder(tmp_path_factory.mktemp("finished"), BOUND)
    run(prepare(read_config(config)))
    return config.parent


def told(outcome: Outcome, what: object) -> None:
    """Assert an answer, or one sentence and an exit code of bad input or refusal."""
    assert outcome.code in (0, 3, 7, 8), (what, outcome.code, outcome.err[-500:])
    assert "Traceback" not in outcome.err
    if outcome.code:
        assert outcome.err.strip(), what


def damaged(whole: bytes, rng: np.random.Generator) -> bytes:
    """Return a file with some bytes flipped, cut out, doubled, or replaced by another text."""
    content = bytearray(whole)
    kind = rng.integers(6)
    start = int(rng.integers(max(1, len(content))))
    if kind == 0:
        for place in rng.integers(max(1, len(content)), size=rng.integers(1, 9)):
            if content:
                content[place] ^= 1 << int(rng.integers(8))
    elif kind == 1:
        del content[start:]
    elif kind == 2:
        del content[start : start + int(rng.integers(1, 200))]
    elif kind == 3:
        content[start:start] = content[start : start + int(rng.integers(1, 200))]
    elif kind == 4:
        words = (
            b"",
            b"nan",
            b"-1",
            b"1e999",
            b"9" * 400,
            b"\xff\xfe\0",
            b"\n\n",
            b"{" * 300,
            b"[" * 99999,
            b'"',
            b",,,,",
        )
        content[start : start + int(rng.integers(20))] = words[rng.integers(len(words))]
    else:
        content = bytearray(rng.bytes(int(rng.integers(400))))
    return bytes(content)


def mutations(finished: Path, tmp_path: Path, seed: int, number: int) -> None:
    rng = np.random.default_rng(seed)
    folder = tmp_path / "copy"
    shutil.copytree(finished, folder)
    config = folder / "si.toml"
    for attempt in range(number):
        name = FILES[rng.integers(len(FILES))]
        path = folder / "si" / name
        whole = path.read_bytes()
        path.write_bytes(damaged(whole, rng))
        command = ("status", "resume", "status")[attempt % 3]
        told(carvsdb("refine", command, config), (seed, attempt, name, command))
        for one in FILES:
            shutil.copyfile(finished / "si" / one, folder / "si" / one)


@pytest.mark.parametrize("seed", range(5))
def test_damaged_files(finished: Path, tmp_path: Path, seed: int) -> None:
    mutations(finished, tmp_path, seed, 60)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5, 45))
def test_damaged_files_at_length(finished: Path, tmp_path: Path, seed: int) -> None:
    mutations(finished, tmp_path, seed, 100)


def forge(path: Path, change: Callable[[Arrays, dict[str, Any]], object]) -> None:
    """Change a checkpoint and seal it again, as someone who knows how would."""
    checkpoint = load_checkpoint(path)
    arrays, notes = {name: array.copy() for name, array in checkpoint.arrays.items()}, checkpoint.notes.model_dump()
    change(arrays, notes)
    save_checkpoint(path, Checkpoint(arrays, checkpoint.notes.model_copy(update=notes)))


def poisoned(array: NDArray[Any], rng: np.random.Generator) -> NDArray[Any]:
    """Return an array that a chain should not take over."""
    kind = rng.integers(10)
    if kind == 0:
        return array.astype(np.float32 if array.dtype != np.float32 else np.int8)
    if kind == 1:
        return np.concatenate([array.ravel(), array.ravel()])
    if kind == 2:
        return array.ravel()[:0]
    if kind == 3:
        return np.full((2, 3, 4, 5), 7)
    flat = array.copy().ravel()
    if len(flat):
        place = rng.integers(len(flat))
        extremes: list[float] = (
            [np.iinfo(flat.dtype).max, np.iinfo(flat.dtype).min, -1] if flat.dtype.kind in "iu" else []
        )
        worst: list[float] = extremes or [np.nan, np.inf, -np.inf, 1e300, -1e9, 0.0, -1.0]
        with np.errstate(all="ignore"):
            flat[place if kind < 8 else slice(None)] = np.array(worst[rng.integers(len(worst))]).astype(flat.dtype)
    return flat.reshape(array.shape)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("text", [BOUND, KEATING])
def test_forged_checkpoints(finished: Path, tmp_path: Path, seed: int, text: str) -> None:
    config = make_folder(tmp_path, text)
    run(prepare(read_config(config)))
    path = config.parent / "si" / "checkpoint.npz"
    whole = {one: one.read_bytes() for one in (path, path.with_name("trace.csv"))}
    rng = np.random.default_rng(seed)
    names = sorted(load_checkpoint(path).arrays)
    for attempt in range(20):
        name = names[rng.integers(len(names))]
        forge(path, lambda arrays, _: arrays.update({name: poisoned(arrays[name], rng)}))  # noqa: B023
        told(carvsdb("refine", ("resume", "status")[attempt % 4 == 3], config), (seed, attempt, name))
        for one, content in whole.items():
            one.write_bytes(content)


Change = Callable[[Arrays, dict[str, Any]], object]

FORGED: list[tuple[str, Change]] = [
    ("bonds to atoms that are not there", lambda a, _: a["constraint_1.bonds"].__setitem__((0, 0), 10**9)),
    ("bonds to atoms below 0", lambda a, _: a["constraint_1.bonds"].__setitem__((0, 0), -(10**9))),
    ("another generator", lambda a, _: a.update(generator=bits('{"bit_generator": "MT19937", "state": {"pos": 999}}'))),
    ("a place below 0", lambda a, _: a.update(generator=bits(generator("MT19937", pos=-(10**6))))),
    ("a place beyond its table", lambda a, _: a.update(generator=bits(generator("MT19937", pos=10**9)))),
    ("a buffer without end", lambda a, _: a.update(generator=bits(generator("Philox", buffer_pos=10**9)))),
    ("a generator that is a function", lambda a, _: a.update(generator=bits('{"bit_generator": "seed"}'))),
    ("a generator without a state", lambda a, _: a.update(generator=bits('{"bit_generator": "PCG64"}'))),
    ("deep JSON", lambda a, _: a.update(generator=bits("[" * 100_000))),
    ("a flat cell", lambda a, _: a["cell"].__setitem__((0,), a["cell"][1])),
    ("a tiny cell", lambda a, _: a["cell"].__imul__(1e-6)),
    ("a huge cell", lambda a, _: a["cell"].__imul__(1e6)),
    ("atoms beyond number", lambda a, _: a["positions"].__imul__(1e250)),
    ("no positions", lambda a, _: a.pop("positions")),
    ("steps below 0", lambda a, _: a["scales"].__imul__(-1)),
    ("counts below 0", lambda a, _: a["counts"].__imul__(-1)),
    ("bins without end", lambda a, _: a.update({"data.n_bins": np.array(10**15)})),
    ("bins below 0", lambda a, _: a.update({"data.n_bins": np.array(-5)})),
    ("other moves", lambda _, n: n.update(moves=7)),
    ("a trace beyond its end", lambda _, n: n.update(trace_bytes=10**12)),
    ("another trace", lambda _, n: n.update(trace_sha256="0" * 64)),
    ("no fingerprint", lambda _, n: n.update(fingerprint={})),
]


def generator(kind: str, **places: int) -> str:
    """Return the state of a generator with other places in its tables."""
    state: dict[str, Any] = getattr(np.random, kind)(1).state
    for name, place in places.items():
        (state if name in state else state["state"])[name] = place
    return json.dumps(state, default=lambda value: value.tolist())


def bits(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode(), np.uint8)


@pytest.mark.parametrize(("what", "change"), FORGED)
def test_forged_on_purpose(finished: Path, tmp_path: Path, what: str, change: Change) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(finished, folder)
    forge(folder / "si" / "checkpoint.npz", change)
    outcome = carvsdb("refine", "resume", folder / "si.toml")
    told(outcome, what)
    assert outcome.code in (3, 7), what


def test_the_checkpoint_before_is_offered_and_leads_to_the_same_end(finished: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(finished, folder)
    config, path = folder / "si.toml", folder / "si" / "checkpoint.npz"
    whole = path.read_bytes()
    for content in (whole[: len(whole) // 2], b"", None):
        path.unlink(missing_ok=True)
        if content is not None:
            path.write_bytes(content)
        for command in ("resume", "status", "report"):
            outcome = carvsdb("refine", command, config)
            assert outcome.code == 3, command
            assert "carvsdb refine resume --before" in outcome.err
    assert load_checkpoint(before(path)).notes.moves == 40
    assert carvsdb("refine", "resume", "--before", config).code == 0
    for name in ("model.xyz", "trace.csv", "result.json"):
        made, expected = (one / "si" / name for one in (folder, finished))
        if name == "result.json":
            one, other = (json.loads(file.read_text())["energy_per_atom"] for file in (made, expected))
            assert one == other
        else:
            assert made.read_bytes() == expected.read_bytes()


@pytest.mark.parametrize("name", ["trace.csv", "checkpoint.npz", "snapshots/0000000020.xyz", "result.json"])
def test_reports_of_damaged_runs(finished: Path, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(finished, folder)
    path = folder / "si" / name
    path.write_bytes(path.read_bytes()[:40])
    told(carvsdb("refine", "report", folder / "si.toml"), name)
