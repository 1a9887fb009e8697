"""Which nets may be found: each condition on a net is declared once, here.

A field of `Filters` says what it is compared with and how, and what it is called on the command line. SQL, the mask of
the search index, the options of `list` and `similar` with their help, and the words of an answer follow from that.
Importing this costs nothing, so that the command line can.
"""

from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from carvsdb.errors import InputError

KINDS = ("crystalline", "amorphous", "generated")
"""What a structure can be."""


class Comparison(StrEnum):
    """How what is stored must compare with what is asked for."""

    EQUAL = "="
    AT_LEAST = ">="
    AT_MOST = "<="
    BEGINS = "begins with"
    AMONG = "is one of"
    """What is asked for is one of the texts that are stored."""
    MENTIONED = "is mentioned by"
    """What is asked for is a part of one of the texts that are stored."""
    NOT_MENTIONED = "is not mentioned by"


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition.

    Attributes
    ----------
    name : str
        The keyword in Python; also a column of what the search index knows of its vectors.
    column : str
        What is compared, as SQL on the tables `net`, `structure` and `source`, or `carvs`.
    comparison : Comparison
    help : str
        What the option does.
    options : tuple of str
        What it is called on the command line; empty for the name with hyphens.
    metavar : str or None
        What stands for its value there.
    kind : type
        Of its value: str, int, float, or tuple for numbers such as ``3,4``.
    choices : tuple of str
        The values that there are; empty for any.
    """

    name: str
    column: str
    comparison: Comparison
    help: str
    options: tuple[str, ...]
    metavar: str | None
    kind: type
    choices: tuple[str, ...] = ()

    @property
    def flags(self) -> tuple[str, ...]:
        """What it is called on the command line."""
        return self.options or ("--" + self.name.replace("_", "-"),)

    def compared(self, wanted: Any) -> Any:
        """Return what the column is compared with: numbers as the sorted text that they are stored as."""
        return ",".join(map(str, sorted(set(wanted)))) if self.kind is tuple else wanted

    def words(self, wanted: Any) -> str:
        """Say the condition as it is typed."""
        return f"{self.flags[0]} {','.join(map(str, wanted)) if self.kind is tuple else wanted}"


def _condition(
    column: str,
    comparison: Comparison,
    help: str,
    *options: str,
    metavar: str | None = None,
    kind: type = str,
    choices: tuple[str, ...] = (),
) -> Any:
    about = {
        "column": column,
        "comparison": comparison,
        "help": help,
        "options": options,
        "metavar": metavar,
        "kind": kind,
        "choices": choices,
    }
    return field(default=None, metadata=about)


_UNITS = "FROM net_unit JOIN unit ON unit.id = net_unit.unit_id WHERE net_unit.net_id = net.id"


@dataclass(frozen=True, slots=True)
class Filters:
    """Conditions that all must hold; None asks for nothing.

    Attributes
    ----------
    kind, source, clustering, formula, status : str, optional
        As stored.
    coordination : tuple of int, optional
        Coordination numbers of the nodes: all of these and no others.
    name : str, optional
        An archive name of the net.
    min_nodes, max_nodes : int, optional
        Number of nodes in the cell.
    min_density, max_density : float, optional
        Of the atoms, in g/cm³; nets without one are left out.
    max_ring_size : int, optional
        Cut-off of the search.
    tag : str, optional
        A word of the user's own on the entry.
    metal : str, optional
        Symbol of a metal in one of the units.
    linker : str, optional
        A linker among the units, as `carvsdb.atoms.ligands.ligand_term` reads it.
    unit : str, optional
        The key of one of the units.
    labels : str, optional
        How the label begins.
    doubt, without_doubt : str, optional
        What is, or is not, a part of a sentence about what is doubtful: ``symmetry:``, ``contents:``; the empty text is
        a part of every sentence.

    Examples
    --------
    >>> Filters(kind="amorphous", min_nodes=100).words()
    '--kind amorphous --min-nodes 100'
    """

    kind: str | None = _condition(
        "structure.kind",
        Comparison.EQUAL,
        "Only crystalline, amorphous or generated nets.",
        metavar="KIND",
        choices=KINDS,
    )
    source: str | None = _condition(
        "source.collection", Comparison.EQUAL, "Only nets of this collection.", metavar="NAME"
    )
    clustering: str | None = _condition(
        "net.clustering", Comparison.EQUAL, "Only nets of this clustering.", metavar="NAME"
    )
    formula: str | None = _condition(
        "structure.formula", Comparison.EQUAL, "Only structures of this formula.", metavar="TEXT"
    )
    coordination: tuple[int, ...] | None = _condition(
        "array_to_string(list_sort(list_transform(json_keys(net.coordination), lambda k: k::INTEGER)), ',')",
        Comparison.EQUAL,
        "Only nets whose nodes have all these numbers of bonds.",
        metavar="N,N",
        kind=tuple,
    )
    name: str | None = _condition(
        "net.names", Comparison.AMONG, "Only nets of this archive name.", "--name", "--net", metavar="NAME"
    )
    status: str | None = _condition(
        "net.status", Comparison.EQUAL, "Only named, keyed or unkeyed nets.", metavar="STATUS"
    )
    min_nodes: int | None = _condition(
        "net.n_nodes", Comparison.AT_LEAST, "Only nets of N nodes or more.", metavar="N", kind=int
    )
    max_nodes: int | None = _condition(
        "net.n_nodes", Comparison.AT_MOST, "Only nets of N nodes or fewer.", metavar="N", kind=int
    )
    min_density: float | None = _condition(
        "structure.density", Comparison.AT_LEAST, "Only structures of D g/cm³ or more.", metavar="D", kind=float
    )
    max_density: float | None = _condition(
        "structure.density", Comparison.AT_MOST, "Only structures of D g/cm³ or less.", metavar="D", kind=float
    )
    max_ring_size: int | None = _condition(
        "carvs.max_ring_size", Comparison.EQUAL, "Only ring searches up to N nodes.", "--cut-off", metavar="N", kind=int
    )
    tag: str | None = _condition(
        "(SELECT list(tag.tag) FROM tag WHERE tag.structure_id = structure.id)",
        Comparison.AMONG,
        "Only entries with this tag.",
        metavar="TAG",
    )
    metal: str | None = _condition(
        f"(SELECT flatten(list(unit.metals)) {_UNITS})",
        Comparison.AMONG,
        "Only nets with a unit that holds this metal.",
        metavar="SYMBOL",
    )
    linker: str | None = _condition(
        f"(SELECT flatten(list([left(unit.parent, 14), unit.composition])) {_UNITS} AND net_unit.kind = 'linker')",
        Comparison.AMONG,
        "Only nets with this linker: a SMILES, a name such as BDC, an InChIKey or a formula.",
        metavar="LINKER",
    )
    unit: str | None = _condition(
        f"(SELECT list(unit.key) {_UNITS})",
        Comparison.AMONG,
        "Only nets with the unit of this key.",
        metavar="KEY",
    )
    labels: str | None = _condition(
        "structure.label", Comparison.BEGINS, "Only labels that begin so.", "--begins", metavar="TEXT"
    )
    doubt: str | None = _condition(
        "net.quality", Comparison.MENTIONED, "Only nets with a doubt about this: symmetry, contents.", metavar="TEXT"
    )
    without_doubt: str | None = _condition(
        "net.quality", Comparison.NOT_MENTIONED, "Only nets without a doubt about this; '' for any.", metavar="TEXT"
    )

    def __post_init__(self) -> None:
        for one, wanted in self.asked():
            if one.choices and wanted not in one.choices:
                raise InputError(f"{one.name} must be one of {', '.join(one.choices)}, got {wanted!r}")

    def asked(self) -> list[tuple[Filter, Any]]:
        """Return the conditions that were given, with what each asks for."""
        values = ((one, getattr(self, one.name)) for one in FILTERS)
        return [(one, wanted) for one, wanted in values if wanted is not None]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for."""
        return not self.asked()

    def words(self) -> str:
        """Say the conditions as they are typed."""
        return " ".join(one.words(wanted) for one, wanted in self.asked())


FILTERS = tuple(Filter(one.name, **one.metadata) for one in fields(Filters))
"""All conditions, in the order in which help lists them."""


def check_filters(given: object) -> None:
    """Refuse to take for conditions what are none, such as a dictionary.

    Raises
    ------
    InputError
    """
    if given is not None and not isinstance(given, Filters):
        raise InputError(f"conditions are given as Filters, got {type(given).__name__}", hint="Filters(max_nodes=4)")
