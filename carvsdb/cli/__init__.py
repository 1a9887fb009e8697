"""The command line: one file per noun, in front of the library."""

import gc
import os
from importlib import import_module
from typing import Any

# Modules, bonds and nets are hundreds of thousands of small tuples in no cycle: looking for cycles after each 700 new
# ones takes a fifth of the time of a command.
gc.set_threshold(200_000, 20, 50)

# Pydantic looks for plugins among all packages that are installed before it makes its first model.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")


def loaded(module: str) -> Any:
    """Return a module of this folder, loaded when its command is typed."""
    return import_module(f"carvsdb.cli.{module}")
