"""Write rings: the list as Parquet, values per node as extended xyz or as a LAMMPS dump."""

from collections.abc import Callable
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from carvsdb.atomic_write import atomic_file, why_not_written
from carvsdb.errors import InputError
from carvsdb.rings import RingCensus, node_rings, ring_table
from carvsdb.version import VERSION

Lines = list[str]


def write_rings(census: RingCensus, path: str | Path) -> None:
    """Write the rings of a census, in the form that the file's suffix asks for.

    Parameters
    ----------
    census : RingCensus
    path : str or Path
        ``.parquet``: the rings, see :func:`carvsdb.rings.ring_table`; what was searched is in the file's metadata.
        ``.xyz``: the nodes as extended xyz, or ``.dump``: as a LAMMPS dump, with the values `n_rings`, `c_arpn`
        (mean ring size) and `c_srpn` (its standard deviation), which OVITO shows. Nodes without rings have
        zero there.

    Raises
    ------
    InputError
        For another suffix, or nodes without positions.
    """
    path = Path(path)
    writers: dict[str, Callable[[RingCensus, IO[bytes]], None]] = {
        ".parquet": _write_parquet,
        ".xyz": lambda one, file: _write_lines(_xyz(one), file),
        ".dump": lambda one, file: _write_lines(_dump(one), file),
    }
    if path.suffix not in writers:
        raise InputError(f"rings are written as {', '.join(writers)}, not as {path.suffix or 'nothing'!r}", path=path)
    if path.suffix != ".parquet" and (census.net.positions is None or census.net.cell is None):
        raise InputError("the net has no positions, so its nodes cannot be drawn; write .parquet", path=path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise why_not_written(path, error) from error
    with atomic_file(path) as file:
        writers[path.suffix](census, file)


def _write_parquet(census: RingCensus, file: IO[bytes]) -> None:
    import pyarrow.parquet as pq

    about = {
        "net": census.net.name,
        "ring_kind": census.ring_kind,
        "linker_aware": str(census.linker_aware),
        "max_ring_size": str(census.max_ring_size),
        "completeness": census.completeness,
        "carvsdb": VERSION,
    }
    pq.write_table(ring_table(census).replace_schema_metadata(about), file, compression="zstd")


def _write_lines(lines: Lines, file: IO[bytes]) -> None:
    file.write(("\n".join(lines) + "\n").encode())


def _nodes(census: RingCensus) -> tuple[list[str], NDArray[np.float64], list[str]]:
    """Return labels, fractional positions and the printed values of the nodes."""
    net = census.net
    assert net.positions is not None
    rings = node_rings(census)
    names = net.labels or tuple(str(vertex) for vertex in range(net.n_vertices))
    labels = [names[vertex] for vertex in np.flatnonzero(net.is_node)]
    values = [
        f"{number} {mean:.6f} {spread:.6f}"
        for number, mean, spread in zip(
            rings.number, np.nan_to_num(rings.mean_size), np.nan_to_num(rings.size_spread), strict=True
        )
    ]
    return labels, net.positions[net.is_node], values


def _xyz(census: RingCensus) -> Lines:
    labels, positions, values = _nodes(census)
    assert census.net.cell is not None
    cell = " ".join(f"{number:.10f}" for number in census.net.cell.ravel())
    properties = "species:S:1:pos:R:3:n_rings:I:1:c_arpn:R:1:c_srpn:R:1:label:S:1"
    head = [str(len(labels)), f'Lattice="{cell}" Properties={properties} pbc="T T T"']
    return head + [
        f"X {x:.10f} {y:.10f} {z:.10f} {value} {label}"
        for (x, y, z), value, label in zip(positions @ census.net.cell, values, labels, strict=True)
    ]


def _dump(census: RingCensus) -> Lines:
    _, positions, values = _nodes(census)
    assert census.net.cell is not None
    cell = _lower_triangular(census.net.cell)
    (xx, _, _), (xy, yy, _), (xz, yz, zz) = cell
    low, high = min(0, xy, xz, xy + xz), max(0, xy, xz, xy + xz)
    head = [
        "ITEM: TIMESTEP",
        "0",
        "ITEM: NUMBER OF ATOMS",
        str(len(values)),
        "ITEM: BOX BOUNDS xy xz yz pp pp pp",
        f"{low:.10f} {xx + high:.10f} {xy:.10f}",
        f"{min(0, yz):.10f} {yy + max(0, yz):.10f} {xz:.10f}",
        f"0.0 {zz:.10f} {yz:.10f}",
        "ITEM: ATOMS id type x y z n_rings c_arpn c_srpn",
    ]
    return head + [
        f"{number} 1 {x:.10f} {y:.10f} {z:.10f} {value}"
        for number, ((x, y, z), value) in enumerate(zip(positions @ cell, values, strict=True), start=1)
    ]


def _lower_triangular(cell: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rotate a cell so that its first vector lies along x and its second in the plane of x and y."""
    rotation, upper = np.linalg.qr(cell.T)
    del rotation
    lower = upper.T
    return np.asarray(lower * np.sign(np.diag(lower)), np.float64)
