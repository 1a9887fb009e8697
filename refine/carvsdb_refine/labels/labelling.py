"""Labels of many structures: those that are kept already, and the others in parallel processes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from carvsdb.atoms.model import AtomicModel
from carvsdb.usable_cores import usable_cores
from carvsdb_refine.labels.frames import Frame
from carvsdb_refine.labels.processes import in_processes
from carvsdb_refine.labels.store import LabelStore, structure_key
from carvsdb_refine.labels.worker import Oracle, label_one
from carvsdb_schemas.potential_tables import AseTable


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """A structure with its label.

    Attributes
    ----------
    number : int
        Its place among those that were asked for.
    frame : Frame
        The label.
    """

    number: int
    frame: Frame


@dataclass(frozen=True, slots=True)
class Failed:
    """A structure without a label.

    Attributes
    ----------
    number : int
        Its place among those that were asked for.
    cause : str
        Why.
    origin : str
        Where it comes from.
    """

    number: int
    cause: str
    origin: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Labelling:
    """What came of many structures, in the order in which they were asked for.

    Attributes
    ----------
    labelled : tuple of Labelled
        Those with a label.
    failed : tuple of Failed
        Those without.
    n_kept : int
        How many had been labelled, or had failed, before.
    """

    labelled: tuple[Labelled, ...]
    failed: tuple[Failed, ...]
    n_kept: int

    @property
    def frames(self) -> list[Frame]:
        """The labels alone."""
        return [one.frame for one in self.labelled]


def store_of(oracle: Oracle, folder: str | Path) -> LabelStore:
    """Return the labels of a method below a folder: each method, version and set of parameters has its own."""
    return LabelStore(Path(folder) / oracle.key)


def label(
    models: Sequence[AtomicModel],
    oracle: Oracle,
    folder: str | Path,
    *,
    processes: int | None = None,
    time_limit: float = 3600.0,
    retry: bool = False,
    origins: Sequence[str] = (),
    stop: Callable[[], bool] = lambda: False,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> Labelling:
    """Label structures.

    Parameters
    ----------
    models : sequence of AtomicModel
        The structures; the same one twice is labelled once.
    oracle : Oracle
        The reference method.
    folder : str or Path
        Where labels are kept, and looked for.
    processes : int, optional
        How many work at a time; by default one for each core. What is built in and fast is evaluated here.
    time_limit : float
        Seconds for one structure; longer is a failure.
    retry : bool
        Try those again that failed before.
    origins : sequence of str
        Where each structure comes from.
    stop : callable
        Whether to give up, with KeyboardInterrupt; what is labelled is kept.
    tell : callable
        Is given how many of how many are labelled.

    Raises
    ------
    InputError
        If the method cannot be made, or a kept label is damaged.
    """
    oracle.potential  # noqa: B018 - what is wrong with the method is said before processes start
    store = store_of(oracle, folder)
    new: dict[str, AtomicModel] = {}
    for model in models:
        known = store.frame(model) is not None or (not retry and store.cause(model) is not None)
        if not known:
            new.setdefault(structure_key(model), model)
    waiting = list(new.values())
    for done, content in enumerate(_made(waiting, oracle, processes, time_limit, stop), 1):
        store.put(*content)
        tell(done, len(waiting))
    labelled, failed = [], []
    for number, model in enumerate(models):
        origin = origins[number] if origins else ""
        frame = store.frame(model, origin)
        if frame is None:
            failed.append(Failed(number, store.cause(model) or "it was not labelled", origin))
        else:
            labelled.append(Labelled(number, frame))
    return Labelling(tuple(labelled), tuple(failed), len({structure_key(model) for model in models} - set(new)))


def _made(
    models: Sequence[AtomicModel], oracle: Oracle, processes: int | None, time_limit: float, stop: Callable[[], bool]
) -> Iterator[tuple[AtomicModel, dict[str, Any]]]:
    if not models:
        return
    if not isinstance(oracle.parsed, AseTable):
        # Milliseconds each, and they cannot hang.
        for model in models:
            if stop():
                raise KeyboardInterrupt
            (content,) = label_one(oracle, model)
            yield model, content
        return
    calls = [(oracle, model) for model in models]
    function = "carvsdb_refine.labels.worker:label_one"
    for outcome in in_processes(function, calls, processes or usable_cores(), time_limit, stop):
        yield models[outcome.number], outcome.value or {"cause": outcome.cause or "nothing came of it"}
