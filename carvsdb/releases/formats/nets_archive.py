"""nets.zip: the nets for programs that read files; CGD and TopoCIF, and atoms as extended xyz."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from carvsdb.atoms.model import AtomicModel
from carvsdb.atoms.structure import Structure
from carvsdb.catalogue import Catalogue
from carvsdb.catalogue.file.schema import HANDLES
from carvsdb.catalogue.questions.showing import net_of_row
from carvsdb.errors import CarvsdbError
from carvsdb.net import Net, replace_linkers
from carvsdb_ingest.writers.cgd import cgd_lines
from carvsdb_ingest.writers.topocif import HEAD, topocif_lines
from carvsdb_ingest.writers.xyz import xyz_text

_ROWS_AT_ONCE = 1000
_DATE = (1980, 1, 1, 0, 0, 0)  # the first that a zip file knows, so that the same nets give the same bytes


def write_nets_archive(catalogue: Catalogue, path: Path) -> None:
    """Write all nets and atoms of a catalogue, in the order of their labels.

    Notes
    -----
    CGD knows no linkers: a node-linker net stands there with its linkers replaced by edges, and a comment says so. A
    net that CGD cannot hold at all is a comment.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, lines in (
            ("nets.cgd", _cgd(catalogue)),
            ("nets.topocif", _topocif(catalogue)),
            ("atoms.xyz", _xyz(catalogue)),
        ):
            with archive.open(zipfile.ZipInfo(name, _DATE), "w", force_zip64=True) as file:
                for line in lines:
                    file.write(f"{line}\n".encode())


def nets_of(catalogue: Catalogue) -> Iterator[tuple[str, Net]]:
    """Yield the nets of a catalogue that have their graph, with what they are called, in that order."""
    query = (
        f"SELECT handle.label, net.* EXCLUDE (id), structure.cell FROM net JOIN ({HANDLES}) AS handle "
        "ON handle.net_id = net.id JOIN structure ON structure.id = structure_id WHERE len(is_node) > 0 "
        "ORDER BY handle.label, net.id"
    )
    for row in _rows(catalogue, query):
        yield row["label"], net_of_row(row, row["label"])


def _cgd(catalogue: Catalogue) -> Iterator[str]:
    for label, net in nets_of(catalogue):
        try:
            block = list(cgd_lines(replace_linkers(net) if net.is_node_linker else net))
        except CarvsdbError as error:
            yield f"# {_in_one_line(label)}: not in CGD: {_in_one_line(error.message)}"
            continue
        if net.is_node_linker:
            yield f"# {_in_one_line(label)}: linkers replaced by edges"
        yield from block


def _topocif(catalogue: Catalogue) -> Iterator[str]:
    yield HEAD
    for _, net in nets_of(catalogue):
        yield from topocif_lines(net)


def _xyz(catalogue: Catalogue) -> Iterator[str]:
    for row in _rows(catalogue, "SELECT label, atoms FROM structure WHERE atoms IS NOT NULL ORDER BY label"):
        text = xyz_text(AtomicModel.of(Structure.unpacked(row["atoms"])))
        number, comment, *atoms = text.rstrip("\n").split("\n")
        label = _in_one_line(row["label"]).replace('"', "'")
        yield from (number, f'{comment} label="{label}"', *atoms)


def _rows(catalogue: Catalogue, query: str) -> Iterator[dict[str, Any]]:
    for batch in catalogue.storage.batches(query, _ROWS_AT_ONCE):
        yield from batch.to_pylist()


def _in_one_line(text: str) -> str:
    return " ".join(text.split())
