"""Reading the TOML file of a refinement."""

import difflib
import hashlib
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from carvsdb.errors import InputError
from carvsdb.regular_file import LARGEST_TEXT
from carvsdb_ingest.files.text_file import TextFile
from carvsdb_ingest.writers.models import is_written
from carvsdb_refine.run.folder import check_model_name
from carvsdb_schemas.refinement import RefinementConfig

Tables = TypeVar("Tables", bound=BaseModel)
# Tables that stand in double brackets; in messages their entries count from 1.
_ARRAYS = {"data", "schedule", "coordination", "angles", "fractions", "stretch", "bend"}
_PATTERNS = {
    r"^[^\x00-\x1f\x7f]{1,1000}$": "a file name without control characters",
    r"^[1-9][0-9]*$": "a number such as 1",
    r"^[A-Z][a-z]?$": "a chemical symbol",
    r"^[0-9]*[A-Z][a-z]?$": "an element or isotope such as H or 2H",
    r"^[A-Z][a-z]?[1-9]?[+-]$": "an ion such as O2-",
    r"^[A-Z][a-z]?-[A-Z][a-z]?$": "a pair of elements such as Si-O",
    r"^[A-Z][a-z]?-[A-Z][a-z]?-[A-Z][a-z]?$": "three elements such as O-Si-O",
}


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A refinement as it was written down.

    Attributes
    ----------
    path : Path
        The TOML file.
    config : RefinementConfig
        What it says.
    text : str
        Its text, kept with the run.
    sha256 : str
        Of its bytes, in hex.
    output : Path or None
        The folder of the results, where it was named on the command line.
    """

    path: Path
    config: RefinementConfig
    text: str
    sha256: str
    output: Path | None = None

    def resolve(self, name: str) -> Path:
        """Return a file that the config names, relative to the config's own folder."""
        return self.path.parent / name

    @property
    def model_name(self) -> str:
        """What the last model is called in the run's folder: with the start's ending, if such files are written."""
        name = f"model{Path(self.config.start.model).suffix}"
        return self.config.outputs.model or (name if is_written(name) else "model.xyz")

    @property
    def outputs(self) -> Path:
        """The folder of the results: below the config's own, unless the command line named another.

        Raises
        ------
        InputError
            If the config names a folder that is not below its own, be it through ``..`` or links.
        """
        if self.output is not None:
            return self.output
        named = self.config.outputs.folder
        folder = self.resolve(self.path.stem if named is None else named)
        home = os.path.realpath(self.path.parent)
        place = os.path.realpath(folder)
        if place == home or os.path.commonpath([home, place]) != home:
            raise InputError(
                f"[outputs], 'folder': {str(named or self.path.stem)!r} does not lie below the config's own folder; a "
                "config writes only there",
                path=self.path,
                hint="name a folder below it, or another one on the command line with -o",
            )
        return folder


def read_config(path: str | Path, output: Path | None = None) -> ConfigFile:
    """Read the TOML file of a refinement.

    Parameters
    ----------
    path : str or Path
        The file.
    output : Path, optional
        The folder of the results, in place of what the file says.

    Raises
    ------
    InputError
        In one sentence: file, table, key, what was expected and what was found.
    """
    return parse_config("\n".join(TextFile.load(path, largest=LARGEST_TEXT).lines), path, output)


def read_tables(path: str | Path, kind: type[Tables]) -> Tables:
    """Read a TOML file of another kind than a refinement's; errors as of `read_config`."""
    return check_tables(read_toml(path), path, kind)


def read_toml(path: str | Path) -> dict[str, Any]:
    """Read a TOML file of any kind; errors as of `read_config`."""
    return _parsed(TextFile.load(path, largest=LARGEST_TEXT).text, path)


