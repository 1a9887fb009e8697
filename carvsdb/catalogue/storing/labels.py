"""What an entry is called, where somebody else has its label already."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath


@dataclass(frozen=True, slots=True)
class Named:
    """A structure that wants a label.

    Attributes
    ----------
    key : str
        Its key.
    label : str
        The label that it would like.
    file, collection : str or None
        Where it comes from.
    """

    key: str
    label: str
    file: str | None
    collection: str | None

    @property
    def alternative(self) -> str | None:
        """The label that also says where it comes from: ``label@collection`` or the file's whole name."""
        if self.collection is not None:
            return f"{self.label}@{self.collection}"
        if self.file:
            path = PurePath(self.file)
            return path.name + self.label.removeprefix(path.stem)
        return None


def free_labels(named: Iterable[Named], taken: set[str]) -> dict[str, str]:
    """Give every structure the first label that nobody has, by key.

    They are tried in this order: its label, its alternative, ``label~2``, ``label~3`` and so on.

    Examples
    --------
    >>> both = [Named("1", "sod", "a/sod.cgd", None), Named("2", "sod", "b/sod.cgd", None)]
    >>> free_labels(both, {"sod"})
    {'1': 'sod.cgd', '2': 'sod~2'}
    """
    taken = set(taken)
    chosen: dict[str, str] = {}
    next_number: dict[str, int] = {}
    for one in named:
        label = next((label for label in (one.label, one.alternative) if label and label not in taken), None)
        if label is None:
            # Thousands of files may have one name: do not begin at 2 each time.
            number = next_number.get(one.label, 2)
            while f"{one.label}~{number}" in taken:
                number += 1
            label = f"{one.label}~{number}"
            next_number[one.label] = number + 1
        taken.add(label)
        chosen[one.key] = label
    return chosen
