"""Refinements from a TOML file: score, run, resume, status, report.

Floors, each importing only from below: ``scoring`` / ``setup`` / ``molecules | energy | config_file``.
"""

from carvsdb_refine.run.config_file import ConfigFile, read_config
from carvsdb_refine.run.scoring import score
from carvsdb_refine.run.setup import Setup, prepare

__all__ = ["ConfigFile", "Setup", "prepare", "read_config", "score"]
