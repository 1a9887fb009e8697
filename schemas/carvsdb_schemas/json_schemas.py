"""The JSON Schemas of all models, made from the models."""

import json
from pathlib import Path

from pydantic import BaseModel

from carvsdb_schemas.answers import (
    ContainingAnswer,
    DistanceAnswer,
    DistinctNet,
    DuplicateGroup,
    EnvironmentsAnswer,
    ErrorAnswer,
    IngestAnswer,
    ListItem,
    RemovalAnswer,
    ShowAnswer,
    SimilarAnswer,
    SortsAnswer,
)
from carvsdb_schemas.card import DatasetCard
from carvsdb_schemas.description import Description
from carvsdb_schemas.frame import FrameDescription
from carvsdb_schemas.learning_answers import FitAnswer, GammaAnswer
from carvsdb_schemas.lineage import LineageAnswer
from carvsdb_schemas.manifest import ReleaseManifest
from carvsdb_schemas.map_answers import ClustersAnswer, MapAnswer, ProjectAnswer
from carvsdb_schemas.net_document import NetDocument
from carvsdb_schemas.refinement import RefinementConfig
from carvsdb_schemas.refinement_answers import (
    BackmapAnswer,
    BundleAnswer,
    CalculateAnswer,
    InitAnswer,
    LabelAnswer,
    LearnAnswer,
    ReplicasAnswer,
    ReportAnswer,
    RunAnswer,
    ScoreAnswer,
    StartModelAnswer,
    StatusAnswer,
    StatusesAnswer,
)

MODELS: dict[str, type[BaseModel]] = {
    "containing": ContainingAnswer,
    "description": Description,
    "distance": DistanceAnswer,
    "distinct-net": DistinctNet,
    "duplicate-group": DuplicateGroup,
    "environments": EnvironmentsAnswer,
    "error": ErrorAnswer,
    "frame": FrameDescription,
    "ingest": IngestAnswer,
    "lineage": LineageAnswer,
    "list-item": ListItem,
    "map": MapAnswer,
    "map-clusters": ClustersAnswer,
    "map-projected": ProjectAnswer,
    "net": NetDocument,
    "refinement": RefinementConfig,
    "refinement-backmap": BackmapAnswer,
    "refinement-bundle": BundleAnswer,
    "refinement-calculate": CalculateAnswer,
    "refinement-fit": FitAnswer,
    "refinement-gamma": GammaAnswer,
    "refinement-init": InitAnswer,
    "refinement-pack": StartModelAnswer,
    "refinement-replicas": ReplicasAnswer,
    "refinement-labels": LabelAnswer,
    "refinement-learned": LearnAnswer,
    "refinement-report": ReportAnswer,
    "refinement-run": RunAnswer,
    "refinement-score": ScoreAnswer,
    "refinement-status": StatusAnswer,
    "refinement-statuses": StatusesAnswer,
    "removal": RemovalAnswer,
    "show": ShowAnswer,
    "similar": SimilarAnswer,
    "sorts": SortsAnswer,
    "dataset-card": DatasetCard,
    "release-manifest": ReleaseManifest,
}
"""By the name of their file in ``schemas/json/``."""


def render(model: type[BaseModel]) -> str:
    """Return the JSON Schema of a model as text, keys in a fixed order."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema()}
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def write_all(folder: Path) -> list[Path]:
    """Write ``NAME.schema.json`` for each model and return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, model in MODELS.items():
        path = folder / f"{name}.schema.json"
        path.write_text(render(model), encoding="utf-8")
        written.append(path)
    return written
