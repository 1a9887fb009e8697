"""Finding the entry that a name means."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from carvsdb.catalogue.file.schema import HANDLE, NAME
from carvsdb.catalogue.file.storage import Storage
from carvsdb.errors import AmbiguousError, InputError, NotFoundError

_SHOWN = 8
_OF_FILES = (".cif", ".cgd", ".xyz", ".extxyz", ".data", ".lmp", ".vasp", ".poscar", ".pdb", ".arc", ".gz")


@dataclass(frozen=True, slots=True)
class NetRef:
    """A net in the catalogue.

    Attributes
    ----------
    label : str
        Label of its structure; ``label@clustering`` where the structure has several nets.
    net_id, structure_id : str
        Keys.
    kind : str
        ``crystalline``, ``amorphous`` or ``generated``.
    file : str or None
        The file that it was read from.
    name : str or None
        Archive names of its key.
    source : str or None
        The collection that it comes from.
    clustering, bond_rule : str
        How it was made of atoms.
    """

    label: str
    net_id: str
    structure_id: str
    kind: str
    file: str | None
    name: str | None
    source: str | None
    clustering: str
    bond_rule: str

    @property
    def made(self) -> tuple[str, str, str]:
        """Label, clustering and bond rule."""
        return self.label, self.clustering, self.bond_rule


def resolve(storage: Storage, name: str) -> NetRef:
    """Return the one net that a name means.

    A name is a label, else the only label that starts so, else an id in a source, else a net's archive
    name; else any of these in other capitals. ``LABEL@CLUSTERING`` picks one of several nets of a structure (the start
    of a net's key does, too).

    Raises
    ------
    NotFoundError
        If nothing has the name.
    AmbiguousError
        If several things have it; the sentence lists them.
    """
    if not isinstance(name, str):
        raise InputError(f"an entry is asked for by its name, got {type(name).__name__}")
    found: list[NetRef] = []
    if name:
        base, _, suffix = name.rpartition("@")
        stages: tuple[tuple[str, list[str]], ...] = (
            ("structure.label = ?", [name]),
            (
                "structure.label = ? AND (clustering = ? OR starts_with(net.id::VARCHAR, ?))",
                [base, suffix, suffix],
            ),
            ("starts_with(structure.label, ?)", [name]),
            ("id_in_source = ?", [name]),
            ("list_contains(names, ?)", [name]),
            ("lower(structure.label) = lower(?)", [name]),
            ("list_contains(list_transform(names, lambda one: lower(one)), lower(?))", [name]),
            ("lower(id_in_source) = lower(?)", [name]),
        )
        for condition, parameters in stages:
            if "clustering" in condition and not (base and suffix):
                continue
            found = refs(storage, condition, parameters)
            if found:
                break
    if len(found) == 1:
        return found[0]
    if found:
        labels = [ref.label for ref in found]
        raise AmbiguousError(f"{name!r} can mean {_listed(labels)}", item=name, hint="give one of them")
    close = _close_labels(storage, name)
    raise NotFoundError(
        f"the catalogue has nothing called {name!r}",
        item=name,
        hint=_of_a_file(name) or (f"did you mean {_listed(close)}?" if close else "`carvsdb list` shows what it has"),
    )


def structures_named(storage: Storage, names: Sequence[str]) -> dict[str, str]:
    """Return the labels of the structures that are meant, by key: all nets of a structure go together.

    Raises
    ------
    NotFoundError
        If nothing has a name, or several structures have it.
    """
    exact = dict(
        storage.rows(
            "SELECT label, id::VARCHAR FROM structure WHERE label IN (SELECT unnest(?::VARCHAR[]))", [list(names)]
        )
    )
    found: dict[str, str] = {}
    for name in names:
        if name in exact:
            found[exact[name]] = name
            continue
        ref = resolve(storage, name)
        ((label,),) = storage.rows("SELECT label FROM structure WHERE id = ?", [ref.structure_id])
        found[ref.structure_id] = str(label)
    return found


def refs(storage: Storage, condition: str, parameters: Sequence[object]) -> list[NetRef]:
    """Return the nets that meet a condition on `net` and `structure`, by label."""
    meant = dict(
        storage.rows(
            "SELECT net.id::VARCHAR, structure_id::VARCHAR FROM net JOIN structure ON structure.id = structure_id "
            f"WHERE {condition}",
            parameters,
        )
    )
    if not meant:
        return []
    # Labels are told apart among all nets of the structures found, not only among the nets meant. As one statement
    # the two are planned five times slower at 10^6 nets.
    rows = storage.rows(
        f"SELECT {HANDLE} AS label, net.id::VARCHAR, structure_id::VARCHAR, kind, file, {NAME}, "
        "(SELECT collection FROM source WHERE source.id = source_id), clustering, bond_rule "
        "FROM (SELECT * FROM net WHERE structure_id IN (SELECT unnest(?::UUID[]))) AS net "
        "JOIN structure ON structure.id = structure_id ORDER BY label",
        [list(set(meant.values()))],
    )
    return [NetRef(*row) for row in rows if row[1] in meant]


def _of_a_file(name: str) -> str:
    """Return what to do about a name that is, or looks like, the path of a file."""
    if "/" not in name and "\\" not in name and Path(name).suffix.lower() not in _OF_FILES:
        return ""
    return "ingest the file first" if os.path.isfile(name) else "nor is there such a file"


def _close_labels(storage: Storage, name: str) -> list[str]:
    rows = storage.rows(
        "SELECT label FROM structure WHERE jaro_winkler_similarity(lower(label), lower(?)) > 0.8 "
        "ORDER BY jaro_winkler_similarity(lower(label), lower(?)) DESC, label LIMIT 3",
        [name, name],
    )
    return [label for (label,) in rows]


def _listed(labels: Sequence[str]) -> str:
    shown = ", ".join(labels[:_SHOWN])
    return shown if len(labels) <= _SHOWN else f"{shown} and {len(labels) - _SHOWN} more"
