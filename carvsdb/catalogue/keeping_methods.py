"""The part of the catalogue's front that looks after what is stored: labels, tags, the trash."""

from collections.abc import Mapping, Sequence

from carvsdb.catalogue.file.storage import Storage
from carvsdb.catalogue.questions.answer import Answer
from carvsdb.catalogue.storing import relabelling, removing
from carvsdb.catalogue.storing.removing import Removal


class Keeping:
    """How entries of a catalogue are relabelled, tagged and removed; see :class:`carvsdb.catalogue.Catalogue`."""

    _storage: Storage

    def remove(self, *names: str, dry: bool = False) -> Removal:
        """Move entries into the trash, with their nets, rings, refinement runs, tags and points on maps.

        Parameters
        ----------
        *names : str
            All nets of a structure go together.
        dry : bool
            Only say what hangs on them.

        Raises
        ------
        NotFoundError
            If nothing, or more than one thing, has a name; then nothing is removed.
        """
        return removing.remove(self._storage, names, dry=dry)

    def restore(self, name: str | int) -> tuple[str, ...]:
        """Bring back what was removed at one time, and return the labels.

        Parameters
        ----------
        name : str or int
            The label of an entry, or the number of the removal. A label that somebody else has by now is changed.

        Raises
        ------
        NotFoundError
            If the trash has no such thing.
        """
        number = name if isinstance(name, int) else removing.number_of(self._storage, name)
        report = removing.restore(self._storage, number)
        return tuple(dict.fromkeys(report.entries["label"].to_pylist()))

    def trash(self) -> Answer:
        """List what was removed: number, removed (when, in UTC), labels; the newest first."""
        return Answer(self._storage.table("SELECT number, removed, labels FROM trash ORDER BY number DESC"))

    def purge(self) -> int:
        """Empty the trash for good, and return how many entries that were."""
        return removing.purge(self._storage)

    def relabel(self, labels: Mapping[str, str]) -> dict[str, str]:
        """Give entries other labels, all of them or none.

        Parameters
        ----------
        labels : mapping of str to str
            By the name of an entry, its new label.

        Returns
        -------
        dict of str to str
            By the old label, the new one.

        Raises
        ------
        NotFoundError
            If nothing, or more than one thing, has a name.
        LabelTakenError
            If a label belongs to another entry.
        """
        return relabelling.relabel(self._storage, labels)

    def tag(self, names: Sequence[str] | str, *tags: str) -> int:
        """Put words of your own on entries, and return how many entries did not have them yet.

        Raises
        ------
        NotFoundError
            If nothing, or more than one thing, has a name.
        """
        return relabelling.tag(self._storage, [names] if isinstance(names, str) else names, tags)

    def untag(self, names: Sequence[str] | str, *tags: str) -> int:
        """Take tags off entries, and return how many entries had them."""
        return relabelling.tag(self._storage, [names] if isinstance(names, str) else names, tags, take_off=True)

    def tags(self) -> Answer:
        """List the tags: tag, entries (how many have it)."""
        return relabelling.tags(self._storage)
