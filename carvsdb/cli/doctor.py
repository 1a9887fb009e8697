"""`carvsdb doctor`: what this installation is, for a report of a failure, and what of it will not work."""

import os
import platform
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from carvsdb.cli.output import answer_json, table
from carvsdb.errors import VerificationError


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Show versions, folder of compiled code, threads and extras; end with 8 if a dependency is missing."""
    from carvsdb.kernel_cache import locate
    from carvsdb.usable_cores import usable_cores
    from carvsdb.version import VERSION

    threads = {name: os.environ[name] for name in ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS") if name in os.environ}
    packages = dict(_required())
    extras = dict(_extras())
    cache = locate(Path(__file__).parents[1])
    answer = {
        "carvsdb": VERSION,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cores": usable_cores(),
        "threads": threads,
        "kernel_cache": str(cache) if isinstance(cache, Path) else None,
        "kernel_cache_missing": None if isinstance(cache, Path) else cache,
        "packages": packages,
        "extras": extras,
    }
    if as_json:
        answer_json(answer)
    else:
        set_by_hand = "".join(f", {name}={value}" for name, value in threads.items())
        rows = [
            ["carvsdb", VERSION],
            ["Python", f"{answer['python']} ({sys.executable})"],
            ["system", str(answer["system"])],
            ["cores", f"{answer['cores']}{set_by_hand}"],
            ["compiled code", str(cache) if isinstance(cache, Path) else f"is not kept: {cache}"],
            *([name, version or "is missing"] for name, version in packages.items()),
            *([f"extra {name}", version or f'no: pip install "carvsdb[{name}]"'] for name, version in extras.items()),
        ]
        print(table(rows, ["what", "here"]))
    missing = [name for name, version in packages.items() if version is None]
    if missing:
        raise VerificationError(f"{', '.join(missing)} cannot be used", hint="pip install --force-reinstall carvsdb")


def _required() -> Iterator[tuple[str, str | None]]:
    """Give the version of each package that carvsdb requires; None for one that is not there."""
    yield from ((name, _version(name)) for name, _, extra in _requirements("carvsdb") if extra is None)


def _extras() -> Iterator[tuple[str, str | None]]:
    """Give the versions of the packages of each extra; None where any of them, or of what they need, is missing."""
    packages: dict[str, list[str]] = {}
    needed: dict[str, list[str]] = {}
    for name, parts, extra in _requirements("carvsdb"):
        if extra is not None and name != "carvsdb":  # as in `all`, which is made of others
            packages.setdefault(extra, []).append(name)
            needed.setdefault(extra, []).extend(inner for inner, _, part in _requirements(name) if part in parts)
    for extra, names in sorted(packages.items()):
        found = {name: _version(name) for name in (*names, *needed[extra])}
        yield extra, None if None in found.values() else ", ".join(f"{name} {found[name]}" for name in names)


def _requirements(package: str) -> Iterator[tuple[str, list[str], str | None]]:
    """Give the name of each package that a package asks for, the extras of it, and the extra that asks for it."""
    from importlib import metadata

    try:
        lines = metadata.requires(package) or []
    except metadata.PackageNotFoundError:
        return
    for line in lines:
        requirement, _, marker = line.partition(";")
        name, _, parts = re.split(r"[<>=!~ (]", requirement, maxsplit=1)[0].partition("[")
        extra = re.search(r"""extra == ['"]([^'"]+)""", marker)
        yield name, re.findall(r"[^,\]]+", parts), extra[1] if extra else None


def _version(package: str) -> str | None:
    from importlib import metadata

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
