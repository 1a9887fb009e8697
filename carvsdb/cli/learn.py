"""`carvsdb refine fit` and `carvsdb refine gamma`: potentials of one's own, and where they do not know."""

from dataclasses import replace
from enum import StrEnum
from math import inf, isfinite, nan
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from carvsdb.cli.options import Json, Seed, Types, elements_of_types
from carvsdb.cli.output import answer_json, say, table
from carvsdb.errors import InputError

if TYPE_CHECKING:
    from carvsdb_refine.learning.frame_weights import Weighing
    from carvsdb_refine.learning.scales import Scales
    from carvsdb_schemas.learning_answers import FitAnswer, GammaAnswer


class Radial(StrEnum):
    """Radial functions of a new potential."""

    sbessel = "sbessel"
    chebyshev = "chebyshev"


class Units(StrEnum):
    """Of energies and forces; positions are in Å."""

    ev = "eV"
    hartree = "hartree"
    rydberg = "rydberg"
    kcal = "kcal/mol"


def fit(
    data: Annotated[
        list[Path],
        typer.Argument(metavar="DATA...", help="Extended xyz, or outputs of VASP, Quantum ESPRESSO, CASTEP."),
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="The potential: .yaml; .yace and .asi stand beside.")
    ],
    cutoff: Annotated[float, typer.Option(metavar="Å", help="Reach of the potential.")] = 5.0,
    functions: Annotated[
        int | None, typer.Option(metavar="N", help="Functions of each element, lowest degrees first (400).")
    ] = None,
    degree: Annotated[
        float | None, typer.Option(metavar="D", help="All functions up to this degree, instead of a number.")
    ] = None,
    nradmax: Annotated[
        str | None, typer.Option(metavar="N,N,...", help="Largest n by rank, as nradmax_by_orders (20,8,6,4).")
    ] = None,
    lmax: Annotated[
        str | None, typer.Option(metavar="L,L,...", help="Largest l by rank, as lmax_by_orders (0,6,4,3).")
    ] = None,
    weights: Annotated[
        str | None,
        typer.Option(
            "--degree-weights",
            metavar="L,STEP",
            help="What a unit of l, and a further factor, add to the degree; "
            "chosen on parts of the training without, or 1.1,3 if that cannot be.",
        ),
    ] = None,
    radial: Annotated[Radial, typer.Option(help="Radial functions.")] = Radial.sbessel,
    core: Annotated[bool, typer.Option("--core/--no-core", help="Let ZBL repel atoms nearer than in the data.")] = True,
    basis: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Fit the functions of this .yaml anew, instead of new ones.")
    ] = None,
    hold_out: Annotated[
        str, typer.Option("--hold-out", metavar="PART|FILE", help="What errors are measured on: a part, or frames.")
    ] = "0.2",
    e0: Annotated[
        str | None, typer.Option("--e0", metavar="X=E,...", help="Energies of lone atoms in eV; fitted without.")
    ] = None,
    energy_sigma: Annotated[float, typer.Option(metavar="EV", help="Scale of errors of energies, eV/atom.")] = 0.001,
    force_sigma: Annotated[float, typer.Option(metavar="EV", help="Scale of errors of forces, eV/Å.")] = 0.1,
    stress: Annotated[bool, typer.Option("--stress/--no-stress", help="Fit stresses, too, where there are.")] = True,
    largest_force: Annotated[
        float, typer.Option(metavar="EV", help="Leave out frames with a larger force, eV/Å.")
    ] = 100.0,
    energy_key: Annotated[str | None, typer.Option(metavar="NAME", help="Name of the energy.")] = None,
    forces_key: Annotated[str | None, typer.Option(metavar="NAME", help="Name of the forces.")] = None,
    stress_key: Annotated[str | None, typer.Option(metavar="NAME", help="Name of the stress, eV/Å³.")] = None,
    virial_key: Annotated[str | None, typer.Option(metavar="NAME", help="Name of the virial, eV.")] = None,
    units: Annotated[Units, typer.Option(help="Of energies and forces.")] = Units.ev,
    frame_weights: Annotated[
        bool, typer.Option("--frame-weights/--no-frame-weights", help="Heed weights and errors that the data say.")
    ] = True,
    type_weights: Annotated[
        str | None,
        typer.Option(metavar="TYPE=W,...", help="Weights of frames by their config_type; default for others."),
    ] = None,
    seed: Seed = 1,
    strict: Annotated[
        bool, typer.Option("--strict", help="End with an error where something is doubtful, or a frame is left out.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a potential that is there already.")] = False,
    as_json: Json = False,
) -> None:
    """Fit an atomic cluster expansion to energies, forces and stresses; errors are those on frames held out."""
    from carvsdb.atomic_write import check_free
    from carvsdb_refine.learning.basis import limits_of
    from carvsdb_refine.learning.fit import FitOptions
    from carvsdb_refine.learning.fit_files import FitRequest, fit_files
    from carvsdb_refine.learning.label_names import LabelNames
    from carvsdb_refine.learning.new_potential import NewPotential
    from carvsdb_refine.learning.scales import Scales

    began = perf_counter()
    check_free([output, *map(output.with_suffix, (".yace", ".asi", ".posterior.npz"))], force)
    limits = limits_of(functions, degree, _whole("--nradmax", nradmax), _whole("--lmax", lmax))
    if weights is not None:
        angular_weight, rank_step = _two_weights(weights)
        limits = replace(limits, angular_weight=angular_weight, rank_step=rank_step)
    scales = Scales(energy_sigma, force_sigma)
    request = FitRequest(
        new=NewPotential(cutoff, limits, radial.value, core),
        basis=basis,
        choose=weights is None,
        names=LabelNames(energy_key, forces_key, stress_key, virial_key, units.value),
        held_out=_part_or_file(hold_out),
        weighing=_weighing(scales, type_weights, frame_weights),
        options=FitOptions(scales, zero_energies=_energies(e0), with_stress=stress),
        largest_force=largest_force,
        seed=seed,
        strict=strict,
    )
    answer = fit_files(data, output, request)
    answer.seconds = round(perf_counter() - began, 3)
    for doubt in answer.doubts:
        say(doubt)
    if as_json:
        answer_json(answer.model_dump(mode="json"))
    else:
        print(_fit_text(answer))


