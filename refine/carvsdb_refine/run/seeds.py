"""Other configs from a config: one a seed, or with other means of moving atoms."""

import re
import tomllib
from dataclasses import replace
from hashlib import sha256

from pydantic import ValidationError

from carvsdb.errors import InputError
from carvsdb_refine.run.config_file import ConfigFile
from carvsdb_schemas.refinement import RefinementConfig


def seeds_of(file: ConfigFile, replicas: int | None = None) -> tuple[int, ...]:
    """Return the seeds of a config's models: its ``seeds``, or so many from its ``seed`` on; none for a single run.

    Raises
    ------
    InputError
        If both are asked for, or fewer than one.
    """
    run_table = file.config.run
    if replicas is None:
        return tuple(run_table.seeds)
    if run_table.seeds or replicas < 1:
        raise InputError("expected at least 1 replica, and no seeds in [run] beside them", path=file.path)
    return tuple(range(run_table.seed, run_table.seed + replicas))


def replica(file: ConfigFile, seed: int) -> ConfigFile:
    """Return the config of one model.

    Raises
    ------
    InputError
        If ``seeds`` stands in the file in a way that cannot be rewritten.
    """
    text = _with_seed(file.text, seed)
    table = file.config.run.model_dump(exclude_unset=True) | {"seed": seed}
    table.pop("seeds", None)
    config = file.config.model_copy(update={"run": type(file.config.run).model_validate(table)})
    try:
        rewritten = RefinementConfig.model_validate(tomllib.loads(text))
    except (ValueError, ValidationError):
        rewritten = None
    if rewritten != config:
        raise InputError("[run], 'seeds': expected a plain list such as seeds = [1, 2, 3] below [run]", path=file.path)
    digest = sha256(text.encode()).hexdigest()
    return replace(file, config=config, text=text, sha256=digest, output=file.outputs / f"seed-{seed}")


def as_dynamics(file: ConfigFile) -> ConfigFile:
    """Return the config of molecular dynamics of the same model, with a folder of its own.

    Raises
    ------
    InputError
        If there is no potential, or ``engine`` stands in the file in a way that cannot be rewritten.
    """
    if file.config.run.engine == "dynamics":
        return file
    text = _with_line(file.text, "engine", 'engine = "dynamics"')
    try:
        config = RefinementConfig.model_validate(tomllib.loads(text))
    except (ValueError, ValidationError) as error:
        if file.config.potential is None or file.config.potential.kind == "none":
            raise InputError("molecular dynamics needs forces; expected a [potential]", path=file.path) from None
        raise InputError("[run], 'engine': expected engine = \"dynamics\" below [run]", path=file.path) from error
    digest = sha256(text.encode()).hexdigest()
    folder = file.outputs if file.output is not None else file.outputs.with_name(f"{file.outputs.name}-dynamics")
    return replace(file, config=config, text=text, sha256=digest, output=folder)


def _with_seed(text: str, seed: int) -> str:
    r"""Return the text of a config with one seed in place of what it says.

    Examples
    --------
    >>> _with_seed("[run]\nmoves = 9\nseeds = [1, 2]", 2)
    '[run]\nmoves = 9\nseed = 2'
    """
    return _with_line(text, "seeds?", f"seed = {seed}")


def _with_line(text: str, key: str, line: str) -> str:
    """Return the text of a config with a line in place of one whose key matches, else below ``[run]``."""
    found, number = re.subn(rf"(?m)^[ \t]*{key}[ \t]*=[ \t]*(\[[^\]]*\]|[0-9_]+|\"[^\"\n]*\")", line, text)
    if number:
        return found
    found, number = re.subn(r"(?m)^([ \t]*\[run\][^\n]*)$", rf"\1\n{line}", text)
    return found if number else f"{text}\n[run]\n{line}\n"
