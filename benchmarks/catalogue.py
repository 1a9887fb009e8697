"""Measure a catalogue of a million nets: bulk insert, size, nearest nets, environments, approximate search.

The nets are synthetic but realistic: their nodes are perturbed and mixed copies of the nodes of the bundled nets, a few
sorts of node in each net, so that vectors crowd as real ones do, and a third of the nets repeat another's vector. Run
``python benchmarks/catalogue.py --nets 1000000``; it prints a table and removes what it made, unless ``--keep FILE``.
"""

import argparse
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from uuid import UUID

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from carvsdb.catalogue import Catalogue, Filters
from carvsdb.catalogue.file.storage import ROW_GROUP
from carvsdb.catalogue.records.rows import environment_key
from carvsdb.catalogue.similarity.side_index import ApproximateIndex
from carvsdb.catalogue.storing.batch import Batch
from carvsdb.errors import MissingExtraError
from carvsdb.net import library
from carvsdb.rings import find_rings
from carvsdb.rings.carvs import LARGEST_CUT_OFF, Carvs
from carvsdb_schemas.arrow import arrow_schema
from carvsdb_schemas.tables import CarvsRow, Environment, NetEnvironment, NetRow, StructureRow

N_ENVIRONMENTS = 100_000
NODES_OF_A_NET = 100


def seconds(call: Callable[[], object], runs: int = 5) -> tuple[float, float]:
    """Return the median wall and processor time of a call, after one that is not counted."""
    call()
    walls, cpus = [], []
    for _ in range(runs):
        began, spent = time.perf_counter(), time.process_time()
        call()
        walls.append(time.perf_counter() - began)
        cpus.append(time.process_time() - spent)
    return statistics.median(walls), statistics.median(cpus)


def milliseconds(both: tuple[float, float]) -> str:
    return f"{1000 * both[0]:.3g} ({1000 * both[1]:.3g}) ms"


def real_nodes() -> NDArray[np.int64]:
    """Return the ring counts of the nodes of the bundled nets."""
    rows = []
    for net in library.load_all():
        counts = np.zeros((net.n_nodes, LARGEST_CUT_OFF), np.int64)
        found = find_rings(net).node_counts
        counts[:, : found.shape[1]] = found
        rows.append(np.unique(counts, axis=0))
    return np.concatenate(rows)


def environments(generator: np.random.Generator, number: int) -> NDArray[np.int64]:
    """Return different nodes: mixtures of two real ones, with counts that vary as they do in a glass."""
    real = real_nodes()
    first, second = (real[generator.integers(0, len(real), 2 * number)] for _ in range(2))
    share = generator.beta(0.4, 0.4, (2 * number, 1))
    mixed = generator.poisson(np.minimum(first * share + second * (1 - share), 400))
    mixed[: len(real)] = real
    distinct = np.unique(mixed[mixed.any(axis=1)], axis=0)
    return np.asarray(generator.permutation(distinct)[:number], np.int64)


def keys(generator: np.random.Generator, number: int) -> NDArray[np.void]:
    return np.frombuffer(generator.bytes(16 * number), "V16")


def uuids(values: NDArray[np.void]) -> pa.Array:
    stored = pa.Array.from_buffers(pa.binary(16), len(values), [None, pa.py_buffer(values.tobytes())])
    return pa.ExtensionArray.from_storage(pa.uuid(), stored)


def fixed(values: NDArray[np.generic]) -> pa.Array:
    return pa.FixedSizeListArray.from_arrays(pa.array(values.ravel()), LARGEST_CUT_OFF)


def repeated(value: object, number: int, kind: pa.DataType) -> pa.Array:
    return pa.repeat(pa.scalar(value, kind), number)


