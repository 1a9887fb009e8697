"""The refinement of a-ZIF: time of its moves, of their parts, of full evaluations; and the recorded long run.

Model m1 (29,376 atoms), the measured neutron and X-ray F(Q) and the potential zif-ace-24 (Nicholas et al.,
arXiv:2503.24367), read from the folder that ``CARVSDB_SHARED`` names (default ``../shared``). Molecules are drawn
uniformly, so two thirds of the moves are of imidazolates and one third of Zn.

Run ``python benchmarks/refine.py`` for the times and ``python benchmarks/refine.py --moves 100000 -o FILE.json`` for
the long run. All times are CPU times of one thread, so that a busy machine does not count; two chains on two cores are
compared by the CPU time of a move alone and side by side, which tells what they cost one another in memory and cache.
"""

import argparse
import json
import multiprocessing
import os
import platform
import resource
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from carvsdb.atoms.model import AtomicModel
from carvsdb.version import VERSION
from carvsdb_ingest.readers.models import read_model
from carvsdb_refine.monte_carlo import (
    Chain,
    ChainOptions,
    Fit,
    HardSpheres,
    Proposal,
    RigidMove,
    ScatteringData,
)
from carvsdb_refine.potential import AcePotential, read_ace
from carvsdb_refine.scattering import Scatterer, pair_histogram, read_data

MODEL = "zif/m1-zif_ace_24-anneal_1500K_5ns.data"
POTENTIAL = "mlips/zif-ace-24.yace"
NEUTRON, XRAY = "scattering/expt/neutron-fq.txt", "scattering/expt/xray-fq.txt"
# A little below the shortest contacts between molecules of m1, in Å.
HARD_SPHERES = {
    "Zn-N": 1.7,
    "Zn-Zn": 3.0,
    "C-Zn": 2.2,
    "H-Zn": 2.1,
    "N-N": 2.4,
    "C-C": 2.5,
    "C-N": 2.5,
    "C-H": 1.8,
    "H-N": 1.8,
    "H-H": 1.5,
}
# The published code recomputes everything for each move; seconds on one core, from truth/refine.md.
PUBLISHED_SCHEME = 8.4
# Of the long run: what a point of each curve counts, and the size of the steps.
SIGMA = {"neutron": 0.006, "xray": 0.006}
STEPS = {"translation": 0.1, "rotation": 5.0}


def inputs(sigma: dict[str, float]) -> tuple[AtomicModel, AcePotential, ScatteringData]:
    folder = Path(os.environ.get("CARVSDB_SHARED", "../shared")) / "data/amorphous-mof"
    neutron = read_data(folder / NEUTRON, "neutron", sigma=sigma["neutron"])
    xray = read_data(folder / XRAY, "xray", sigma=sigma["xray"], scale=None)
    # As published: the data as they were measured, Cromer-Mann form factors, 93.3 % deuterium.
    fits = (
        Fit(neutron, Scatterer(deuterium=0.933, beyond_box="nothing")),
        Fit(xray, Scatterer(form_factors="cromer-mann", beyond_box="nothing")),
    )
    return read_model(folder / MODEL), read_ace(folder / POTENTIAL), ScatteringData(fits)


def chain_of(acceptance: str, translation: float, rotation: float, sigma: dict[str, float], seed: int = 1) -> Chain:
    model, potential, data = inputs(sigma)
    return Chain(
        model,
        [potential],
        data,
        [RigidMove(translation, rotation)],
        [HardSpheres(HARD_SPHERES)],
        ChainOptions(temperature=300.0, acceptance=acceptance, check_every=0),
        np.random.default_rng(seed),
    )


def cpu_seconds(call: Callable[[], object], runs: int = 1) -> float:
    call()
    began = time.process_time()
    for _ in range(runs):
        call()
    return (time.process_time() - began) / runs


def time_moves(n_moves: int) -> dict[str, dict[str, float]]:
    """Time joint and delayed chains; sigma as in the long run."""
    found = {}
    for name, acceptance, translation, rotation in (
        ("joint, 0.1 Å and 5°", "joint", 0.1, 5.0),
        ("joint, 0.3 Å and 15°", "joint", 0.3, 15.0),
        ("energy first, 0.3 Å and 15°", "energy first", 0.3, 15.0),
        ("data first, 0.3 Å and 15°", "data first", 0.3, 15.0),
    ):
        chain = chain_of(acceptance, translation, rotation, SIGMA)
        chain.run(50)
        before = chain.counts[0]
        began = time.process_time()
        chain.run(n_moves)
        seconds = time.process_time() - began
        after = chain.counts[0]
        found[name] = {
            "moves_per_second": n_moves / seconds,
            "acceptance": (after.accepted - before.accepted) / n_moves,
            "forbidden": (after.forbidden - before.forbidden) / n_moves,
            "rejected_first": (after.rejected_first - before.rejected_first) / n_moves,
        }
    return found


