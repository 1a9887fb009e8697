"""Exports and releases of others: every file damaged or rewritten, its checksums made to fit.

What is taken in is in order; what is not ends with a sentence and exit 3 or 8, and nothing of it is stored.
"""

import random
import shutil
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from catalogue_entries import RCSR, amorphous_entry, chain_entry, library_entry
from release_cards import card_of

from carvsdb.atoms.histogram import Histogram
from carvsdb.atoms.structure import Structure
from carvsdb.catalogue import Catalogue, RefinementRun
from carvsdb.catalogue.maintenance import checksums
from carvsdb.catalogue.maintenance.checking import check_catalogue
from carvsdb.catalogue.maintenance.exporting import export
from carvsdb.catalogue.maintenance.importing import import_folders
from carvsdb.compare.embedding import EmbeddingOptions, fit_embedding
from carvsdb.errors import CarvsdbError
from carvsdb.releases import build_release, verify_release
from carvsdb.releases.formats import readme
from carvsdb.releases.formats.texts import TEXTS

FEW, MANY = 1, 200


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return an export and a release of one catalogue."""
    folder = tmp_path_factory.mktemp("hostile")
    atoms = Structure(("Si",), np.zeros((1, 3)), 5 * np.eye(3))
    histogram = Histogram("node-node distance", "Å", np.linspace(0, 1, 3), np.array([1, 2]))
    with Catalogue.in_memory() as catalogue:
        catalogue.add([library_entry(name, source=RCSR) for name in ("dia", "sod")])
        catalogue.add([amorphous_entry("glass", 1), chain_entry()])
        catalogue.add([library_entry("qtz", formula="O2Si", density=2.65, atoms=atoms, geometry=(histogram,))])
        catalogue.add_refinement(RefinementRun({"a": 1}, 1, ("0" * 64,), "1" * 64, {"chi2": 1.0}, ("x",), "qtz"))
        vectors = catalogue.normalised_vectors()
        catalogue.store_embedding(vectors, fit_embedding(vectors.matrix, EmbeddingOptions(method="pca")))
        export(catalogue.storage, folder / "tables")
        build_release(catalogue, card_of(), folder / "release")
    return folder / "tables", folder / "release"


def _flip(content: bytes, generator: random.Random) -> bytes:
    damaged = bytearray(content)
    for _ in range(generator.choice((1, 1, 4, 30))):
        damaged[generator.randrange(len(damaged))] ^= 1 << generator.randrange(8)
    return bytes(damaged)


def _flip_footer(content: bytes, generator: random.Random) -> bytes:
    start = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    return content[:start] + _flip(content[start:], generator)


def _cut(content: bytes, generator: random.Random) -> bytes:
    return content[: generator.randrange(len(content))]


def _repeat(content: bytes, generator: random.Random) -> bytes:
    start = generator.randrange(len(content))
    return content[:start] + content[start : start + generator.randrange(64)] + content[start:]


def _wild(value: Any, kind: pa.DataType, generator: random.Random) -> Any:
    """Return something else of the same Arrow type."""
    if pa.types.is_string(kind):
        texts = ("", "x", "[]", "{}", "null", '{"4": NaN}', '[{"key": 1}]', "[" * 300, "\x1b[2J", "9" * 5000, "é" * 99)
        return generator.choice(texts)
    if pa.types.is_integer(kind):
        return generator.choice((-1, 0, 2**31 - 1, -(2**31)))
    if pa.types.is_floating(kind):
        return generator.choice((float("nan"), float("inf"), -1.0, 1e300 if kind == pa.float64() else 1e30))
    if pa.types.is_boolean(kind):
        return not value
    if pa.types.is_binary(kind):
        return generator.choice((b"", b"abc", b"x\x9c"))
    if pa.types.is_list(kind):
        inner = value[0] if value else None
        return generator.choice(([], [None], [_wild(inner, kind.value_type, generator)] * generator.choice((1, 9, 32))))
    raise AssertionError(kind)


def rewritten(path: Path, generator: random.Random) -> None:
    """Change one cell, or the form of the table."""
    table = pq.read_table(path)
    column = generator.randrange(table.num_columns)
    field = table.schema.field(column)
    what = generator.choice(("cell", "cell", "cell", "null", "drop", "type", "rows", "dictionary", "name"))
    if not table.num_rows and what in ("cell", "null"):
        what = "name"
    if what in ("cell", "null"):
        values = table.column(column).to_pylist()
        row = generator.randrange(len(values))
        values[row] = None if what == "null" else _wild(values[row], field.type, generator)
        table = table.set_column(column, field.with_nullable(True), pa.array(values, field.type))
    elif what == "drop":
        table = table.drop_columns([field.name])
    elif what == "type":
        table = table.set_column(column, field.name, pa.array([b"\xff\xfe"] * table.num_rows, pa.binary()))
    elif what == "rows":
        table = pa.concat_tables([table, table])
    elif what == "dictionary":
        table = table.set_column(0, "id", pc.dictionary_encode(table.column(0)))
    else:
        table = table.rename_columns(["x" if name == field.name else name for name in table.column_names])
    pq.write_table(table, path)


BYTES = (_flip, _flip_footer, _cut, _repeat)


def attempts(
    folder: Path, number: int, scratch: Path, ask: Callable[[Path], None], left_out: Collection[str] = ()
) -> list[str]:
    """Damage each file of a folder so many times; return where something else than a sentence came of it.

    Tables are rewritten and damaged in turn, the first by one, the next by the other.
    """
    wrong = []
    for place, path in enumerate(
        sorted(path for path in folder.iterdir() if path.name not in {checksums.FILE, *left_out})
    ):
        for seed in range(number):
            generator = random.Random(f"{path.name} {seed}")
            copy = Path(shutil.copytree(folder, scratch / "copy"))
            if path.suffix == ".parquet" and (place + seed) % 2 == 0:
                rewritten(copy / path.name, generator)
            else:
                damaged = generator.choice(BYTES if path.suffix == ".parquet" else (_flip, _cut, _repeat))
                (copy / path.name).write_bytes(damaged(path.read_bytes(), generator))
            checksums.write(copy)
            try:
                ask(copy)
            except CarvsdbError as error:
                if error.exit_code not in (3, 7, 8):
                    wrong.append(f"{path.name}, seed {seed}: exit {error.exit_code}, {error}")
            except Exception as error:
                wrong.append(f"{path.name}, seed {seed}: {error!r}")
            shutil.rmtree(copy)
    return wrong


def taken_in(folder: Path) -> None:
    with Catalogue.in_memory() as catalogue:
        try:
            import_folders(catalogue.storage, [folder])
        except CarvsdbError:
            assert len(catalogue) == 0, "nothing of it is stored"
            raise
        problems = check_catalogue(catalogue.storage, sample=0).problems
        assert not problems, problems


@pytest.mark.parametrize("number", [FEW, pytest.param(MANY, marks=pytest.mark.slow)])
def test_exports(made: tuple[Path, Path], tmp_path: Path, number: int) -> None:
    assert attempts(made[0], number, tmp_path, taken_in) == []


@pytest.mark.parametrize("number", [FEW, pytest.param(MANY, marks=pytest.mark.slow)])
def test_releases(made: tuple[Path, Path], tmp_path: Path, number: int) -> None:
    # All these texts are held against their bytes, by the same line: one of them shows it.
    left_out = TEXTS.keys() - {readme.FILE} if number == FEW else ()
    assert attempts(made[1], number, tmp_path, lambda folder: print(verify_release(folder)), left_out) == []


def test_what_is_not_damaged_is_taken_in(made: tuple[Path, Path]) -> None:
    taken_in(made[0])
    assert verify_release(made[1]).rows["net"] == 5
