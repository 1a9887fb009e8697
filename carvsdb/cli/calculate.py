"""`carvsdb refine calculate`: curves of a model that nothing was measured for."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from carvsdb.cli.options import Json, Types, elements_of_types
from carvsdb.cli.output import answer_json, say


class Kind(StrEnum):
    """What is scattered."""

    neutron = "neutron"
    xray = "xray"


class Window(StrEnum):
    """How g goes to 1 at the end of the model's pairs."""

    none = "none"
    lorch = "lorch"
    cosine = "cosine"


class Table(StrEnum):
    """Tables of X-ray form factors."""

    waasmaier_kirfel = "waasmaier-kirfel"
    cromer_mann = "cromer-mann"


class Divisor(StrEnum):
    """What curves of X-rays are divided by."""

    square_of_mean = "<f>^2"
    mean_square = "<f^2>"


def calculate(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="LAMMPS data, extended xyz, CIF, ...")],
    kind: Annotated[Kind, typer.Option(help="Neutrons or X-rays.")] = Kind.neutron,
    function: Annotated[
        list[str] | None,
        typer.Option(metavar="F", help="F(Q), i(Q), S(Q), Q[S(Q)-1], G(r), D(r), T(r) or PDF. Repeatable."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="The curves as CSV; else they are printed.")
    ] = None,
    partials: Annotated[Path | None, typer.Option(metavar="FILE", help="The partials g(r) as CSV.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite any file.")] = False,
    types: Types = None,
    q_min: Annotated[float, typer.Option(help="First Q, in Å⁻¹.")] = 0.5,
    q_max: Annotated[
        float | None,
        typer.Option(help="Last Q, in Å⁻¹ (25); functions of r have the ripples of it, which those of X-rays need."),
    ] = None,
    q_step: Annotated[float, typer.Option(help="In Å⁻¹.")] = 0.02,
    r_max: Annotated[float | None, typer.Option(help="Last r, in Å; by default where the model's pairs end.")] = None,
    r_step: Annotated[float | None, typer.Option(help="In Å; by default the width of a bin.")] = None,
    deuterium: Annotated[float | None, typer.Option(help="Fraction of the hydrogen that is ²H.")] = None,
    length: Annotated[
        list[str] | None, typer.Option(metavar="EL=FM", help="Neutron scattering length in fm. Repeatable.")
    ] = None,
    isotope: Annotated[
        list[str] | None, typer.Option(metavar="58Ni=0.9", help="Fraction of an isotope. Repeatable.")
    ] = None,
    form_factors: Annotated[Table, typer.Option(help="Of X-rays.")] = Table.waasmaier_kirfel,
    ion: Annotated[
        list[str] | None,
        typer.Option(metavar="EL=ION", help="Form factor of an ion for an element, O=O2-. Repeatable."),
    ] = None,
    normalisation: Annotated[
        Divisor, typer.Option(help="What F(Q) of X-rays is divided by: the square of the mean, or the mean square.")
    ] = Divisor.square_of_mean,
    window: Annotated[Window, typer.Option(help="How g goes to 1 where the model's pairs end.")] = Window.none,
    q_resolution: Annotated[float, typer.Option(help="Standard deviation in Å⁻¹.")] = 0.0,
    broadening: Annotated[float, typer.Option(help="Standard deviation of distances in Å.")] = 0.0,
    bin_width: Annotated[
        float | None,
        typer.Option(help="In which distances are counted, in Å: 0.002 on the way to Q, 0.02 of histograms in r."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Calculate total scattering of a model without data, as CSV with units in its header."""
    from carvsdb.atomic_write import check_free, write_text
    from carvsdb.version import VERSION
    from carvsdb_ingest.readers.models import read_model
    from carvsdb_refine.run import Points, calculate_scattering
    from carvsdb_refine.run.column_files import csv_of, is_own
    from carvsdb_refine.run.curve_files import partial_columns
    from carvsdb_refine.scattering import Scatterer
    from carvsdb_schemas.refinement_answers import CalculateAnswer

    check_free([path for path in (output, partials) if path is not None and not is_own(path)], force)
    atoms = read_model(model, dict(elements_of_types(types)) or None)
    how = Scatterer(
        deuterium=Scatterer().deuterium if deuterium is None else deuterium,
        lengths=_numbers(length or [], "--length"),
        isotopes=_isotopes(isotope or []),
        form_factors=form_factors.value,
        ions=_ions(ion or []),
        mean_square=normalisation is Divisor.mean_square,
        beyond_box="nothing" if window is Window.none else "window",
        window="step" if window is Window.none else window.value,
        q_resolution=q_resolution,
        broadening=broadening,
    )
    points = Points(q_min, q_max, q_step, r_max, r_step)
    found = calculate_scattering(atoms, function or ["F(Q)"], kind.value, points, how, bin_width)
    for doubt in found.doubts:
        say(doubt)
    files = []
    for path, table in ((output, found.columns), (partials, partial_columns(found.partials))):
        if path is not None:
            write_text(path, csv_of(table))
            files.append(str(path))
    if as_json:
        answer = CalculateAnswer(
            model=str(model),
            n_atoms=atoms.n_atoms,
            number_density=atoms.number_density,
            kind=kind.value,
            scattering=dict(found.scattering),
            r_max=found.r_max,
            bin_width=found.partials.bin_width,
            columns={name: column.tolist() for name, column in found.columns.items()},
            files=files,
            version=VERSION,
        )
        answer_json(answer.model_dump(mode="json"))
        return
    said = ", ".join(f"{one} {what}" for one, what in found.scattering.items())
    size = f"{atoms.n_atoms} atoms, {atoms.number_density:.5f} Å⁻³, pairs to {found.r_max:.2f} Å"
    say(f"{model}: {size}; {kind.value}: {said}")
    if output is None:
        print(csv_of(found.columns), end="")
    for file in files:
        say(f"written: {file}")


def _numbers(texts: list[str], option: str) -> dict[str, float]:
    found = {}
    for text in texts:
        name, _, value = text.partition("=")
        try:
            found[name] = float(value)
        except ValueError:
            raise typer.BadParameter(f"expected a name and a number such as H=6.67, got {text!r}") from None
        if not name or not found[name] == found[name] or abs(found[name]) == float("inf"):
            raise typer.BadParameter(f"expected a name and a number such as H=6.67, got {text!r}", param_hint=option)
    return found


def _ions(texts: list[str]) -> dict[str, str]:
    found = {}
    for text in texts:
        name, _, found[name] = text.partition("=")
        if not name.isalpha() or not found[name]:
            raise typer.BadParameter(f"expected an element and its ion such as O=O2-, got {text!r}", param_hint="--ion")
    return found


def _isotopes(texts: list[str]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for name, share in _numbers(texts, "--isotope").items():
        mass = "".join(letter for letter in name if letter.isdigit())
        symbol = name.removeprefix(mass)
        if not mass or not symbol.isalpha():
            raise typer.BadParameter(f"expected an isotope such as 58Ni=0.9, got {name!r}", param_hint="--isotope")
        found.setdefault(symbol, {})[mass] = share
    return found
