"""`carvsdb refine`: atomic models against data and energies."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from carvsdb.cli.options import Json
from carvsdb.cli.output import answer_json

if TYPE_CHECKING:
    from carvsdb_schemas.refinement_answers import ScoreAnswer

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Refine atomic models against total scattering.")
Config = Annotated[Path, typer.Argument(metavar="CONFIG", help="The TOML file of the refinement.")]


@app.callback()
def _noun() -> None:
    """Refine atomic models against total scattering."""


@app.command(epilog="Example: carvsdb refine score m1.toml --json")
def score(config: Config, as_json: Json = False) -> None:
    """Say how well the start does: energies, Rw and chi² of each data set, without a move."""
    from carvsdb_refine.run import prepare, read_config
    from carvsdb_refine.run import score as score_of

    answer = score_of(prepare(read_config(config)))
    if as_json:
        answer_json(answer.model_dump(mode="json"))
    else:
        print(_shown(answer))


def _shown(answer: "ScoreAnswer") -> str:
    lines = [f"{answer.model}: {answer.n_atoms} atoms, {answer.number_density:.5f} Å⁻³"]
    if answer.energy_per_atom is not None:
        by_element = ", ".join(f"{symbol} {value:.4f}" for symbol, value in (answer.energy_by_element or {}).items())
        lines.append(f"  energy   {answer.energy_per_atom:.6f} eV/atom ({by_element})")
    for data in answer.data:
        chi2 = "" if data.chi2 is None else f", chi² {data.chi2:.1f}"
        offset = "" if data.offset == 0 else f", offset {data.offset:.4f}"
        lines.append(
            f"  {data.kind:<8} {data.function} Rw {data.rw:.4f}{chi2}, scale {data.scale:.5f}{offset} ({data.file})"
        )
        fitted = data.fitted
        if fitted.beyond_box == "cut" and (fitted.rw, fitted.chi2) != (data.rw, data.chi2):
            chi2 = "" if fitted.chi2 is None else f", chi² {fitted.chi2:.1f}"
            lines.append(
                f"           fitted: the data cut at r = {fitted.r_max:.2f} Å, as the model is: "
                f"Rw {fitted.rw:.4f}{chi2}, scale {fitted.scale:.5f}"
            )
    return "\n".join(lines)