def table(model: type, number: int, **columns: object) -> pa.Table:
    """Return rows; what is not given is the same in all of them."""
    arrays = []
    for column in arrow_schema(model):
        value = columns.get(column.name)
        if isinstance(value, pa.Array):
            arrays.append(value)
        elif isinstance(value, list | np.ndarray) and len(value) == number and not pa.types.is_list(column.type):
            arrays.append(pa.array(value, column.type))
        else:
            arrays.append(repeated(value, number, column.type))
    return pa.Table.from_arrays(arrays, names=arrow_schema(model).names)


def batches(generator: np.random.Generator, nets: int, size: int) -> Iterator[Batch]:
    """Yield nets, batch by batch; the first has all environments."""
    counts = environments(generator, N_ENVIRONMENTS)
    vectors = (counts / counts.sum(axis=1, keepdims=True)) @ generator.normal(size=LARGEST_CUT_OFF)
    counts = counts[np.argsort(vectors)]  # neighbours in this list are alike
    ids = [str(environment_key(row, "[6.6.6.6.6.6]", 4)) for row in counts.astype("<i4")]
    known = table(
        Environment,
        len(ids),
        id=ids,
        counts=fixed(counts.astype(np.int32)),
        vertex_symbol="[6.6.6.6.6.6]",
        coordination=4,
    )
    named = np.frombuffer(b"".join(UUID(one).bytes for one in ids), "V16")
    done = 0
    while done < nets:
        number = min(size, nets - done)
        sorts = np.minimum(generator.geometric(0.15, number), 24)
        owner = np.repeat(np.arange(number), sorts)
        centre = np.repeat(generator.integers(0, len(ids), number), sorts)
        near = (centre + generator.integers(-60, 60, len(owner))) % len(ids)
        pairs = np.unique(np.column_stack([owner, near]), axis=0)
        owner, near = pairs[:, 0], pairs[:, 1]
        sorts = np.bincount(owner, minlength=number)
        multiplicity = 1 + generator.poisson(NODES_OF_A_NET / sorts[owner])
        nodes = np.bincount(owner, multiplicity, number)
        weighted = counts[near] * multiplicity[:, None]
        sums = np.add.reduceat(weighted, np.append(0, np.cumsum(sorts)[:-1]), axis=0)
        means = sums / nodes[:, None]
        repeats = np.flatnonzero(generator.random(number) < 0.33)
        means[repeats] = means[generator.integers(0, number, len(repeats))]
        normalised = means / means.sum(axis=1, keepdims=True)
        structure, net, carvs = (keys(generator, number) for _ in range(3))
        kinds = np.where(generator.random(number) < 0.1, "amorphous", "crystalline")
        symbols = [symbol(row) for row in means]
        yield Batch.of_tables(
            {
                "structure": table(
                    StructureRow, number, id=uuids(structure), part="",
                    sha256=[one.tobytes().hex() * 2 for one in structure],
                    label=[f"n{done + one}" for one in range(number)], kind=kinds.tolist(), provenance="{}",
                    density=(0.3 + 2 * generator.random(number)).round(4).tolist(),
                ),
                "net": table(
                    NetRow, number, id=uuids(net), structure_id=uuids(structure), clustering="standard",
                    bond_rule="synthetic", parameters="{}", edges=[[0, 0, 0, 0, 1]], multiplicity=[1], is_node=[True],
                    n_nodes=nodes.astype(int).tolist(), n_linkers=0, n_edges=1, coordination='{"4":100}', periodicity=3,
                    components="[]", point_symbols="{}", coordination_sequences="[]", td10=100.0, names=[],
                    status="keyed", key=[f"ck1:{one.tobytes().hex()}" for one in net], quality=[], code_version="0",
                ),
                "carvs": table(
                    CarvsRow, number, id=uuids(carvs), net_id=uuids(net), ring_kind="ring", linker_aware=False,
                    max_ring_size=27, completeness="observed", largest_ring=14, ring_counts="{}",
                    mean_counts=fixed(means.astype("f4")),
                    normalised=fixed(normalised.astype("f4")), sigma=generator.random(number).tolist(), symbol=symbols,
                    vertex_symbols='{"[6.6.6.6.6.6]":100}', vertex_symbols_all='{"[6.6.6.6.6.6]":100}', seconds=0.0,
                    code_version="0",
                ),
                "net_environment": table(
                    NetEnvironment, len(owner), carvs_id=uuids(carvs[owner]), environment_id=uuids(named[near]),
                    net_id=uuids(net[owner]), multiplicity=multiplicity.tolist(),
                ),
                **({} if done else {"environment": known}),
            }
        )  # fmt: skip
        done += number


