"""Serving a release by OPTIMADE, from this machine and without a network."""

import json
import os
import socket
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from carvsdb.catalogue.records.laws import UNREADABLE
from carvsdb.errors import InputError, RefusedError
from carvsdb.optional_packages import load_optional
from carvsdb.regular_file import LARGEST_TABLE, open_regular
from carvsdb.releases.formats.facts import OPTIMADE
from carvsdb.releases.formats.optimade_lines import PREFIX, PROPERTIES
from carvsdb.releases.verify import checked_files
from carvsdb.version import VERSION
from carvsdb_schemas.card import DatasetCard

_EXTRA = '"carvsdb[optimade]"'


def serve_release(
    folder: str | Path, host: str, port: int, ready: Callable[[str], None] = lambda address: None
) -> None:
    """Answer OPTIMADE queries until the process is interrupted.

    Parameters
    ----------
    folder : str or Path
        A release with ``optimade.jsonl``.
    host : str
        Which address to listen at; ``127.0.0.1`` is this machine only.
    port : int
    ready : callable
        Is told the address just before the server starts.

    Raises
    ------
    MissingExtraError
        If the extra `optimade` is not installed.
    InputError
        If the release has no such file, or one that cannot be served.
    RefusedError
        If the port is taken.
    """
    uvicorn = load_optional("uvicorn", _EXTRA, "`release serve`")
    load_optional("optimade", _EXTRA, "`release serve`")
    release = checked_files(folder)
    if OPTIMADE not in release.manifest.parts:
        raise InputError(f"has no {OPTIMADE}", path=folder, hint="build it with `release build --nets`")
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError as error:
            raise RefusedError(
                f"cannot listen at {host}:{port} ({error.strerror or error})", hint="choose another --port"
            ) from error
    with tempfile.TemporaryDirectory() as scratch:
        app = _application(Path(folder) / OPTIMADE, release.card, Path(scratch))
        ready(f"http://{host}:{port}/v1/structures")
        # Not by `uvicorn.run`, which takes Ctrl-C for a good end.
        uvicorn.Server(uvicorn.Config(app, host=host, port=port, log_level="warning")).run()


def _application(lines: Path, card: DatasetCard, scratch: Path) -> Any:
    # The server reads a file of settings wherever it is told to; its loader knows our properties without their prefix.
    settings, plain = scratch / "settings.json", scratch / "plain.jsonl"
    settings.write_text("{}", encoding="utf-8")
    os.environ["OPTIMADE_CONFIG_FILE"] = str(settings)
    with plain.open("w", encoding="utf-8") as target:
        for entry in _entries(lines):
            if "attributes" in entry:
                attributes = entry["attributes"]
                entry["attributes"] = {name.removeprefix(f"_{PREFIX}_"): value for name, value in attributes.items()}
            target.write(json.dumps(entry) + "\n")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        config = load_optional("optimade.server.config", _EXTRA).ServerConfig(
            insert_from_jsonl=str(plain),
            insert_test_data=False,
            log_level="error",
            log_dir=str(scratch / "logs"),
            provider={
                "prefix": PREFIX,
                "name": card.title,
                "description": card.description,
                "homepage": card.url or "https://github.com/carvsdb/carvsdb",
            },
            implementation={"name": "carvsdb", "version": VERSION},
            provider_fields={
                "structures": [
                    {"name": name, "type": kind, "description": what} for name, (kind, what) in PROPERTIES.items()
                ]
            },
        )
        try:
            return load_optional("optimade.server.create_app", _EXTRA).create_app(config)
        except (*UNREADABLE, RuntimeError) as error:  # whatever its loader meets in lines that are not as ours
            cause = " ".join(str(error).split())[:200]
            raise InputError(f"cannot be served: {cause or type(error).__name__}", path=lines) from error


def _entries(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines of a file that somebody else may have made."""
    with open_regular(path, LARGEST_TABLE) as source:
        for number, line in enumerate(source, 1):
            try:
                entry = json.loads(line.decode("utf-8"))
            except (ValueError, RecursionError) as error:
                raise InputError("is no JSON in UTF-8", path=path, line=number) from error
            if not isinstance(entry, dict) or not isinstance(entry.get("attributes", {}), dict):
                raise InputError("expected an object, with an object of attributes", path=path, line=number)
            yield entry
