"""The archive: which names a net has."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from carvsdb.errors import InputError, NotFoundError
from carvsdb.net import Net
from carvsdb.topology.keys import net_of_key
from carvsdb.topology.normal_form import key_of

SOURCE = (
    "Names of nets: RCSR, O'Keeffe, Peskov, Ramsden & Yaghi, Acc. Chem. Res. 41, 1782 (2008), "
    "doi:10.1021/ar800124u, from pormake 0.2.3 and mofstructure 0.1.9.1 (MIT); codes of zeolites: International "
    "Zeolite Association, from mofstructure 0.1.9.1; graphs of layers: carvsdb"
)
_DATA = "rcsr.tsv.gz"


@dataclass(frozen=True, slots=True)
class ArchiveEntry:
    """A net of an archive.

    Attributes
    ----------
    key : str
    names : tuple of str
        All names that the net has, sorted; codes of zeolites last.
    vertex_symbols, point_symbols : tuple of str
        One for each vertex orbit; empty where they are not stored.
    coordination_sequences : tuple of tuple of int
        Shells 1 to 10, one for each vertex orbit.
    td10 : float or None
    """

    key: str
    names: tuple[str, ...]
    vertex_symbols: tuple[str, ...] = ()
    point_symbols: tuple[str, ...] = ()
    coordination_sequences: tuple[tuple[int, ...], ...] = ()
    td10: float | None = None


@dataclass(slots=True, eq=False, repr=False)
class Archive:
    """Names of nets, by key.

    Examples
    --------
    >>> from carvsdb.net import library
    >>> archive = Archive()
    >>> archive.add("diamond", library.load("dia"))
    'ck1:3 1 2 0 0 0 1 2 0 0 1 1 2 0 1 0 1 2 1 0 0'
    >>> archive.names_of(archive.key_of("diamond"))
    ('diamond',)
    """

    _keys: dict[str, str] = field(default_factory=dict)
    _names: dict[str, list[str]] = field(default_factory=dict)
    _lines: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, net: Net) -> str:
        """Give a net a name, next to those that it has; return its key.

        Raises
        ------
        InputError
            If the net is not connected, or if another net of the archive has the name.
        RefusedError
            If the net has no key within bounds.
        """
        key = key_of(net)
        self.add_key(name, key)
        return key

    def add_key(self, name: str, key: str) -> None:
        """Give a key a name.

        Raises
        ------
        InputError
            If another net of the archive has the name.
        """
        if self._keys.setdefault(name, key) != key:
            raise InputError(f"another net of the archive is called {name!r}; a name belongs to one net")
        names = self._names.setdefault(key, [])
        if name not in names:
            names.append(name)
            names.sort(key=_rank)

    def names_of(self, key: str) -> tuple[str, ...]:
        """Return all names of the net with a key, sorted; none if it is not in the archive."""
        return tuple(self._names.get(key, ()))

    def key_of(self, name: str) -> str:
        """Return the key of the net with a name.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        try:
            return self._keys[name]
        except KeyError:
            near = self.search(name[:2])[:8] if len(name) > 1 else []
            hint = f"there are {', '.join(near)}" if near else None
            raise NotFoundError(f"the archive has no net called {name!r}", item=name, hint=hint) from None

    def get(self, name: str) -> Net:
        """Return the net with a name, in its normal form.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        return net_of_key(self.key_of(name), name)

    def entry(self, name: str) -> ArchiveEntry:
        """Return what the archive knows about the net with a name.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        key = self.key_of(name)
        return (
            _entry(self._lines[key], self.names_of(key))
            if key in self._lines
            else ArchiveEntry(key, self.names_of(key))
        )

    def search(self, prefix: str) -> list[str]:
        """Return the names that begin with a prefix, sorted."""
        return sorted(name for name in self._keys if name.startswith(prefix))

    def names(self) -> list[str]:
        """Return all names, sorted."""
        return sorted(self._keys)

    def __iter__(self) -> Iterator[str]:
        """Yield the keys of all nets."""
        yield from self._names

    def copy(self) -> "Archive":
        """Return an archive with the same nets, to which others can be added."""
        names = {key: list(names) for key, names in self._names.items()}
        return Archive(dict(self._keys), names, dict(self._lines))

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: str) -> bool:
        return name in self._keys

    def __repr__(self) -> str:
        return f"<Archive: {len(self._names)} nets, {len(self._keys)} names>"

    @classmethod
    def load_default(cls) -> "Archive":
        """Return a copy of the archive that comes with carvsdb.

        Examples
        --------
        >>> from carvsdb.topology import Archive
        >>> Archive.load_default().get("sod")
        <Net sod: 6 vertices, 12 edges>
        """
        return shipped().copy()


def is_zeolite_code(name: str) -> bool:
    """Tell codes of zeolite frameworks (``ABW``, ``-ITV``, ``*BEA``) from names of nets (``sra``)."""
    return name.isupper()


def _rank(name: str) -> tuple[bool, str]:
    """Order names: those of nets before codes of zeolites."""
    return is_zeolite_code(name), name


@cache
def shipped() -> Archive:
    """Return the archive that comes with carvsdb; it is read once and must not be changed."""
    archive = Archive()
    content = (files("carvsdb.topology.data") / _DATA).read_bytes()
    for line in gzip.decompress(content).decode().splitlines():
        if not line or line.startswith("#"):
            continue
        names, key, _ = line.split("\t", 2)
        archive._lines[key] = line
        archive._names[key] = names.split(" ")
        for name in archive._names[key]:
            archive._keys[name] = key
    return archive


def write_line(entry: ArchiveEntry) -> str:
    """Write an entry as a line of the data file.

    Tab-separated: names, key, TD10, vertex symbols, point symbols and coordination sequences, those by ``;``.
    """
    return "\t".join(
        [
            " ".join(entry.names),
            entry.key,
            "" if entry.td10 is None else f"{entry.td10:.10g}",
            ";".join(entry.vertex_symbols),
            ";".join(entry.point_symbols),
            ";".join(" ".join(map(str, sequence)) for sequence in entry.coordination_sequences),
        ]
    )


def _entry(line: str, names: tuple[str, ...]) -> ArchiveEntry:
    _, key, td10, vertex_symbols, point_symbols, sequences = line.split("\t")
    return ArchiveEntry(
        key,
        names,
        tuple(vertex_symbols.split(";")) if vertex_symbols else (),
        tuple(point_symbols.split(";")) if point_symbols else (),
        tuple(tuple(int(number) for number in sequence.split()) for sequence in sequences.split(";") if sequence),
        float(td10) if td10 else None,
    )