def symbol(mean: NDArray[np.float64]) -> str:
    sizes = np.flatnonzero(mean >= 1)
    return "{" + ".".join(f"{size + 1}({mean[size]:.1f})" for size in sizes) + "}"


def carvs_of(vector: NDArray[np.float32]) -> Carvs:
    return Carvs(vector[:27].astype(float), 0.0, 100, 27, 14, "observed", "ring", False)


def show(what: str, value: str) -> None:
    print(f"{what:<58} {value:>24}", flush=True)


def approximate(catalogue: Catalogue, asked: list[Carvs]) -> None:
    """Measure the side index, if faiss is installed."""
    began, spent = time.perf_counter(), time.process_time()
    try:
        report = catalogue.side_index()
    except MissingExtraError:
        return
    show("side index: made in", f"{time.perf_counter() - began:.1f} ({time.process_time() - spent:.1f}) s")
    show("  distinct vectors", f"{report.vectors:,}")
    show("  cells, of which a query looks into", f"{report.cells}, {report.probes}")
    show("  recall at 10, on vectors of the catalogue", f"{report.recall:.4f}")
    index = ApproximateIndex.open(catalogue.storage)
    near = [one.normalised.astype(np.float32)[None] for one in asked[:200]]
    spans = [seconds(partial(index.nearest, one), 1) for one in near]
    show("  one query", milliseconds(medians(spans)))
    spans = [seconds(partial(catalogue.similar, one, approximate=True), 1) for one in asked[:50]]
    show("  one `similar(..., approximate=True)`", milliseconds(medians(spans)))


def medians(spans: list[tuple[float, float]]) -> tuple[float, float]:
    return statistics.median(span[0] for span in spans), statistics.median(span[1] for span in spans)


def containing(catalogue: Catalogue) -> None:
    """Measure the ways to ask which nets contain a node."""
    storage = catalogue.storage
    some = [row[0] for row in storage.rows("SELECT id::VARCHAR FROM environment USING SAMPLE 11 (reservoir, 1)")]
    counts = [storage.rows("SELECT counts FROM environment WHERE id = ?", [key])[0][0] for key in some]
    began, spent = time.perf_counter(), time.process_time()
    catalogue.containing_key(some[0])
    show("nets that contain an environment, first question", milliseconds(_since(began, spent)))
    began, spent = time.perf_counter(), time.process_time()
    catalogue.containing_key(some[0])
    show("  second question: the index is made", milliseconds(_since(began, spent)))
    for what, calls in (
        ("by its key", [partial(catalogue.containing_key, key) for key in some]),
        ("and those within 0.01 of it", [partial(catalogue.containing_key, key, within=0.01) for key in some]),
        ("and those within 0.05 of it", [partial(catalogue.containing_key, key, within=0.05) for key in some]),
        ("by a node of an entry", [partial(catalogue.containing, f"n{1000 + one}") for one in range(11)]),
        ("by ring counts that are not stored", [partial(catalogue.containing_counts, one) for one in counts]),
    ):
        spans = [seconds(call, 3) for call in calls]
        show(f"  {what}", milliseconds(medians(spans)))
        show("    the slowest", milliseconds(max(spans)))


