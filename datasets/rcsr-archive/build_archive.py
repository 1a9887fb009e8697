r"""Build the archive of names that comes with carvsdb from the nets that pormake and mofstructure ship.

Run::

    pip download --no-deps pormake==0.2.3 mofstructure==0.1.9.1
    pip install msgpack
    python datasets/rcsr-archive/build_archive.py pormake-0.2.3-py3-none-any.whl \
        mofstructure-0.1.9.1-py3-none-any.whl carvsdb/topology/data/rcsr.tsv.gz

pormake (MIT licence) holds nets of the Reticular Chemistry Structure Resource (RCSR) as CGD files: O'Keeffe, Peskov,
Ramsden & Yaghi, Acc. Chem. Res. 41, 1782 (2008), doi:10.1021/ar800124u. mofstructure (MIT licence) holds more of them,
and the zeolites by the codes of the International Zeolite Association (Database of Zeolite Structures, Baerlocher &
McCusker, iza-structure.org), as quotient graphs; only the graphs are read. Where the two differ about an RCSR name,
mofstructure wins, whose table is that of Systre. Layers come from the library of exact nets and from ``layers.txt``,
nets that neither package holds from ``nets.txt``. The report says which files have no key and why, and which names
share a key. The same input gives the same bytes.
"""

import gzip
import sys
import zipfile
from fractions import Fraction
from pathlib import Path

import numpy as np

from carvsdb.errors import CarvsdbError, InputError, RefusedError
from carvsdb.net import Net, library, periodicity
from carvsdb.rings import coordination_sequences, find_rings, point_symbols, td10, vertex_symbols
from carvsdb.topology import Archive, ArchiveEntry, canonical, key_of, net_of_key
from carvsdb.topology.archive import write_line
from carvsdb.topology.keys import read_key
from carvsdb_ingest.files.text_file import TextFile
from carvsdb_ingest.readers.cgd.cgd import read_cgd
from carvsdb_ingest.readers.item import FileOptions

FOLDER = "pormake/database/topologies/"
TABLE = "mofstructure/db/graph_net_archive.msgpack"
# An edge from a vertex to itself is no edge; the rest of the file is a net.
REPAIRS = {"llw-z": "  EDGE  0.00000 0.00000 0.00000   0.00000 0.00000 0.00000\n"}
NO_NAMES = ("test-", "dnadnj-a", "ftee-a")
CUT_OFFS = (10, 14, 20, 27)
HEADER = """\
# Names of nets: names, key, TD10, vertex symbols, point symbols, coordination sequences 1 to 10 (one for each orbit).
# From the RCSR (O'Keeffe, Peskov, Ramsden & Yaghi, Acc. Chem. Res. 41, 1782, 2008, doi:10.1021/ar800124u) by way of
# pormake 0.2.3 and mofstructure 0.1.9.1 (MIT); zeolite codes of the International Zeolite Association by way of
# mofstructure; layers from carvsdb; 13 nets of CrystalNetsArchive (MIT).
# Made by datasets/rcsr-archive/build_archive.py.
"""


def nets_of_wheel(wheel: Path) -> tuple[dict[str, Net], dict[str, str]]:
    """Read all nets of the wheel; return them by name, and the reasons why others cannot be read."""
    nets: dict[str, Net] = {}
    reasons: dict[str, str] = {}
    with zipfile.ZipFile(wheel) as archive:
        for path in sorted(archive.namelist()):
            if not (path.startswith(FOLDER) and path.endswith(".cgd")):
                continue
            name = path.removeprefix(FOLDER).removesuffix(".cgd")
            if name in NO_NAMES:
                continue
            text = archive.read(path).decode()
            if name in REPAIRS:
                text = text.replace(REPAIRS[name], "")
            try:
                found = read_cgd(TextFile.decode(text.encode(), f"{name}.cgd"), FileOptions())
            except CarvsdbError as error:
                reasons[name] = str(error)
                continue
            nets[name] = found[0].net
            for sentence in found[0].quality:
                print(f"note: {name}: {sentence}")
    return nets, reasons


def graphs_of_wheel(wheel: Path) -> tuple[dict[str, Net], dict[str, Net]]:
    """Read the nets of RCSR and of IZA from the merged table of mofstructure; return them by name."""
    import msgpack

    with zipfile.ZipFile(wheel) as archive:
        table = msgpack.unpackb(archive.read(TABLE))["entries"]
    rcsr: dict[str, Net] = {}
    zeolites: dict[str, Net] = {}
    for text, names in sorted(table.items()):
        for source, found in (("rcsr", rcsr), ("iza", zeolites)):
            if source in names:
                found[names[source]] = short_offsets(text, names[source])
    return rcsr, zeolites


