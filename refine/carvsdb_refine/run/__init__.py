"""Refinements from a TOML file: score, run, resume, status.

Floors, each importing only from below: ``runner | into_catalogue`` / ``status | scoring`` / ``assemble`` /
``setup | net_of_model`` / ``config_file | molecules`` / ``folder`` /
``checkpoint | trace | result | schedule | progress``.
"""

from carvsdb_refine.run.config_file import ConfigFile, read_config
from carvsdb_refine.run.progress import Observation, Progress
from carvsdb_refine.run.runner import Hooks, check_place, resume, run
from carvsdb_refine.run.scoring import score
from carvsdb_refine.run.setup import Setup, prepare
from carvsdb_refine.run.status import status

__all__ = [
    "ConfigFile",
    "Hooks",
    "Observation",
    "Progress",
    "Setup",
    "check_place",
    "prepare",
    "read_config",
    "resume",
    "run",
    "score",
    "status",
]
