"""Refinements from a TOML file: score, run, resume, status; several models at once.

Floors, each importing only from below: ``replicas`` / ``runner | into_catalogue`` / ``lineage`` /
``standing | scoring | curve_files | engines | watch`` / ``molecular`` / ``assemble | evaluation | doubts`` /
``kept_evaluations`` / ``setup | net_of_model`` / ``place | seeds`` / ``config_file | molecules`` / ``folder`` /
``checkpoint`` / ``sealed_arrays | trace | result | schedule | progress | timing | column_files | model_curves``.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from carvsdb_refine.run.config_file import ConfigFile, read_config
    from carvsdb_refine.run.curve_files import write_start_curves
    from carvsdb_refine.run.evaluation import Evaluation, evaluate
    from carvsdb_refine.run.model_curves import ModelCurves, Points, calculate_scattering
    from carvsdb_refine.run.place import check_folder
    from carvsdb_refine.run.progress import Observation, Progress
    from carvsdb_refine.run.replicas import run_replicas
    from carvsdb_refine.run.runner import Hooks, check_place, resume, run
    from carvsdb_refine.run.scoring import score
    from carvsdb_refine.run.seeds import as_dynamics, replica, seeds_of
    from carvsdb_refine.run.setup import Setup, prepare
    from carvsdb_refine.run.standing import runs_in, status

__all__ = [
    "ConfigFile",
    "Evaluation",
    "Hooks",
    "ModelCurves",
    "Observation",
    "Points",
    "Progress",
    "Setup",
    "as_dynamics",
    "calculate_scattering",
    "check_folder",
    "check_place",
    "evaluate",
    "prepare",
    "read_config",
    "replica",
    "resume",
    "run",
    "run_replicas",
    "runs_in",
    "score",
    "seeds_of",
    "status",
    "write_start_curves",
]

# Where each name is: imported when it is asked for, so that a refusal does not wait for all that a run needs.
_HOMES = {
    "ConfigFile": "config_file",
    "Evaluation": "evaluation",
    "Hooks": "runner",
    "ModelCurves": "model_curves",
    "Observation": "progress",
    "Points": "model_curves",
    "Progress": "progress",
    "Setup": "setup",
    "as_dynamics": "seeds",
    "calculate_scattering": "model_curves",
    "check_folder": "place",
    "check_place": "runner",
    "evaluate": "evaluation",
    "prepare": "setup",
    "read_config": "config_file",
    "replica": "seeds",
    "resume": "runner",
    "run": "runner",
    "run_replicas": "replicas",
    "runs_in": "standing",
    "score": "scoring",
    "seeds_of": "seeds",
    "status": "standing",
    "write_start_curves": "curve_files",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
