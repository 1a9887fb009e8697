"""The beginning of a refinement: a TOML file from what a model and its curves say.

Floors, each importing only from below: ``first_config`` / ``config_text`` / ``curves | spheres | pieces`` /
``evidence``.
"""

from carvsdb_refine.beginning.first_config import FirstConfig, first_config

__all__ = ["FirstConfig", "first_config"]