def _since(began: float, spent: float) -> tuple[float, float]:
    return time.perf_counter() - began, time.process_time() - spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nets", type=int, default=1_000_000)
    parser.add_argument("--batch", type=int, default=2 * ROW_GROUP, help="nets of one transaction")
    parser.add_argument("--keep", type=Path, help="where the catalogue stays")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="carvsdb-benchmark-"))
    path = arguments.keep or folder / "synthetic.duckdb"
    try:
        measure(path, arguments.nets, arguments.batch)
    finally:
        shutil.rmtree(folder)


def measure(path: Path, nets: int, size: int) -> None:
    show("nets", f"{nets:,}")
    show("cores; load of the machine", f"{os.cpu_count()}; {os.getloadavg()[0]:.1f}")
    show("times", "wall (processor)")
    generator = np.random.default_rng(0)
    wall = cpu = 0.0
    with Catalogue.open(path) as catalogue:
        for batch in batches(generator, nets, size):
            began, spent = time.perf_counter(), time.process_time()
            catalogue.add_batch(batch)
            wall, cpu = wall + time.perf_counter() - began, cpu + time.process_time() - spent
        began, spent = time.perf_counter(), time.process_time()
    wall, cpu = wall + time.perf_counter() - began, cpu + time.process_time() - spent
    show("bulk insert, checkpoint included", f"{nets / wall:,.0f} nets/s")
    show("  by processor time of one core", f"{nets / cpu:,.0f} nets/s")
    show("file", f"{path.stat().st_size / 1e6:,.0f} MB")
    with Catalogue.open(path, read_only=True) as catalogue:
        storage = catalogue.storage
        for name in ("carvs", "net", "structure", "net_environment", "environment"):
            blocks = storage.rows(f"SELECT count(DISTINCT block_id) FROM pragma_storage_info('{name}')")[0][0]
            show(f"  {name}", f"{blocks * 262144 / nets:,.0f} bytes a net")
        rows, nodes = storage.rows("SELECT count(*), sum(multiplicity) FROM net_environment")[0]
        show("nodes", f"{nodes:,}")
        show("  in rows of net_environment", f"{rows:,}")
        containing(catalogue)
        began, spent = time.perf_counter(), time.process_time()
        catalogue.similar("n0")
        show("first query: all vectors are read", milliseconds(_since(began, spent)))
        matrix = catalogue.normalised_matrix()
        asked = [carvs_of(vector) for vector in matrix[generator.integers(0, len(matrix), 1000)]]
        show("top 10 of one query, exact, warm", milliseconds(seconds(lambda: catalogue.similar(asked[0]), 15)))
        for what, filters in FILTERS.items():
            catalogue.similar(asked[0], filters=filters)
            spans = seconds(partial(catalogue.similar, asked[0], filters=filters), 15)
            show(f"  only {what}", milliseconds(spans))
        began, spent = time.perf_counter(), time.process_time()
        catalogue.similar_each(asked)
        show("top 10 of 1,000 queries, exact", milliseconds(_since(began, spent)))
        approximate(catalogue, asked)
        show("list, 1,000 entries", milliseconds(seconds(lambda: catalogue.list(limit=1000), 3)))
        conditions = Filters(kind="amorphous", min_nodes=120)
        show("  with two conditions", milliseconds(seconds(lambda: catalogue.list(conditions, limit=1000), 3)))
        show("show", milliseconds(seconds(lambda: catalogue.show("n77"), 5)))


FILTERS = {
    "of one kind": Filters(kind="amorphous"),
    "of a source": Filters(source="none"),
    "of a formula": Filters(formula="O2Si"),
    "of a coordination": Filters(coordination=(4,)),
    "of a clustering": Filters(clustering="standard"),
    "of a cut-off": Filters(max_ring_size=27),
    "of a name": Filters(name="sod"),
    "of a density": Filters(min_density=0.5, max_density=1.5),
    "of one kind, a density and many nodes": Filters(kind="amorphous", min_density=0.5, min_nodes=90),
}


if __name__ == "__main__":
    main()