def short_offsets(text: str, name: str) -> Net:
    """Read a key of any program; the lattice is reduced, since some normal forms lead millions of cells away."""
    numbers = [int(word) for word in text.split()]
    dimension = numbers[0]
    rows = [numbers[i : i + 2 + dimension] for i in range(1, len(numbers), 2 + dimension)]
    edges = [(src - 1, dst - 1, offset) for src, dst, *offset in rows]
    near: dict[int, list[tuple[int, list[int]]]] = {}
    for src, dst, offset in edges:
        near.setdefault(src, []).append((dst, offset))
        near.setdefault(dst, []).append((src, [-step for step in offset]))
    shift = {0: [0] * dimension}
    queue = [0]
    for vertex in queue:
        for other, offset in near.get(vertex, []):
            if other not in shift:
                shift[other] = [a + b for a, b in zip(shift[vertex], offset, strict=True)]
                queue.append(other)
    closing = [
        [a + b - c for a, b, c in zip(shift[src], offset, shift[dst], strict=True)] for src, dst, offset in edges
    ]
    # Columns are coordinates: adding multiples of one to another is a change of lattice basis.
    columns = [list(column) for column in zip(*closing, strict=True)]
    changed = True
    while changed:
        changed = False
        for i in range(dimension):
            for j in range(dimension):
                over = sum(a * a for a in columns[j])
                times = (
                    0
                    if i == j or not over
                    else round(Fraction(sum(a * b for a, b in zip(columns[i], columns[j], strict=True)), over))
                )
                if times:
                    columns[i] = [a - times * b for a, b in zip(columns[i], columns[j], strict=True)]
                    changed = True
    reduced = zip(*columns, strict=True)
    return Net.from_edges(
        [(src, dst, *offset) for (src, dst, _), offset in zip(edges, reduced, strict=True)], name=name
    )


def layers() -> dict[str, Net]:
    """Return exact nets of two periodic directions."""
    found = {name: library.load(name) for name in library.names() if periodicity(library.load(name)) == 2}
    return found | listed("layers.txt")


def listed(file: str) -> dict[str, Net]:
    """Return the nets that a file beside this one lists as keys."""
    found = {}
    for line in Path(__file__).with_name(file).read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            name, text = line.split(" ", 1)
            found[name] = net_of_key(text, name)
    return found


def describe(key: str, names: tuple[str, ...]) -> ArchiveEntry:
    """Compute what the archive knows about a net, one value for each vertex orbit."""
    net = net_of_key(key)
    orbits = canonical(net, read_key(key)[0]).vertex_orbits
    firsts = np.unique(orbits, return_index=True)[1]
    sequences = coordination_sequences(net)
    symbols: tuple[str, ...] = ()
    for cut_off in CUT_OFFS:
        try:
            written = vertex_symbols(find_rings(net, cut_off, n_threads=1))
        except RefusedError:
            break
        symbols = tuple(written[vertex] for vertex in firsts)
        # A ring at every angle: longer ones change nothing.
        if not any("*" in symbol for symbol in symbols):
            break
    points = point_symbols(net)
    return ArchiveEntry(
        key,
        names,
        symbols,
        tuple(points[vertex] for vertex in firsts),
        tuple(tuple(sequences[vertex].tolist()) for vertex in firsts),
        td10(sequences),
    )


def build(wheel: Path, graphs: Path, target: Path) -> None:
    """Write the archive and print the report."""
    nets, reasons = nets_of_wheel(wheel)
    more, zeolites = graphs_of_wheel(graphs)
    archive = Archive()
    for name, net in {**more, **zeolites}.items():
        try:
            archive.add(name, net)
        except CarvsdbError as error:
            reasons[name] = str(error)
    for name, net in {**nets, **layers(), **listed("nets.txt")}.items():
        try:
            archive.add(name, net)
            reasons.pop(name, None)
        except InputError:
            print(f"note: {name} is another net in pormake than in mofstructure, which wins")
        except CarvsdbError as error:
            if name not in archive:
                reasons[name] = str(error)
    for name in library.names():
        if key_of(library.load(name)) != archive.key_of(name):
            raise SystemExit(f"{name} of the library is another net than {name} of pormake")
    lines = []
    for count, key in enumerate(sorted(archive, key=lambda key: archive.names_of(key))):
        lines.append(write_line(describe(key, archive.names_of(key))))
        if count % 200 == 0:
            print(f"{count} of {len(archive)} nets described", file=sys.stderr)
    content = HEADER + "\n".join(lines) + "\n"
    target.write_bytes(gzip.compress(content.encode(), mtime=0))
    print(f"{len(archive.names())} names of {len(archive)} nets; {target.stat().st_size} bytes")
    for key in archive:
        if len(archive.names_of(key)) > 1:
            print("one net:", ", ".join(archive.names_of(key)))
    for name, reason in sorted(reasons.items()):
        print(f"no key: {name}: {reason}")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("usage: python datasets/rcsr-archive/build_archive.py PORMAKE_WHEEL MOFSTRUCTURE_WHEEL TARGET")
    build(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
