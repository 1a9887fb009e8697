"""One iteration of a loop: a fit, a run, and the labels of what the run found. Each step is done once."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from carvsdb.atomic_write import make_folder, write_text
from carvsdb.errors import RefusedError
from carvsdb.regular_file import read_text
from carvsdb_ingest.readers.models import read_model
from carvsdb_refine.active_learning.candidates import Candidate, candidate, choose
from carvsdb_refine.active_learning.config_file import LearnFile
from carvsdb_refine.active_learning.fitting import fit_and_write, fit_frame
from carvsdb_refine.active_learning.loop_labels import label_structures
from carvsdb_refine.active_learning.record import Row, read_fit
from carvsdb_refine.active_learning.run_config import run_text
from carvsdb_refine.active_learning.to_label import pieces_to_label
from carvsdb_refine.labels import Frame, Labelling, Oracle
from carvsdb_refine.learning.active_set_file import read_active_set
from carvsdb_refine.learning.fit import errors_of
from carvsdb_refine.learning.projections import Projector
from carvsdb_refine.potential import read_ace
from carvsdb_refine.run.checkpoint import load_checkpoint
from carvsdb_refine.run.config_file import read_config
from carvsdb_refine.run.folder import RunFolder
from carvsdb_refine.run.result import read_result
from carvsdb_refine.run.runner import Hooks, resume, run
from carvsdb_refine.run.schedule import Schedule
from carvsdb_refine.run.setup import prepare
from carvsdb_refine.run.trace import read_trace

POTENTIAL, ACTIVE_SET, ERRORS, RUN = "potential.yaml", "potential.asi", "errors.json", "run.toml"


@dataclass(frozen=True, slots=True, eq=False)
class Iteration:
    """An iteration and its folder.

    Attributes
    ----------
    file : LearnFile
        The loop.
    number : int
        From 1.
    """

    file: LearnFile
    number: int

    @property
    def folder(self) -> Path:
        """Where everything of it is."""
        return self.file.folder / f"iteration-{self.number:02d}"

    def fit(
        self, labels: Sequence[Frame], tell: Callable[[str], None] = lambda _: None
    ) -> dict[str, float | int | None]:
        """Fit the potential, unless that is done; return its errors, and tell what is doubtful about it."""
        errors = self.folder / ERRORS
        if not errors.exists():
            make_folder(self.folder)
            made = fit_and_write(labels, self.file.config.learn, self.folder / POTENTIAL, self.folder / ACTIVE_SET)
            held_out = None if made.held_out is None else asdict(made.held_out)
            said = {"training": asdict(made.training), "held_out": held_out, "doubts": list(made.doubts)}
            write_text(errors, json.dumps(said, indent=1) + "\n")
        fit = read_fit(errors)
        for doubt in fit.doubts:
            tell(f"potential of iteration {self.number}: {doubt}")
        found: dict[str, float | int | None] = {"frames": fit.training.n_frames}
        for name, of in (("", fit.training), ("_held_out", fit.held_out)):
            found[f"energy_error{name}"] = None if of is None else of.energy_rms
            found[f"force_error{name}"] = None if of is None else of.force_rms
        if fit.held_out is not None:
            found["frames"] = fit.training.n_frames + fit.held_out.n_frames
        return found

    def refine(self, hooks: Hooks) -> None:
        """Make the run, or go on with it, unless it has ended."""
        config = self.folder / RUN
        text = run_text(self.file, self.folder, POTENTIAL, ACTIVE_SET)
        if config.exists() and read_text(config) != text:
            raise RefusedError(
                "is the run of another config", item=str(config), hint="name another folder for the loop with -o"
            )
        write_text(config, text)
        read = read_config(config)
        folder = RunFolder(read.outputs)
        if not folder.checkpoint.exists():
            run(prepare(read), hooks, overwrite=folder.is_run())
            return
        if folder.result.exists():
            ended = read_result(folder.result)
            if ended["stopped"] is not None or ended["moves"] >= Schedule.of_config(read.config).moves:
                return
        resume(prepare(read), hooks)

    @property
    def stopped(self) -> str | None:
        """Why the run ended before its whole length; None if it did not."""
        said = read_result(RunFolder(self.folder / "run").result)["stopped"]
        return None if said is None else str(said)

    def found(
        self, oracle: Oracle, stop: Callable[[], bool], tell: Callable[[str], None] = lambda _: None
    ) -> tuple[Labelling, list[Candidate], bool]:
        """Label the structures of the run that the potential does not know.

        Returns
        -------
        labelling : Labelling
            What came of them.
        candidates : list of Candidate
            All kept models of the run.
        is_known : bool
            Whether the run had its whole length, and no atom was above ``select`` on any line of its trace.
        """
        table = self.file.config.learn
        potential = read_ace(self.folder / POTENTIAL)
        projector = Projector(potential.form, potential.name)
        active_set = read_active_set(self.folder / ACTIVE_SET, potential.form)
        read = read_config(self.folder / RUN)
        folder = RunFolder(read.outputs)
        candidates = [candidate(projector, active_set, read_model(path), path) for path in folder.graded_models()]
        notes = load_checkpoint(folder.checkpoint).notes
        trace = read_trace(folder.trace, (notes.trace_bytes, notes.trace_sha256))
        above = int(trace["atoms above select"].sum())
        is_whole = notes.moves >= Schedule.of_config(read.config).moves
        chosen = choose(candidates, table.select, table.most_added)
        if self.stopped is not None and not chosen:
            # What throws atoms apart is not known, whatever the grades say.
            chosen = choose(candidates, 0.0, table.most_added)
        if above and not chosen:
            # Between two kept models there were atoms above: the last model is the nearest to them.
            chosen = candidates[-1:]
        models, origins, records = pieces_to_label(chosen, table, potential, active_set, self.folder)
        for record in records:
            tell(record.sentence())
        labelling = label_structures(self.file, oracle, models, origins, stop, tell)
        return labelling, candidates, is_whole and not above and not chosen

    def row(
        self, errors: dict[str, float | int | None], labelling: Labelling, candidates: list[Candidate], known: bool
    ) -> Row:
        """Return what the iteration came to."""
        folder = RunFolder(self.folder / "run")
        ended = read_result(folder.result)
        grades = np.concatenate([np.abs(part).max(axis=1) for one in candidates for part in one.coordinates])
        notes = load_checkpoint(folder.checkpoint).notes
        trace = read_trace(folder.trace, (notes.trace_bytes, notes.trace_sha256))
        select = self.file.config.learn.select
        found = errors_of(read_ace(self.folder / POTENTIAL), [fit_frame(one) for one in labelling.frames])
        return Row(
            iteration=self.number,
            frames=int(errors["frames"] or 0),
            energy_error=errors["energy_error"],
            force_error=errors["force_error"],
            energy_error_held_out=errors["energy_error_held_out"],
            force_error_held_out=errors["force_error_held_out"],
            energy_error_found=found.energy_rms,
            force_error_found=found.force_rms,
            moves=int(ended["moves"]),
            gamma_median=float(np.median(grades)),
            gamma_99=float(np.quantile(grades, 0.99)),
            gamma_max=max(float(grades.max()), float(trace["gamma max"].max())),
            above_select=int((grades > select).sum()) + int(trace["atoms above select"].sum()),
            chi2=ended["chi2"],
            rw=max((data["rw"] for data in ended["data"]), default=None),
            energy_per_atom=ended["energy_per_atom"],
            added=len(labelling.labelled),
            failed=len(labelling.failed),
            converged=known,
        )