def _parsed(text: str, path: str | Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # besides errors of TOML: dates that are none, endless nesting
        raise InputError(f"is no TOML: {_lowered(' '.join(str(error).split()))[:200]}", path=path) from None


def check_tables(content: dict[str, Any], path: str | Path, kind: type[Tables]) -> Tables:
    """Return the tables of a file as what they are to be; errors as of `read_config`."""
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        raise InputError(_sentence(error, content, kind), path=path) from None


def parse_config(text: str, path: str | Path, output: Path | None = None) -> ConfigFile:
    """Return what a text says that stands, or is to stand, in a file; parameters and errors as of `read_config`."""
    config = check_tables(_parsed(text, path), path, RefinementConfig)
    read = ConfigFile(Path(path), config, text, hashlib.sha256(text.encode()).hexdigest(), output)
    _ = read.outputs
    if config.outputs.model is not None:
        check_model_name(config.outputs.model, read.path)
    return read


def _sentence(error: ValidationError, content: dict[str, Any], kind: type[BaseModel]) -> str:
    """Say the first thing that is wrong."""
    details = error.errors(include_url=False, include_context=True)
    first = details[0]
    path = _known_path(first["loc"], content)
    missing = first["type"] == "missing"
    if missing:
        path = path[: len(first["loc"]) - 1]
    where = _table(path)
    what = f"{where}, {key!r}" if (key := _key(path)) else where
    if first["type"] in ("union_tag_invalid", "union_tag_not_found"):
        context = first["ctx"]
        if "tag" not in context:
            return f"{where} needs the key 'kind'"
        kinds = context["expected_tags"].replace("', '", "' or '")
        return f"{where}, 'kind': expected {kinds}, got {context['tag']!r}"
    if missing:
        return f"{what} needs the key {first['loc'][-1]!r}"
    if first["type"] == "extra_forbidden":
        return _unknown(path, where, content, kind)
    if first["type"] == "value_error":
        message = str(first["ctx"]["error"])
        return message if path == () else f"{where}: {message}"
    # A value that fits none of several types has one error for each of them, at places below its own.
    about = [item for item in details if _known_path(item["loc"], content) == path]
    expected = " or ".join(dict.fromkeys(_expected(item) for item in about))
    shown = repr(first["input"])
    return f"{what}: expected {expected}, got {shown if len(shown) < 80 else shown[:77] + '...'}"


def _expected(item: Any) -> str:
    """Say what a value should have been."""
    context = item.get("ctx", {})
    texts = {
        "string_pattern_mismatch": _PATTERNS.get(context.get("pattern", ""), "another name"),
        "greater_than": f"a number above {context.get('gt', 0):g}",
        "greater_than_equal": f"a number of at least {context.get('ge', 0):g}",
        "less_than": f"a number below {context.get('lt', 0):g}",
        "less_than_equal": f"a number of at most {context.get('le', 0):g}",
        "float_type": "a number",
        "int_type": "a whole number",
        "int_from_float": "a whole number",
        "string_type": "a text",
        "bool_type": "true or false",
        "list_type": "a list",
        "dict_type": "a table",
        "model_type": "a table",
        "too_short": f"a list of {context.get('min_length')}",
        "too_long": f"a list of {context.get('max_length')}",
    }
    return texts.get(item["type"], _lowered(str(item["msg"]).removeprefix("Input should be ")))


def _key(path: tuple[int | str, ...]) -> str:
    """Return what of a path lies below its table, such as ``hard_spheres.Zn-N``."""
    names = [part for part in path if isinstance(part, str)]
    depth = next((depth for depth in (2, 1) if names[depth - 1 : depth] and names[depth - 1] in _ARRAYS), 1)
    return ".".join(names[depth:])


def _known_path(loc: tuple[int | str, ...], content: Any) -> tuple[int | str, ...]:
    """Return the part of a location that is in the file: the rest names types that were tried."""
    path: list[int | str] = []
    for part in loc:
        if isinstance(content, dict) and part == content.get("kind") and part not in content:
            continue  # the kind of a table that can be one of several
        in_table = isinstance(content, dict) and part in content
        in_list = isinstance(content, list) and isinstance(part, int) and part < len(content)
        if not (in_table or in_list):
            break
        content = content[part]
        path.append(part)
    return tuple(path)


def _table(path: tuple[int | str, ...]) -> str:
    """Return the table of a path as it stands in the file, such as ``[[data]] 2``."""
    tables: list[str] = []
    number: int | None = None
    double = False
    for index, part in enumerate(path):
        if isinstance(part, int):
            if tables and tables[-1] in _ARRAYS:
                number = part + 1
            continue
        is_last = index == len(path) - 1
        if is_last and tables and part not in _ARRAYS:
            break
        tables.append(part)
        double = part in _ARRAYS
        if len(tables) == 2 and not double:
            tables.pop()
            break
    name = ".".join(tables)
    if not name:
        return "the file"
    double = tables[-1] in _ARRAYS
    return f"[[{name}]] {number}" if double and number is not None else f"[[{name}]]" if double else f"[{name}]"


def _unknown(path: tuple[int | str, ...], where: str, content: Any, kind: type[BaseModel]) -> str:
    key = str(path[-1])
    model: type[BaseModel] | None = kind
    for part in path[:-1]:
        content = content[part]
        if model is not None and part in model.model_fields:
            model = _model_of(model.model_fields[str(part)].annotation, content)
    known = list(model.model_fields) if model is not None else []
    if len(path) == 1:
        where = "a refinement" if kind is RefinementConfig else "the file"
    if len(path) == 1 and kind is RefinementConfig and key == "learn":
        return "a refinement has no key 'learn': this config is one of `carvsdb refine learn`"
    elsewhere = _tables_with(key, kind)
    if len(path) > 1 and elsewhere:
        return f"{where} has no key {key!r}; it belongs to {' or '.join(elsewhere)}"
    near = difflib.get_close_matches(key, known, 1)
    return f"{where} has no key {key!r}" + (f"; did you mean {near[0]!r}?" if near else f"; it has {', '.join(known)}")


def _tables_with(key: str, kind: type[BaseModel]) -> list[str]:
    """Return the tables of a config that have a key."""
    tables = ((name, _model_of(field.annotation, None)) for name, field in kind.model_fields.items())
    with_key = [name for name, model in tables if model is not None and key in model.model_fields]
    return [f"[[{name}]]" if name in _ARRAYS else f"[{name}]" for name in with_key]


def _model_of(annotation: Any, content: Any) -> type[BaseModel] | None:
    """Return the model within a list, a mapping or an optional; of several kinds the one that the content is."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        kinds = getattr(annotation.model_fields.get("kind"), "annotation", None)
        kind = content.get("kind") if isinstance(content, dict) else None
        return annotation if kind is None or kinds is None or kind in get_args(kinds) else None
    for part in getattr(annotation, "__args__", ()):
        found = _model_of(part, content)
        if found is not None:
            return found
    return None


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]