def gamma(
    models: Annotated[list[Path], typer.Argument(metavar="MODEL...", help="Structures, of one or several frames.")],
    potential: Annotated[Path, typer.Option(metavar="FILE", help="The potential in B-basis, .yaml.")],
    active_set: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Its active set, .asi; by default beside it.")
    ] = None,
    make_from: Annotated[
        list[Path] | None,
        typer.Option("--make-from", metavar="FILE", help="Make the active set of these structures first. Repeatable."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="The structures with the column gamma, as extended xyz."),
    ] = None,
    select: Annotated[float, typer.Option(metavar="GAMMA", help="Above it a structure is worth a label.")] = 5.0,
    stop: Annotated[float, typer.Option(metavar="GAMMA", help="Above it a potential is not to be trusted.")] = 25.0,
    types: Types = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there already.")] = False,
    as_json: Json = False,
) -> None:
    """Say how far atoms lie beyond what a potential was fitted to: extrapolation grades, below 1 where it interpolates.

    The structures of --make-from choose an active set, which is written; without it that of the fit is read.
    """
    from carvsdb_refine.learning.gamma_files import GammaRequest, gamma_files

    request = GammaRequest(
        potential=potential,
        active_set=active_set,
        make_from=tuple(make_from or ()),
        output=output,
        select=select,
        stop=stop,
        types=dict(elements_of_types(types)),
        overwrite=force,
    )
    answer, doubts = gamma_files(models, request)
    for doubt in doubts:
        say(doubt)
    if as_json:
        answer_json(answer.model_dump(mode="json"))
    else:
        print(_gamma_text(answer))


