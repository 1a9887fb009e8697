"""One call from a trajectory to the nets, rings and CARVS of its frames."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from carvsdb.errors import CarvsdbError
from carvsdb.net import Net, followed, replace_linkers
from carvsdb.rings import RingCounts
from carvsdb.rings.kept import KeptRings
from carvsdb.version import VERSION
from carvsdb_ingest.analysis.analyse import AnalysisOptions, search_rings
from carvsdb_ingest.analysis.describing import options_asked
from carvsdb_ingest.analysis.item import ReadOptions
from carvsdb_ingest.bonds import find_bonds
from carvsdb_ingest.clustering import clusterings, natural_clustering
from carvsdb_ingest.readers.paths import check_path
from carvsdb_ingest.trajectories.frame_slice import FrameSlice
from carvsdb_ingest.trajectories.frames import Frame, FrameError, read_frames
from carvsdb_schemas.description import CarvsDescription
from carvsdb_schemas.frame import FrameDescription


def describe_frames(
    path: str | Path,
    frames: str | FrameSlice = "::",
    *,
    clustering: str | Sequence[str] = (),
    max_ring_size: int | None = None,
    read: ReadOptions | None = None,
    analysis: AnalysisOptions | None = None,
) -> Iterator[FrameDescription | CarvsdbError]:
    r"""Describe the nets of the frames of a trajectory one after another: size, coordination, rings, CARVS.

    Parameters
    ----------
    path : str or Path
        Extended xyz, a LAMMPS dump, XDATCAR, PDB of several models, a trajectory of ASE, or any file of several nets.
    frames : str or FrameSlice
        ``A:B:STEP`` as in Python, or one frame; numbers count from 0, negative ones from the end.
    clustering : str or sequence of str
        As in :func:`carvsdb_ingest.describe`; by default what suits the first frame, for all frames.
    max_ring_size : int, optional
        Cut-off of the ring search, in nodes.
    read, analysis
        All other options of reading and of analysis.

    Yields
    ------
    FrameDescription or CarvsdbError
        One for each frame and clustering, equal to what a description of this frame alone says. For a frame that cannot
        be read, or has no net, the error that says which and why; the frames behind it follow.

    Raises
    ------
    InputError
        If the file cannot be read at all, or has none of the frames asked for.

    Notes
    -----
    Frames are streamed: no more than one is in memory. Rings are searched anew only where the net has changed
    (:class:`carvsdb.rings.kept.KeptRings`); atoms that leave the cell and come in on the other side change nothing. The
    look at a wider bond tolerance, keys and symbols are left out.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "squares.cgd"
    ...     text = "PERIODIC_GRAPH\nEDGES\n 1 1 1 0\n 1 1 0 1\nEND\n"
    ...     _ = file.write_text(text * 3)
    ...     [(one.frame, one.ring_counts, one.changed_edges) for one in describe_frames(file, "::2")]
    [(0, {'4': 1}, None), (2, {'4': 1}, 0)]
    """
    check_path(path, "describe_frames")
    chosen = FrameSlice.parse(frames) if isinstance(frames, str) else frames
    read, analysis = options_asked(clustering, max_ring_size, read, analysis)
    series = FrameSeries(str(path), read, analysis)
    for frame in read_frames(path, chosen, read):
        if isinstance(frame, FrameError):
            yield frame
        else:
            yield from series.described(frame)


_OTHERS = "vertices are other atoms than in the frame before (another order?): changed edges are not counted"


class FrameSeries:
    """The frames of a trajectory as they are described one after another.

    Parameters
    ----------
    path : str
    read : ReadOptions
    analysis : AnalysisOptions
    """

    def __init__(self, path: str, read: ReadOptions, analysis: AnalysisOptions) -> None:
        self._path = path
        self._read = read
        self._analysis = analysis
        self._names = read.clusterings
        self._nets: dict[str, _NetSeries] = {}
        self._step: int | None = None

    def described(self, frame: Frame) -> Iterator[FrameDescription | CarvsdbError]:
        """Describe a frame, once for each clustering."""
        if frame.found is not None:
            found = frame.found
            clustering = "node-linker" if found.net.is_node_linker else "as given"
            yield self._one(frame, found.net, clustering, found.bond_rule, found.quality)
            return
        structure = frame.atoms
        assert structure is not None
        doubts = (*structure.quality, *self._order(frame))
        try:
            bonds = find_bonds(structure, self._read.bonds)
            doubts = (*doubts, *bonds.quality)
            self._names = self._names or (natural_clustering(structure, bonds),)
        except CarvsdbError as error:
            yield self._error(frame, error, doubts)
            return
        for one in clusterings(structure, bonds, self._names):
            if isinstance(one, CarvsdbError):
                yield self._error(frame, one, doubts)
            else:
                quality = tuple(dict.fromkeys((*doubts, *one.quality)))
                yield self._one(frame, one.net, one.clustering, bonds.rule, quality)

    def _order(self, frame: Frame) -> tuple[str, ...]:
        """Say where a step does not come behind that of the frame before: restarts repeat frames."""
        before, self._step = self._step, frame.said.step
        if before is None or self._step is None or before < self._step:
            return ()
        return (f"step {self._step} does not come behind that of the frame before, {before} (a restart?)",)

    def _one(
        self, frame: Frame, net: Net, clustering: str, rule: str, quality: tuple[str, ...]
    ) -> FrameDescription | CarvsdbError:
        if self._analysis.node_only and net.is_node_linker:
            net, clustering = replace_linkers(net), "node-only"
        series = self._nets.setdefault(clustering, _NetSeries(self._analysis))
        try:
            changed, counts, doubts = series.next(net)
        except CarvsdbError as error:
            return self._error(frame, error, quality)
        carvs = counts.carvs()
        degrees, numbers = np.unique(net.degrees()[net.is_node], return_counts=True)
        return FrameDescription(
            file=self._path,
            frame=frame.number,
            step=frame.said.step,
            time=frame.said.time,
            temperature=frame.said.temperature,
            clustering=clustering,
            bond_rule=rule,
            n_atoms=None if frame.atoms is None else frame.atoms.n_atoms,
            n_nodes=net.n_nodes,
            n_linkers=net.n_linkers,
            n_edges=net.n_edges,
            changed_edges=changed,
            coordination=dict(zip(map(str, degrees.tolist()), numbers.tolist(), strict=True)),
            ring_kind=counts.ring_kind,
            linker_aware=counts.linker_aware,
            max_ring_size=counts.max_ring_size,
            completeness=counts.completeness,
            largest_ring=counts.largest_ring,
            ring_counts={str(size): number for size, number in counts.ring_counts.items()},
            carvs=CarvsDescription(vector=carvs.vector.tolist(), sigma=carvs.sigma, symbol=carvs.symbol),
            volume=None if frame.atoms is None else round(float(abs(np.linalg.det(frame.atoms.cell))), 4),
            quality=[*quality, *doubts],
            version=VERSION,
        )

    def _error(self, frame: Frame, error: CarvsdbError, doubts: tuple[str, ...]) -> CarvsdbError:
        error.doubts = tuple(dict.fromkeys((*error.doubts, *doubts)))
        return FrameError(frame.number, error, self._path)


class _NetSeries:
    """The nets of one clustering, frame after frame."""

    def __init__(self, analysis: AnalysisOptions) -> None:
        cut_off = analysis.max_ring_size if analysis.ring_kind == "ring" else None
        self._kept = KeptRings(lambda net: search_rings(net, analysis), cut_off, analysis.max_rings)
        self._before: Net | None = None

    def next(self, net: Net) -> tuple[int | None, RingCounts, tuple[str, ...]]:
        """Return how many edges have changed, the ring counts, and what is doubtful about the first."""
        before, doubts = self._before, tuple[str, ...]()
        if before is not None and before.labels != net.labels:
            if np.array_equal(before.is_node, net.is_node):
                doubts = (_OTHERS,)
            before = None
        net = followed(net, None if before is None else before.positions)
        changed = None if before is None else changed_edges(before, net)
        self._before = net
        return changed, self._kept.counts(net), doubts


def changed_edges(one: Net, other: Net) -> int | None:
    """Count the edges that only one of two nets has; None if their vertices are not the same.

    Examples
    --------
    >>> from carvsdb.net import library
    >>> changed_edges(library.load("dia"), library.load("dia")), changed_edges(library.load("dia"), library.load("sod"))
    (0, None)
    """
    if not np.array_equal(one.is_node, other.is_node):
        return None
    rows = np.unique(np.concatenate([one.edges, other.edges]), axis=0)
    return 2 * len(rows) - one.n_edges - other.n_edges
