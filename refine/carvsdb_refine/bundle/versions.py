"""What calculated: the versions of the packages, and the machine."""

import platform
import re
from importlib.metadata import PackageNotFoundError, packages_distributions, requires, version
from typing import Any

from carvsdb.version import VERSION


def versions(calculator: str | None = None) -> dict[str, str]:
    """Return the versions of carvsdb, of what it needs, and of the package of an ASE calculator, by name."""
    names = [re.split(r"[^\w.-]", one)[0] for one in requires("carvsdb") or () if "extra ==" not in one]
    if calculator and ":" in calculator:
        names += packages_distributions().get(calculator.partition(".")[0].partition(":")[0], [])
    found = {"carvsdb": VERSION}
    for name in sorted(set(names)):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def machine() -> dict[str, Any]:
    """Return on what the bundle was made: sums of floats differ in their last digits between processors."""
    return {"python": platform.python_version(), "system": platform.system(), "processor": platform.machine()}


def requirements(known: dict[str, str]) -> str:
    """Return the versions as pip reads them."""
    return "".join(f"{name}=={number}\n" for name, number in known.items())
