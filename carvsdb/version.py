"""The version of this code, as stored with every number that it makes."""

from importlib.metadata import version

VERSION: str = version("carvsdb")
