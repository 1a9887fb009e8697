"""The models, their JSON Schemas and their tables."""

import json
from pathlib import Path

import pyarrow as pa
import pytest
from pydantic import ValidationError
from release_cards import good_card

from carvsdb.rings import LARGEST_CUT_OFF
from carvsdb_schemas import columns, json_schemas, stored_columns
from carvsdb_schemas.arrow import arrow_schema
from carvsdb_schemas.card import DatasetCard
from carvsdb_schemas.tables import ALL_TABLES

FOLDER = Path(json_schemas.__file__).resolve().parents[1] / "json"


@pytest.mark.parametrize("name", json_schemas.MODELS)
def test_json_schema_is_the_model(name: str) -> None:
    stored = (FOLDER / f"{name}.schema.json").read_text(encoding="utf-8")
    assert stored == json_schemas.render(json_schemas.MODELS[name]), "run `python -m carvsdb_schemas`"


def test_no_json_schema_without_model() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {f"{name}.schema.json" for name in json_schemas.MODELS}


def test_the_stored_columns_are_those_of_the_models() -> None:
    columns = stored_columns.columns_of_the_models()
    assert list(columns) == [str(model.__tablename__) for model in ALL_TABLES]
    assert stored_columns.FILE.read_text(encoding="utf-8") == stored_columns.written(columns), (
        "run `python -m carvsdb_schemas`"
    )


def test_writing_json_schemas(tmp_path: Path) -> None:
    written = json_schemas.write_all(tmp_path / "new")
    assert [path.name for path in written] == [f"{name}.schema.json" for name in json_schemas.MODELS]
    assert json.loads(written[0].read_text(encoding="utf-8"))["$schema"].startswith("https://json-schema.org")


@pytest.mark.parametrize("model", ALL_TABLES)
def test_every_column_has_an_arrow_type(model: type) -> None:
    assert isinstance(arrow_schema(model), pa.Schema)


def test_vectors_hold_every_ring_size() -> None:
    assert columns.LARGEST_RING == LARGEST_CUT_OFF


def test_good_card() -> None:
    card = DatasetCard.model_validate(good_card())
    assert card.created.isoformat() == "2026-11-01"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "Reference Nets", "pattern"),
        ("version", "latest", "pattern"),
        ("description", "nets", "at least 20"),
        ("licence", "cc-by-4.0", "did you mean CC-BY-4.0"),
        ("licence", "CC BY 4.0", "did you mean CC-BY-4.0"),
        ("licence", "free for all", "SPDX"),
        ("authors", [], "at least 1"),
        ("authors", [{"name": "A", "orcid": "0000"}], "ORCID"),
        ("citation", {"text": "A", "doi": "https://doi.org/10.1021/x"}, "without https://"),
        ("sources", [{"collection": "RCSR"}], "Field required"),
        ("created", "yesterday", "date"),
        ("properties", {"carvs.sigma": {"unit": "", "description": "spread"}}, "at least 1"),
        ("colour", "red", "Extra inputs"),
    ],
)
def test_bad_card(field: str, value: object, sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        DatasetCard.model_validate({**good_card(), field: value})
