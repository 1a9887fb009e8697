"""Options that several commands share."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from carvsdb.topology.names_file import NamesFile
    from carvsdb_ingest.analysis.item import ReadOptions
    from carvsdb_ingest.bonds import BondOptions

DEFAULT_DB = "carvsdb.duckdb"
NODE_ONLY = "node-only"
DEFAULT_NAMES = "carvsdb-names.tsv"


class RingKind(StrEnum):
    """What is searched."""

    ring = "ring"
    strong = "strong"


Db = Annotated[str, typer.Option("--db", envvar="CARVSDB_DB", metavar="PATH", help="The catalogue.")]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
CutOffOrAuto = Annotated[
    str,
    typer.Option("--max-ring-size", metavar="N|auto", help="Search rings of up to N nodes (3-32), or till complete."),
]
Rings = Annotated[
    RingKind, typer.Option("--rings", help="Rings, or strong rings: no sum of any number of smaller cycles.")
]
MaxRings = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, help="End the search of a net with more ring classes (2,000,000, or 50 a node)."),
]
NodeOnly = Annotated[
    bool, typer.Option("--node-only", help="Replace linkers by edges (one on three nodes makes a false 3-ring).")
]
NodeTypes = Annotated[str | None, typer.Option(metavar="TYPES", help="LAMMPS atom types that are nodes: 2 or 2,3.")]
LinkerTypes = Annotated[str | None, typer.Option(metavar="TYPES", help="LAMMPS atom types that are linkers.")]
Names = Annotated[
    str | None, typer.Option("--names", envvar="CARVSDB_NAMES", metavar="FILE", help="Names of your own.")
]
Types = Annotated[
    str | None,
    typer.Option(
        "--types",
        metavar="TYPES",
        help="Elements of LAMMPS atom types: 1=C,2=H,3=N,4=Zn, or a LAMMPS data file whose masses say them.",
    ),
]
CellSaid = Annotated[
    str | None,
    typer.Option(
        "--cell",
        metavar="A,B,C[,ALPHA,BETA,GAMMA]",
        help="Cell (Å, degrees) of xyz frames that say none, as of CP2K, VMD and LAMMPS.",
    ),
]
InputFormat = Annotated[
    str | None,
    typer.Option("--input-format", metavar="SUFFIX", help="What standard input is: cif, xyz, ..."),
]

BondRules = Annotated[
    list[str] | None,
    typer.Option(
        "--bonds",
        metavar="RULE",
        help="Cut-off in Å of a pair, Zn-N=2.5; tolerance=0.4; metal-metal; hydrogen (hydrogen bonds too); search "
        "(not the file's bonds). Repeatable.",
    ),
]
Clusterings = Annotated[
    list[str] | None,
    typer.Option(
        "--clustering",
        metavar="NAME",
        help="single-node, all-node, standard, pem, pe, pe-shortest, metalloligand, organic, atoms, node-linker or "
        "node-only; `all` for the first seven; by default what suits. Several: with commas, or again and again.",
    ),
]
TimeLimit = Annotated[
    float | None,
    typer.Option(metavar="SECONDS", help="Give a file up after so long (120 for nets, 300 else)."),
]
MaxInputSize = Annotated[
    str, typer.Option(metavar="SIZE", help="Bytes that a file, or one of an archive, may have, expanded.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Reject what is doubtful: degrees that do not match, symmetry.")]
Verbose = Annotated[bool, typer.Option("--verbose", help="Say all sentences about single inputs.")]
AllowCalculator = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-calculator", metavar="MODULE:CLASS", help="Run the code of this ASE calculator if the config names it."
    ),
]
Seed = Annotated[int, typer.Option(min=0, help="Seed of all random draws.")]


def read_options(
    node_types: str | None = None,
    linker_types: str | None = None,
    strict: bool = False,
    types: str | None = None,
    bonds: list[str] | None = None,
    clusterings: list[str] | None = None,
    cell: str | None = None,
) -> "ReadOptions":
    """Make the options of the readers from what was typed."""
    from carvsdb_ingest.analysis.item import ReadOptions

    # Without linkers is a way of looking at the net with linkers.
    structural = ["node-linker" if name == NODE_ONLY else name for name in clusterings_named(clusterings or [])]
    return ReadOptions(
        node_types=_types("--node-types", node_types),
        linker_types=_types("--linker-types", linker_types),
        strict=strict,
        elements=elements_of_types(types),
        cell=_cell(cell),
        bonds=_bonds(bonds or []),
        clusterings=tuple(dict.fromkeys(structural)),
    )


def _cell(text: str | None) -> tuple[float, ...]:
    """Return the numbers of a cell that was typed."""
    from carvsdb.errors import InputError
    from carvsdb_ingest.readers.item import FileOptions

    if text is None:
        return ()
    try:
        return FileOptions(cell=tuple(float(word) for word in text.replace(",", " ").split())).cell
    except (ValueError, InputError) as error:
        raise typer.BadParameter(
            f"expected three lengths, or lengths and angles: {error}", param_hint="--cell"
        ) from None


def clusterings_named(names: list[str]) -> list[str]:
    """Return the clusterings that were asked for, `all` written out."""
    if not names:
        return []
    from carvsdb.errors import InputError
    from carvsdb_ingest.clustering.registry import clusterings_asked

    try:
        said = [word for name in names for word in name.split(",") if word]
        return [one for name in said for one in ((name,) if name == NODE_ONLY else clusterings_asked((name,)))]
    except InputError as error:
        raise typer.BadParameter(f"{error}; {NODE_ONLY} leaves linkers out", param_hint="--clustering") from None


def elements_of_types(text: str | None) -> tuple[tuple[int, str], ...]:
    """Return LAMMPS atom types and their elements from what was typed, or from the data file that was named."""
    if text is None:
        return ()
    if "=" not in text and Path(text).is_file():
        from carvsdb_ingest.readers.lammps.types import types_of_data_file

        return tuple(sorted(types_of_data_file(text).items()))
    from carvsdb.atoms.elements import symbol_of
    from carvsdb.errors import InputError

    found = {}
    for part in text.split(","):
        number, _, symbol = part.partition("=")
        try:
            found[int(number)] = symbol_of(symbol)
        except (ValueError, InputError):
            raise typer.BadParameter(
                f"expected types and elements such as 1=C,2=H,3=N,4=Zn, or a LAMMPS data file, got {text!r}",
                param_hint="--types",
            ) from None
    return tuple(sorted(found.items()))


def _bonds(rules: list[str]) -> "BondOptions":
    from carvsdb.errors import InputError
    from carvsdb_ingest.bonds import BondOptions, parse_pair

    pairs, tolerance, metal_metal, from_file, hydrogen = [], BondOptions().tolerance, False, True, False
    for rule in (part.strip() for text in rules for part in text.split(",")):
        try:
            if rule == "metal-metal":
                metal_metal = True
            elif rule in ("covalent", "hydrogen"):
                hydrogen = rule == "hydrogen"
            elif rule == "search":
                from_file = False
            elif rule.startswith("tolerance="):
                tolerance = float(rule.removeprefix("tolerance="))
            else:
                pairs.append(parse_pair(rule))
        except (ValueError, InputError):
            raise typer.BadParameter(
                f"expected a pair such as Zn-N=2.5, tolerance=0.4, metal-metal, hydrogen or search, got {rule!r}",
                param_hint="--bonds",
            ) from None
    return BondOptions(
        tolerance=tolerance, pairs=tuple(pairs), metal_metal=metal_metal, from_file=from_file, hydrogen=hydrogen
    )


def names_file(path: str | None) -> "NamesFile | None":
    """Look at the file of names that was given, if one was."""
    if path is None:
        return None
    from carvsdb.topology.names_file import NamesFile

    return NamesFile.of(path)


def cut_off(text: str) -> int | None:
    """Return a cut-off in nodes, None for ``auto``."""
    if text == "auto":
        return None
    try:
        return int(text)
    except ValueError:
        raise typer.BadParameter(f"expected 3 to 32 or auto, got {text!r}", param_hint="--max-ring-size") from None


def _types(option: str, text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise typer.BadParameter(f"expected atom types such as 2 or 2,3, got {text!r}", param_hint=option) from None