def time_parts(n_moves: int) -> dict[str, dict[str, float]]:
    """Time the parts of a move, in ms, for imidazolates and for Zn."""
    model, potential, data = inputs(SIGMA)
    energy, scattering = potential.bind(model), data.bind(model)
    chain = chain_of("joint", 0.1, 5.0, SIGMA)
    spheres = HardSpheres(HARD_SPHERES).bind(chain.configuration)
    generator = np.random.default_rng(3)
    seconds: dict[str, dict[str, float]] = {}
    numbers = {"imidazolate": 0, "Zn": 0}
    move = RigidMove(0.1, 5.0)

    def timed(kind: str, part: str, call: Callable[[], object]) -> None:
        began = time.process_time()
        call()
        seconds.setdefault(part, dict.fromkeys(numbers, 0.0))[kind] += time.process_time() - began

    for index in range(n_moves + 20):
        if index == 20:
            seconds, numbers = {}, dict.fromkeys(numbers, 0)
        drawn: list[Proposal] = []
        began = time.process_time()
        drawn.append(move.propose(chain.configuration, 1.0, generator))
        drawing = time.process_time() - began
        proposal = drawn[0]
        kind = "Zn" if len(proposal.atoms) == 1 else "imidazolate"
        numbers[kind] += 1
        seconds.setdefault("drawing", dict.fromkeys(numbers, 0.0))[kind] += drawing
        atoms, positions = proposal.atoms, proposal.positions
        timed(kind, "hard spheres", lambda: spheres.allows(proposal))  # noqa: B023
        timed(kind, "ACE energy", lambda: energy.propose(atoms, positions))  # noqa: B023
        timed(kind, "pair counts", lambda: scattering.pairs.propose(atoms, positions))  # noqa: B023
        timed(kind, "pair counts, curves and chi²", lambda: scattering.propose(atoms, positions))  # noqa: B023
    return {
        part: {kind: 1000 * total / max(numbers[kind], 1) for kind, total in by_kind.items()}
        for part, by_kind in seconds.items()
    }


def time_full_evaluations() -> dict[str, float]:
    """Time evaluations of all of m1, in seconds."""
    model, potential, data = inputs(SIGMA)
    state = data.bind(model)
    return {
        "ACE, our fastest": cpu_seconds(lambda: potential.energies(model.elements, model.positions, model.cell), 3),
        "pair counts, our fastest": cpu_seconds(lambda: pair_histogram(model), 3),
        "the same, curves and chi²": cpu_seconds(state.drift, 3),
        "half-box g(r), pair by pair": cpu_seconds(lambda: half_box(model)),
    }


def half_box(model: AtomicModel) -> None:
    """Count the pairs as the published scheme does: one double-precision distance after the other."""
    edge = float(model.cell[0, 0])
    counts = np.zeros((4, 4, 3300), np.int64)
    pair_by_pair(model.positions, model.atom_to_species, edge, 1 / 0.02, counts)


def _pair_by_pair(positions: Any, species: Any, edge: float, bins_per_length: float, counts: Any) -> None:
    for i in range(len(positions)):
        for j in range(i):
            square = 0.0
            for axis in range(3):
                difference = positions[i, axis] - positions[j, axis]
                difference -= edge * np.rint(difference / edge)
                square += difference * difference
            counts[species[i], species[j], int(np.sqrt(square) * bins_per_length)] += 1


def pair_by_pair(*arguments: Any) -> None:
    from carvsdb.compiled import compiled

    compiled(_pair_by_pair)(*arguments)


def _worker(index: int, n_moves: int, rounds: int, gate: Any, answers: Any) -> None:
    """In turns: the first chain alone, then both at once."""
    chain = chain_of("joint", 0.1, 5.0, SIGMA, seed=index)
    chain.run(50)
    found: dict[str, list[float]] = {"alone": [], "together": []}
    for _ in range(rounds):
        for name, takes_part in (("alone", index == 0), ("together", True)):
            gate.wait()
            if takes_part:
                began = time.process_time()
                chain.run(n_moves)
                found[name].append(n_moves / (time.process_time() - began))
    answers.put(found)


def time_side_by_side(n_moves: int, rounds: int = 5) -> dict[str, float]:
    """Run one chain and two at once in turns, each in a process of its own; medians of the rounds."""
    context = multiprocessing.get_context("spawn")
    gate, answers = context.Barrier(2), context.Queue()
    workers = [context.Process(target=_worker, args=(index, n_moves, rounds, gate, answers)) for index in range(2)]
    for worker in workers:
        worker.start()
    found = [answers.get() for _ in workers]
    for worker in workers:
        worker.join()
    alone = statistics.median(rate for chain in found for rate in chain["alone"])
    together = sum(statistics.median(chain["together"]) for chain in found)
    return {"one chain": alone, "two chains": together, "ratio": together / alone}


