"""Labels of the structures that a loop asks for, and what becomes of those that get none."""

from collections.abc import Callable, Sequence
from itertools import groupby

from carvsdb.atomic_write import make_folder
from carvsdb.atoms.model import AtomicModel
from carvsdb_refine.active_learning.config_file import LearnFile
from carvsdb_refine.labels import Labelling, Oracle, label, write_structures
from carvsdb_refine.labels.labelling import Failed, store_of

UNLABELLED = "unlabelled.xyz"
# Structures that one sentence names.
_NAMED = 3


def label_structures(
    file: LearnFile,
    oracle: Oracle,
    models: Sequence[AtomicModel],
    origins: Sequence[str],
    stop: Callable[[], bool],
    tell: Callable[[str], None],
) -> Labelling:
    """Label structures; those without a label are said, and written for those who can label them elsewhere.

    Parameters
    ----------
    file : LearnFile
        The loop.
    oracle : Oracle
        The reference method.
    models, origins : sequence of AtomicModel, of str
        The structures, and where each comes from.
    stop : callable
        Whether to give up, with KeyboardInterrupt; what is labelled is kept.
    tell : callable
        Is given what is worth saying.

    Raises
    ------
    InputError, RefusedError
        If the method cannot be made, a kept label is damaged, or the structures cannot be written.
    """
    table = file.config.labels
    done = label(
        models,
        oracle,
        file.labels,
        processes=table.processes,
        time_limit=table.time_limit,
        origins=origins,
        stop=stop,
    )
    for cause, failed in groupby(sorted(done.failed, key=_cause), _cause):
        tell(_without_label([one.origin for one in failed], cause))
    if done.failed:
        place = file.folder / UNLABELLED
        make_folder(file.folder)
        write_structures(models, store_of(oracle, file.labels), place)
        tell(
            f"structures without a label are in {place}: labels made elsewhere are taken by `carvsdb refine label "
            f"{file.path} {place} --import RESULTS`; then the same command goes on"
        )
    return done


def _cause(failed: Failed) -> str:
    return failed.cause


def _without_label(origins: Sequence[str], cause: str) -> str:
    """Return a sentence about structures that failed for one cause."""
    named = ", ".join(origins[:_NAMED]) + (" ..." if len(origins) > _NAMED else "")
    return f"{named} has no label: {cause}" if len(origins) == 1 else f"{len(origins)} have no label ({named}): {cause}"
