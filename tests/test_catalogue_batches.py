"""Many entries and many files, from generators of any length: never more of them in memory than were asked for."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from catalogue_entries import census, entry_of, library_entry

import carvsdb_ingest
from carvsdb.catalogue import Catalogue, Entry
from carvsdb.catalogue.maintenance.checking import check_catalogue
from carvsdb.catalogue.questions.answer import Answer
from carvsdb.errors import InputError, LabelTakenError, MissingExtraError
from carvsdb_ingest.sources import source_named
from carvsdb_ingest.tasks.pipeline import ingest_collection, ingest_files


def test_adding_from_a_generator() -> None:
    with Catalogue.in_memory() as catalogue:
        behind: list[int] = []

        def entries() -> Iterator[Entry]:
            for number in range(50):
                behind.append(number - len(catalogue))
                yield entry_of(census("dia"), f"n{number}", content=str(number))

        report = catalogue.add(entries(), at_once=20)
        assert len(report.added) == len(catalogue) == 50
        assert max(behind) == 19
        again = catalogue.add(
            [entry_of(census("dia"), f"other{number}", content=str(number)) for number in (3, 3)], at_once=9
        )
        assert (again.added, again.unchanged, again.kept_as) == ((), ("n3", "n3"), {"other3": "n3"})
        twice = [library_entry("sod"), library_entry("sod")]
        assert catalogue.add(twice, at_once=9).added == catalogue.add(twice).unchanged[:1] == ("sod",)
        assert check_catalogue(catalogue.storage).problems == ()


def test_what_is_refused_takes_its_transaction_along() -> None:
    with Catalogue.in_memory() as catalogue:
        bad = [library_entry("dia"), library_entry("sod"), library_entry("lon", label="dia"), library_entry("pcu")]
        with pytest.raises(LabelTakenError):
            catalogue.add(bad, at_once=2)
        assert catalogue.list().table["label"].to_pylist() == ["dia", "sod"]
        with pytest.raises(InputError, match="1 or more"):
            catalogue.add([], at_once=0)


def test_screening_files_from_a_generator(tmp_path: Path) -> None:
    taken: list[int] = []

    def files() -> Iterator[Path]:
        for number in range(40):
            taken.append(number)
            path = tmp_path / f"n{number}.cgd"
            edges = "\n 1 1 1 0\n 1 1 0 1\n" if number % 5 else "\n 1 1 1 0 0\n 1 1 0 1 0\n 1 1 0 0 1\n"
            path.write_text("broken" if number == 7 else f"PERIODIC_GRAPH\nEDGES{edges}END\n# {number}\n")
            yield path

    with Catalogue.in_memory() as catalogue:
        ingest_collection(catalogue, source_named("exact-nets"))
        before = len(catalogue)
        answers = carvsdb_ingest.screen(files(), catalogue, at_once=8)
        first = next(answers)
        assert (first.num_rows, len(taken), len(catalogue)) == (8, 8, before)
        table = pa.Table.from_batches([first, *answers])
        assert len(taken) == table.num_rows == 40
        found = table.to_pylist()
        assert {row["nearest"] for row in found if row["status"] == "named"} == {"sql", "pcu"}
        assert "n7.cgd" in found[7]["cause"]

        stored = pa.Table.from_batches(carvsdb_ingest.screen(files(), catalogue, at_once=16, store=True)).to_pylist()
        # What was stored with the batches before is found by those after, but not with its own.
        assert [row["nearest"] for row in stored[:16]] == [row["nearest"] for row in found[:16]]
        assert len(catalogue) == before + 39
        failed = catalogue.query("SELECT input FROM attempt WHERE status = 'error'").rows()
        assert [Path(row["input"]).name for row in failed] == ["n7.cgd"]
        again = ingest_files(catalogue, sorted(tmp_path.iterdir()))
        assert (len(again.added), len(again.unchanged), len(again.rejected)) == (0, 39, 1)
        assert check_catalogue(catalogue.storage, sample=3).problems == ()


def test_one_call_away_from_data_frames() -> None:
    answer = Answer(pa.table({"label": ["dia"]}))
    for call, package in ((answer.df, "pandas"), (answer.pl, "polars")):
        try:
            frame = call()
        except MissingExtraError as error:
            assert f"pip install {package}" in str(error)  # noqa: PT017
        else:
            assert len(frame) == 1


def test_public_names() -> None:
    assert carvsdb_ingest.screen.__module__ == "carvsdb_ingest.tasks.screening"
    assert set(dir(carvsdb_ingest)) == set(carvsdb_ingest.__all__)
    with pytest.raises(AttributeError, match="no attribute 'sreen'"):
        carvsdb_ingest.sreen  # noqa: B018