def long_run(n_moves: int) -> dict[str, Any]:
    """Run the real data at 300 K and return what came of it."""
    chain = chain_of("joint", STEPS["translation"], STEPS["rotation"], SIGMA)
    assert chain.data is not None
    n_atoms = chain.configuration.model.n_atoms

    def observed() -> dict[str, Any]:
        assert chain.data is not None
        scores = chain.data.scores()
        return {
            "moves": chain.n_moves,
            "energy_per_atom": chain.energy / n_atoms,
            "r_neutron": scores[0].rw,
            "r_xray": scores[1].rw,
            "xray_scale": scores[1].scale,
            "chi2": chain.chi2,
            "acceptance": chain.counts[0].acceptance,
            "overlaps": chain.violations()["hard spheres"],
        }

    trace = [observed()]
    began, wall = time.process_time(), time.perf_counter()
    pieces = min(20, n_moves)
    for piece in range(pieces):
        chain.run(n_moves * (piece + 1) // pieces - chain.n_moves)
        trace.append(observed())
        print(json.dumps(trace[-1]), flush=True)
    cpu, wall = time.process_time() - began, time.perf_counter() - wall
    drift = chain.check()
    start, end = trace[0], trace[-1]
    return {
        "what": f"{n_moves:,} moves of m1 against measured neutron and X-ray F(Q) with zif-ace-24 at 300 K",
        "date": datetime.now(UTC).date().isoformat(),
        "version": VERSION,
        "machine": f"{platform.machine()}, Python {platform.python_version()}, numpy {np.__version__}",
        "config": {
            "model": MODEL,
            "potential": POTENTIAL,
            "data": {NEUTRON: SIGMA["neutron"], XRAY: SIGMA["xray"]},
            "xray_scale": "free",
            "form_factors": "cromer-mann",
            "deuterium": 0.933,
            "beyond_box": "nothing",
            "hard_spheres": HARD_SPHERES,
            "moves": STEPS,
            "acceptance": "joint",
            "chi2_factor": 1.0,
            "temperature": 300.0,
            "seed": 1,
        },
        "start": start,
        "end": end,
        "energy_change_mev_per_atom": 1000 * (end["energy_per_atom"] - start["energy_per_atom"]),
        "cpu_seconds": cpu,
        "wall_seconds": wall,
        "moves_per_cpu_second": n_moves / cpu,
        "drift": {"wrong_counts": drift.wrong_counts, "chi2": drift.chi2, "atom_energy_ev": drift.energies},
        "peak_memory_gb": peak_memory(),
        "trace": trace,
    }


def peak_memory() -> float:
    # Linux counts in kB, macOS in bytes.
    unit = 1e9 if platform.system() == "Darwin" else 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def print_times() -> dict[str, Any]:
    """Print all times and return them."""
    print("Parts of a move, CPU ms:")
    parts = time_parts(600)
    for part, by_kind in parts.items():
        print(f"  {part:32s}" + "".join(f"{kind} {ms:6.3f}   " for kind, ms in by_kind.items()))
    moves = time_moves(1500)
    print("Moves per CPU second, one core, neutron + X-ray + ACE:")
    for name, numbers in moves.items():
        print(
            f"  {name:32s}{numbers['moves_per_second']:7.0f}   accepted {numbers['acceptance']:.3f}, "
            f"forbidden {numbers['forbidden']:.3f}, rejected by the first term {numbers['rejected_first']:.3f}"
        )
    print(f"Peak memory {peak_memory():.2f} GB")
    full = time_full_evaluations()
    print("Full evaluations of m1, CPU seconds:")
    for name, seconds in full.items():
        print(f"  {name:32s}{seconds:8.3f}")
    fastest = full["ACE, our fastest"] + full["the same, curves and chi²"]
    scheme = full["ACE, our fastest"] + full["half-box g(r), pair by pair"]
    print(f"A move against a full evaluation (our fastest: {fastest:.2f} s; the published scheme with our kernels: "
          f"{scheme:.2f} s; the published scheme as measured before: {PUBLISHED_SCHEME} s):")  # fmt: skip
    for name, numbers in moves.items():
        rate = numbers["moves_per_second"]
        print(f"  {name:32s}{fastest * rate:7.0f} x {scheme * rate:8.0f} x {PUBLISHED_SCHEME * rate:8.0f} x")
    beside = time_side_by_side(500)
    print(
        f"Chains side by side, moves per CPU second: one {beside['one chain']:.0f}, two {beside['two chains']:.0f} "
        f"together, ratio {beside['ratio']:.2f}"
    )
    return {
        "what": "times of moves of m1 and of their parts, CPU seconds of one thread",
        "date": datetime.now(UTC).date().isoformat(),
        "version": VERSION,
        "load_average": os.getloadavg()[0],
        "milliseconds": parts,
        "moves": moves,
        "full_evaluations": full,
        "published_scheme_seconds": PUBLISHED_SCHEME,
        "side_by_side": beside,
        "peak_memory_gb": peak_memory(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moves", type=int, help="run so many moves of the long run instead of timing")
    parser.add_argument("-o", "--output", type=Path, help="where the result goes, as JSON")
    given = parser.parse_args()
    found = print_times() if given.moves is None else long_run(given.moves)
    if given.output is not None:
        given.output.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    if given.moves is not None:
        print(json.dumps({name: value for name, value in found.items() if name != "trace"}, indent=1))


if __name__ == "__main__":
    main()