def _whole(option: str, text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    try:
        return tuple(int(word) for word in text.split(","))
    except ValueError as error:
        raise InputError(f"{option}: expected whole numbers with commas, such as 20,8,6; got {text}") from error


def _two_weights(text: str) -> tuple[float, float]:
    try:
        angular_weight, rank_step = (float(word) for word in text.split(","))
    except ValueError:
        angular_weight = rank_step = nan
    if not (0 < angular_weight < inf and 0 <= rank_step < inf):
        raise InputError(f"--degree-weights: expected two numbers, above 0 and 0 or more, such as 1.1,3; got {text}")
    return angular_weight, rank_step


def _part_or_file(text: str) -> float | Path:
    try:
        part = float(text)
    except ValueError:
        return Path(text)
    if not 0 <= part < 1:
        raise InputError(f"--hold-out: expected a part from 0 to below 1, or a file; got {text}")
    return part


def _energies(text: str | None) -> dict[str, float] | None:
    return None if text is None else _named_numbers("--e0", "energies such as Si=-0.8,O=-1.9", text)


def _weighing(scales: "Scales", by_type: str | None, by_labels: bool) -> "Weighing | None":
    from carvsdb_refine.learning.frame_weights import Weighing

    weights = {}
    if by_type is not None:
        expected = "weights such as bulk=2,liquid=0.5"
        weights = _named_numbers("--type-weights", expected, by_type)
        if min(weights.values()) < 0:
            raise InputError(f"--type-weights: expected {expected}; got {by_type}")
    return Weighing(scales, weights, by_labels) if weights or by_labels else None


def _named_numbers(option: str, expected: str, text: str) -> dict[str, float]:
    try:
        pairs = [word.split("=") for word in text.split(",")]
        numbers = {name.strip(): float(number) for name, number in pairs}
    except ValueError:
        numbers = {"": nan}
    if not all(map(isfinite, numbers.values())):
        raise InputError(f"{option}: expected {expected}; got {text}")
    return numbers


def _fit_text(answer: "FitAnswer") -> str:
    ranks = ", ".join(f"{count} of rank {rank}" for rank, count in answer.n_functions_by_rank.items())
    numbers = ", ".join(f"{symbol} {count}" for symbol, count in answer.n_functions.items())
    rows = [("training", answer.training), ("held out", answer.held_out)]
    errors = table(
        [
            [name, str(of.n_frames), *map(_figure, (of.energy_rms, of.energy_mean, of.force_rms, of.force_mean))]
            for name, of in rows
            if of is not None
        ],
        ["errors", "frames", "meV/atom", "mean", "meV/Å", "mean"],
    )
    lines = [
        f"{answer.files[0]}: {numbers} functions ({ranks}), cut-off {answer.cutoff:g} Å",
        *_degree_text(answer),
        f"  labels   {answer.n_labels:,} of {', '.join(answer.labels)}; {answer.effective:.0f} numbers determined",
        f"  E0       {', '.join(f'{symbol} {energy:.6f}' for symbol, energy in answer.zero_energies.items())} eV",
        errors,
    ]
    if answer.learning_curve:
        curve = [
            [str(point.n_frames), _figure(point.energy_rms), _figure(point.force_rms)]
            for point in answer.learning_curve
        ]
        lines.append(table(curve, ["learned from", "meV/atom", "meV/Å"]))
    if answer.active_set is not None:
        chosen = ", ".join(f"{symbol} {count}" for symbol, count in answer.active_set.items())
        lines.append(f"  active set of {chosen} environments")
    return "\n".join([*lines, f"  files    {', '.join(answer.files)}"])


def _degree_text(answer: "FitAnswer") -> list[str]:
    if answer.degree is None:
        return []
    degree, chosen = answer.degree, " (chosen on parts of the training)" if answer.degree.chosen else ""
    lines = [f"  degree   a unit of l counts {degree.angular_weight:g}, a further factor {degree.rank_step:g}{chosen}"]
    if degree.narrowing != 1:
        lines.append(f"  prior    {degree.narrowing:g} times as narrow for each further factor{chosen}")
    return lines


def _figure(number: float | None) -> str:
    return "-" if number is None else f"{number:.3g}" if number < 100 else f"{number:.0f}"


def _gamma_text(answer: "GammaAnswer") -> str:
    rows = [
        [
            f"{model.model}#{model.frame}",
            str(model.n_atoms),
            *(f"{number:.3g}" for number in (model.median, model.percentile_99, model.largest)),
            *(str(number) for number in (model.above_1, model.above_select, model.above_stop)),
            _figure(model.energy_deviation),
        ]
        for model in answer.models
    ]
    header = [
        "model",
        "atoms",
        "median",
        "99 %",
        "largest",
        "> 1",
        f"> {answer.select:g}",
        f"> {answer.stop:g}",
        "± meV/atom",
    ]
    return "\n".join([table(rows, header), *(f"  written  {file}" for file in answer.files)])
