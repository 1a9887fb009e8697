"""A fit from files to files: what `carvsdb refine fit` does."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from carvsdb.atomic_write import files_together
from carvsdb.errors import InputError, VerificationError
from carvsdb.version import VERSION
from carvsdb_refine.learning.active_set import ActiveSet
from carvsdb_refine.learning.active_set_file import write_active_set
from carvsdb_refine.learning.basis_choice import with_the_best
from carvsdb_refine.learning.data_set import LARGEST_FORCE, make_data_set
from carvsdb_refine.learning.fit import Errors, FitOptions, FittedPotential, fit_potential
from carvsdb_refine.learning.frame_weights import DEFAULT_TYPE, Weighing
from carvsdb_refine.learning.frames import FitFrame, read_frames
from carvsdb_refine.learning.frames_active_set import active_set_of_frames
from carvsdb_refine.learning.label_names import LabelNames
from carvsdb_refine.learning.new_potential import NewPotential
from carvsdb_refine.learning.posterior import Posterior, write_posterior
from carvsdb_refine.learning.projections import Projector
from carvsdb_refine.potential import read_ace
from carvsdb_refine.potential.ace.form import AceForm
from carvsdb_refine.potential.ace.written import write_form
from carvsdb_schemas.learning_answers import DegreeWeights, FitAnswer, LabelErrors, LearningPoint

_ATOMS_OF_A_MEDIAN = 100


@dataclass(frozen=True, slots=True)
class FitRequest:
    """What is asked of a fit.

    Attributes
    ----------
    new : NewPotential
        What the potential is to be.
    basis : Path or None
        A `.yaml` whose functions are fitted anew, instead.
    choose : bool
        Whether what a unit of l and a further factor count is chosen on parts of the training, where it can be.
    names : LabelNames
        Of the labels.
    weighing : Weighing or None
        How weights of labels are made; all count alike without.
    held_out : float or Path
        Which part of the frames, or the frames of which file, errors are measured on.
    options : FitOptions
    largest_force : float
        Frames with a larger component are left out, in eV/Å.
    seed : int
        Of what is drawn: frames held out, the order of the learning curve.
    strict : bool
        Whether what is doubtful is an error, and nothing is written.
    """

    new: NewPotential
    basis: Path | None = None
    choose: bool = True
    names: LabelNames = field(default_factory=LabelNames)
    weighing: Weighing | None = field(default_factory=Weighing)
    held_out: float | Path = 0.2
    options: FitOptions = field(default_factory=FitOptions)
    largest_force: float = LARGEST_FORCE
    seed: int = 1
    strict: bool = False


def fit_files(data: Sequence[Path], output: Path, request: FitRequest) -> FitAnswer:
    """Fit a potential and write it: `output` in B-basis, beside it the C-tilde form, active set and posterior.

    Raises
    ------
    InputError
        For whatever cannot be read or fitted, and for what is doubtful, if that is asked for.
    VerificationError
        If extrapolation grades do not rise on a structure far off.
    """
    if output.suffix not in (".yaml", ".yml"):
        raise InputError("a fitted potential is written as .yaml, and as .yace beside it", path=output)
    new: NewPotential | AceForm = request.new if request.basis is None else read_ace(request.basis).form
    cutoff = new.cutoff if isinstance(new, NewPotential) else max(bond.cutoff for bond in new.bonds.values())
    read = [read_frames(path, cutoff, request.names, request.weighing) for path in data]
    said = [sentence for one in read for sentence in one.said]
    if request.weighing is not None and request.weighing.by_type:
        _check_types(request.weighing, frozenset().union(*(one.types for one in read)))
        weights = ", ".join(f"{name} {weight:g}" for name, weight in request.weighing.by_type.items())
        said.append(f"frames are weighted by their config_type ({weights})")
    doubts = [doubt for one in read for doubt in one.doubts]
    hashes = {f"data_{number}_sha256": one.sha256 for number, one in enumerate(read, 1)}
    held_out: Sequence[FitFrame] | float
    if isinstance(request.held_out, Path):
        tested = read_frames(request.held_out, cutoff, request.names)
        doubts += tested.doubts
        said += tested.said
        held_out, hashes["held_out_sha256"] = tested.frames, tested.sha256
    else:
        held_out = request.held_out
    frames = [frame for one in read for frame in one.frames]
    data_set = make_data_set(frames, held_out, request.seed, request.largest_force)
    options, rows = request.options, None
    if isinstance(new, NewPotential) and request.choose:
        chosen = with_the_best(new, data_set, options)
        new, options, rows = chosen.new, chosen.options, chosen.rows
    fitted = fit_potential(new, data_set, options, rows)
    doubts += [*data_set.doubts, *fitted.doubts]
    if request.strict and doubts:
        raise InputError("; ".join(dict.fromkeys(doubts)), hint="or go on without --strict")

    doubts += said
    about = {"program": f"carvsdb {VERSION}", "seed": str(request.seed), **hashes}
    if fitted.held_out is not None:
        about |= {"held_out_meV_per_atom": f"{fitted.held_out.energy_rms}",
                  "held_out_meV_per_angstrom": f"{fitted.held_out.force_rms}"}  # fmt: skip
    active, training = None, data_set.training
    try:
        active = active_set_of_frames(Projector(fitted.form), training, _of_some_size(training), request.seed)
    except InputError as error:
        doubts.append(f"no active set is written: {error}")
    except VerificationError:
        # The grades are not to be trusted; the potential is no worse for it.
        _write(fitted, None, output, about)
        raise
    files = _write(fitted, active, output, about)
    labels = list(dict.fromkeys(name for one in read for name in one.names))
    degree = None
    if isinstance(new, NewPotential):
        limits = new.limits
        degree = DegreeWeights(
            angular_weight=limits.angular_weight,
            rank_step=limits.rank_step,
            narrowing=options.prior.narrowing,
            strength=options.prior.strength,
            chosen=limits is not request.new.limits,
        )
    chosen_rows = None if active is None else dict(zip(active.elements, active.ranks, strict=True))
    return _answer(fitted, data, files, labels, chosen_rows, doubts, degree, request.seed)


def _write(fitted: FittedPotential, active_set: ActiveSet | None, output: Path, about: Mapping[str, str]) -> list[Path]:
    """Write what a fit makes, all files or none; return which."""
    potentials = [output, output.with_suffix(".yace")]
    grades = [output.with_suffix(".asi")] if active_set is not None else []
    posterior = output.with_suffix(".posterior.npz")
    n_functions = tuple(len(centre.functions) for centre in fitted.form.centres)
    with files_together([*potentials, *grades, posterior]) as drafts:
        for file in potentials:
            write_form(fitted.form, drafts[file], about)
        if active_set is not None:
            write_active_set(active_set, fitted.form, drafts[grades[0]])
        write_posterior(Posterior(fitted.ridge.factor, n_functions), fitted.form, drafts[posterior])
    return list(drafts)


def _check_types(weighing: Weighing, types: frozenset[str]) -> None:
    stray = [name for name in weighing.by_type if name.lower() not in types | {DEFAULT_TYPE}]
    if stray:
        raise InputError(
            f"no frame has the config_type {', '.join(stray)} that --type-weights names; there are "
            f"{', '.join(sorted(types))}"
        )


def _of_some_size(frames: Sequence[FitFrame]) -> list[FitFrame]:
    """Return the largest frames, enough of them that the median over their atoms says something."""
    found: list[FitFrame] = []
    for frame in sorted(frames, key=lambda frame: -frame.n_atoms):
        found.append(frame)
        if sum(one.n_atoms for one in found) >= _ATOMS_OF_A_MEDIAN:
            break
    return found


def _answer(
    fitted: FittedPotential,
    data: Sequence[Path],
    files: Sequence[Path],
    labels: list[str],
    chosen: dict[str, int] | None,
    doubts: list[str],
    degree: DegreeWeights | None,
    seed: int,
) -> FitAnswer:
    centres = dict(zip(fitted.form.elements, fitted.form.centres, strict=True))
    by_rank = Counter(len(function.n) for function in fitted.form.centres[0].functions)
    return FitAnswer(
        files=[str(file) for file in files],
        data=[str(path) for path in data],
        labels=labels,
        elements=list(centres),
        cutoff=max(bond.cutoff for bond in fitted.form.bonds.values()),
        n_functions={symbol: len(centre.functions) for symbol, centre in centres.items()},
        n_functions_by_rank={str(rank): by_rank[rank] for rank in sorted(by_rank)},
        degree=degree,
        n_labels=fitted.n_rows,
        effective=round(fitted.ridge.effective, 3),
        zero_energies={symbol: centre.zero_energy for symbol, centre in centres.items()},
        training=_errors(fitted.training),
        held_out=None if fitted.held_out is None else _errors(fitted.held_out),
        learning_curve=[
            LearningPoint(n_frames=point.n_frames, energy_rms=point.energy_rms, force_rms=point.force_rms)
            for point in fitted.curve
        ],
        active_set=chosen,
        doubts=list(dict.fromkeys(doubts)),
        seed=seed,
        seconds=0.0,
        version=VERSION,
    )


def _errors(errors: Errors) -> LabelErrors:
    return LabelErrors(
        n_frames=errors.n_frames,
        energy_rms=errors.energy_rms,
        energy_mean=errors.energy_mean,
        force_rms=errors.force_rms,
        force_mean=errors.force_mean,
    )
