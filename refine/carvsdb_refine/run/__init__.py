"""Refinements from a TOML file: score, run, resume, status; several models at once.

Floors, each importing only from below: ``replicas`` / ``runner | into_catalogue`` /
``status | scoring | curve_files`` / ``assemble | evaluation | doubts`` / ``setup | net_of_model`` /
``config_file | molecules`` / ``folder`` /
``checkpoint | trace | result | schedule | progress | timing | column_files``.
"""

from carvsdb_refine.run.config_file import ConfigFile, read_config
from carvsdb_refine.run.curve_files import write_start_curves
from carvsdb_refine.run.evaluation import Evaluation, evaluate
from carvsdb_refine.run.progress import Observation, Progress
from carvsdb_refine.run.replicas import replica, run_replicas, seeds_of
from carvsdb_refine.run.runner import Hooks, check_folder, check_place, resume, run
from carvsdb_refine.run.scoring import score
from carvsdb_refine.run.setup import Setup, prepare
from carvsdb_refine.run.status import runs_in, status

__all__ = [
    "ConfigFile",
    "Evaluation",
    "Hooks",
    "Observation",
    "Progress",
    "Setup",
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
