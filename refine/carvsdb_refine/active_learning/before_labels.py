"""What can be found wrong with a loop before anything is labelled, which may take days."""

from collections.abc import Callable, Iterable

from carvsdb.atoms.cell_list import check_minimum_image
from carvsdb.atoms.elements import HYDROGEN
from carvsdb.errors import InputError
from carvsdb_ingest.readers.models import read_models
from carvsdb_refine.active_learning.config_file import LearnFile
from carvsdb_refine.active_learning.run_config import toml_text
from carvsdb_refine.backmap.amounts import atoms_of_formula
from carvsdb_refine.run.config_file import parse_config
from carvsdb_refine.run.setup import prepare
from carvsdb_schemas.learning import HotTable, PackingTable


def check_loop(file: LearnFile, tell: Callable[[str], None]) -> None:
    """Read the start and the data of the runs, and look whether the potential will suit them.

    Parameters
    ----------
    file : LearnFile
        The loop.
    tell : callable
        Is given what is doubtful about the data.

    Raises
    ------
    InputError
        If something named is missing or does not fit together, the cell of the start is too small for the cut-off, or
        the start has an element that no initial structure has.
    """
    tables = file.config.model_dump(mode="json", exclude_unset=True, exclude={"learn", "labels", "outputs"})
    # A run needs a potential, which is not read here: there is none yet.
    text = toml_text(tables | {"potential": {"kind": "stillinger-weber"}})
    setup = prepare(parse_config(text, file.path, file.folder), reads_potential=False)
    for data, table in zip(setup.data, file.config.data, strict=True):
        for note in data.notes:
            tell(f"{table.file}: {note}")
    check_minimum_image(setup.model.cell, file.config.learn.cutoff, "the potential ([learn], cutoff)", setup.model_path)
    has: set[str] = set()
    for initial in file.config.learn.initial:
        if isinstance(initial, PackingTable | HotTable):
            has |= _known_to_methods(atoms_of_formula(initial.formula, 1))
        else:
            for model in read_models(file.resolve(initial.file)):
                has |= _known_to_methods(model.elements)
    if missing := sorted(_known_to_methods(setup.model.elements) - has):
        raise InputError(
            f"has {', '.join(missing)}, but the structures of [[learn.initial]] have {', '.join(sorted(has))} only: a "
            "potential fitted to them would not know it",
            path=setup.model_path,
        )


def _known_to_methods(elements: Iterable[str]) -> set[str]:
    return {"H" if symbol in HYDROGEN else symbol for symbol in elements}
