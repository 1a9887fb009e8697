"""Examples of refinements that come with the package: configs, and small data where they are ours to give."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from carvsdb.atomic_write import check_free, make_folder, write_bytes
from carvsdb.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class Example:
    """An example.

    Attributes
    ----------
    name : str
    about : str
        What it does, and what it needs that it does not bring along.
    """

    name: str
    about: str

    def files(self) -> Iterator[Traversable]:
        """Yield its files."""
        folder = files(__package__).joinpath(self.name)
        yield from sorted((one for one in folder.iterdir() if one.is_file()), key=lambda one: one.name)


EXAMPLES = (
    Example(
        "glass",
        "a model of 96 Si against F(Q) of a random network, with an energy: `refine score glass.toml`, `refine run "
        "glass.toml`; a potential that learns meanwhile: `refine learn silicon.toml`; labels for it: labels.toml",
    ),
    Example(
        "silica",
        "a-SiO2 whose potential learns from CHGNet; start.xyz, neutron.txt and xray.txt are yours, or made by "
        "benchmarks/learn_silica.py of the sources",
    ),
    Example(
        "a-zif",
        "a-ZIF against neutron and X-ray data with a published potential; the model, the data and the potential are "
        "yours, or those of arXiv:2503.24367",
    ),
)


def example(name: str) -> Example:
    """Return an example.

    Raises
    ------
    NotFoundError
        If there is none of the name.

    Examples
    --------
    >>> [file.name for file in example("glass").files()]
    ['glass.toml', 'labels.toml', 'neutron.csv', 'silicon.toml', 'start.xyz']
    """
    for one in EXAMPLES:
        if one.name == name:
            return one
    raise NotFoundError(f"there is no example {name!r}", hint=f"there are {', '.join(one.name for one in EXAMPLES)}")


def copy_example(name: str, folder: str | Path, *, overwrite: bool = False) -> list[Path]:
    """Write the files of an example into a folder, which is made if need be.

    Raises
    ------
    NotFoundError
        If there is no such example.
    RefusedError
        If one of the files is there already, and is not to be overwritten; then none is written. Or if the folder
        cannot be made.
    """
    found = {Path(folder) / file.name: file for file in example(name).files()}
    check_free(found, overwrite)
    make_folder(Path(folder))
    for path, file in found.items():
        write_bytes(path, file.read_bytes(), overwrite=overwrite)
    return list(found)
