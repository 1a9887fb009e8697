"""Packages that need not be installed, loaded where they are asked for."""

from importlib import import_module
from typing import Any

from carvsdb.errors import MissingExtraError


def load_optional(module: str, install: str, purpose: str = "this") -> Any:
    """Import a module of a package that may be missing.

    Parameters
    ----------
    module : str
    install : str
        What pip is to install.
    purpose : str
        What needs it, as the sentence says it.

    Raises
    ------
    MissingExtraError
        If it is not installed.

    Examples
    --------
    >>> load_optional("no_package", "no-package", "a doctest")
    Traceback (most recent call last):
        ...
    carvsdb.errors.MissingExtraError: a doctest needs no_package, which is not installed; pip install no-package
    """
    try:
        return import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise MissingExtraError(
            f"{purpose} needs {package}, which is not installed", hint=f"pip install {install}"
        ) from error
