"""`carvsdb refine init`, `backmap` and `pack`: how a refinement begins."""

from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from carvsdb.cli.options import Json, Names, Seed, Types, elements_of_types, names_file
from carvsdb.cli.output import answer_json, say

if TYPE_CHECKING:
    from carvsdb_refine.backmap import Linker


class Spin(StrEnum):
    """How linkers are turned about the line between their metals."""

    random = "random"
    optimised = "optimised"


Output = Annotated[
    Path, typer.Option("-o", "--output", metavar="FILE", help="The model: .data, .xyz or .cif, without rounding.")
]

Force = Annotated[bool, typer.Option("--force", help="Replace a file that is there already.")]


def init(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="The atoms to start from.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The TOML file.")],
    data: Annotated[
        list[Path] | None, typer.Argument(metavar="DATA...", help="Measured curves, neutron and X-ray, of Q or r.")
    ] = None,
    potential: Annotated[
        Path | None, typer.Option(metavar="FILE", help="ACE (.yace, .yaml), Stillinger-Weber or Tersoff parameters.")
    ] = None,
    types: Types = None,
    seed: Seed = 1,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Write the TOML file of a refinement from what a model and its curves say."""
    from carvsdb_refine.beginning import first_config

    made = first_config(
        model,
        data or [],
        output,
        potential=potential,
        types=dict(elements_of_types(types)),
        seed=seed,
        overwrite=force,
    )
    for doubt in made.doubts:
        say(doubt)
    config = made.file.config
    if as_json:
        from carvsdb_schemas.refinement_answers import GuessedCurve, InitAnswer

        answer = InitAnswer(
            file=str(output),
            model=str(model),
            molecules=made.pieces.molecules,
            molecules_found=made.pieces.found,
            data=[
                GuessedCurve(
                    file=str(curve.path),
                    kind=curve.kind,
                    function=curve.function,
                    reading=curve.reading,
                    scale=curve.scale,
                    sigma=curve.sigma,
                    rw=curve.rw,
                    reasons=list(curve.reasons),
                    doubts=list(curve.doubts),
                )
                for curve in made.curves
            ],
            potential=getattr(config.potential, "file", None),
            hard_spheres=config.constraints.hard_spheres,
            moves=config.run.moves,
            seed=config.run.seed,
            doubts=list(made.doubts),
        )
        answer_json(answer.model_dump(mode="json"))
        return
    curves = "1 curve" if len(made.curves) == 1 else f"{len(made.curves)} curves"
    print(f"{output}: {model}, {curves}, {'a' if config.potential else 'no'} potential")
    print(f"  molecules    {made.pieces.found}")
    for curve in made.curves:
        print(f"  {curve.kind:12} {curve.reading}, Rw of the start, best scaled, {curve.rw:.3f} ({curve.path})")
    spheres = ", ".join(f"{pair} {length:g}" for pair, length in config.constraints.hard_spheres.items())
    print(f"  hard spheres {spheres}")
    print(f"run it: carvsdb refine run {output}")


def backmap(
    net: Annotated[
        str, typer.Argument(metavar="NET", help="A net file, or the name of a net that comes along (sod, MFI).")
    ],
    output: Output,
    linker: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LINKER[=SHARE]",
            help="Rigid linker on each edge: imidazolate (default), oxygen, or a file; several are mixed by shares.",
        ),
    ] = None,
    binding: Annotated[
        list[str] | None,
        typer.Option(metavar="A,B", help="Binding atoms of the linker files, in their order: N1,N2 or numbers from 1."),
    ] = None,
    metal: Annotated[str, typer.Option(help="Element of the nodes.")] = "Zn",
    metal_distance: Annotated[
        float | None, typer.Option(help="Mean distance of joined metals, in Å: 5.95 by imidazolate, 3.07 by oxygen.")
    ] = None,
    bond_length: Annotated[
        float | None,
        typer.Option(help="Between metal and binding atom, in Å: 2.0 by imidazolate, 1.61 by oxygen."),
    ] = None,
    density: Annotated[
        str | None,
        typer.Option(
            help="Bring the cell to it, in atoms/Å³ (0.072) or in g/cm³ (1.5g/cm3), by small steps that relax."
        ),
    ] = None,
    names: Names = None,
    spin: Annotated[Spin, typer.Option(help="Turn of linkers: of 24 the best, or one at random.")] = Spin.optimised,
    repeat: Annotated[
        str, typer.Option(metavar="N|NxNxN", help="How often the cell of the net is repeated along each axis.")
    ] = "1",
    seed: Seed = 0,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Put metals on the nodes of a net and rigid linkers on its edges, and take overlaps away."""
    import numpy as np

    from carvsdb.atomic_write import check_free
    from carvsdb_ingest.writers.models import write_model
    from carvsdb_refine.backmap import BackmapOptions, net_named
    from carvsdb_refine.backmap import backmap as backmap_of

    options = BackmapOptions(
        metal=metal,
        metal_distance=metal_distance,
        bond_length=bond_length,
        spin=spin.value,
        repeat=_repeat(repeat),
        density=density,
    )
    check_free([output], force)
    own = names_file(names)
    given = net_named(net, None if own is None else own.archive())
    made = backmap_of(
        given, _linkers(linker or ["imidazolate"], binding or []), options, rng=np.random.default_rng(seed)
    )
    write_model(made.model, output)
    if as_json:
        from carvsdb_schemas.refinement_answers import BackmapAnswer

        answer = BackmapAnswer(
            file=str(output),
            n_atoms=made.model.n_atoms,
            number_density=made.model.number_density,
            largest_overlap=float(made.relaxation.largest_overlap),
            seed=seed,
            n_metals=made.net.n_vertices,
            n_linkers=len(made.bond_lengths) // 2,
            mean_bond_length=float(made.bond_lengths.mean()),
            missing=made.missing,
            extra=made.extra,
            linkers=dict(made.linkers),
        )
        answer_json(answer.model_dump(mode="json"))
    else:
        print(f"{output}: {made}")


def pack(
    contents: Annotated[
        list[str],
        typer.Argument(
            metavar="WHAT=N...",
            help="Elements, formulas (by units), linkers or files of molecules: Si=64, SiO2=192, co2.xyz=9.",
        ),
    ],
    density: Annotated[str, typer.Option(help="In atoms/Å³ (0.066) or in g/cm³ (2.2g/cm3), in a cube.")],
    output: Output,
    contact: Annotated[
        list[str] | None, typer.Option(metavar="A-B=R", help="Distance in Å at which a pair of elements repels.")
    ] = None,
    seed: Seed = 0,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Put atoms and rigid molecules at random into a cube, and push apart what is too near."""
    import numpy as np

    from carvsdb.atomic_write import check_free
    from carvsdb_ingest.writers.models import write_model
    from carvsdb_refine.backmap import (
        LINKERS,
        Molecule,
        atoms_of_formula,
        linker_named,
        molecule_of_file,
        number_density,
        random_packing,
    )

    things: list[tuple[Molecule | str, int]] = []
    for text in contents:
        name, number = _pair(text, "WHAT=N, such as Si=64")
        if not number.isdecimal() or len(number) > 12 or int(number) < 1:
            raise typer.BadParameter(f"expected a number of at least 1 in WHAT=N, got {text[:60]!r}")
        if name in LINKERS:
            linker = linker_named(name)
            things.append((Molecule(linker.elements, linker.positions), int(number)))
        elif Path(name).suffix and Path(name).is_file():
            things.append((molecule_of_file(name), int(number)))
        else:
            things += atoms_of_formula(name, int(number)).items()
    contacts: dict[str, float] = {}
    for text in contact or []:
        pair, length = _pair(text, "A-B=R, such as Si-Si=2.2")
        try:
            contacts[pair] = float(length)
        except ValueError:
            raise typer.BadParameter(f"expected a number of Å in A-B=R, got {text!r}") from None
    counts: Counter[str] = Counter()
    for thing, amount in things:
        for symbol in (thing,) if isinstance(thing, str) else thing.elements:
            counts[symbol] += amount
    check_free([output], force)
    by_number = number_density(density, counts)
    packed = random_packing(
        things, number_density=by_number, contacts=contacts or None, rng=np.random.default_rng(seed)
    )
    write_model(packed.model, output)
    overlap = float(packed.relaxation.largest_overlap)
    if as_json:
        from carvsdb_schemas.refinement_answers import StartModelAnswer

        answer = StartModelAnswer(
            file=str(output),
            n_atoms=packed.model.n_atoms,
            number_density=packed.model.number_density,
            largest_overlap=overlap,
            seed=seed,
        )
        answer_json(answer.model_dump(mode="json"))
    else:
        print(f"{output}: {packed.model!r}; largest overlap {overlap:.2f} Å after {packed.relaxation.steps} steps")


def _linkers(texts: list[str], binding: list[str]) -> "list[tuple[Linker, float]]":
    """Return the linkers that were typed, with their shares."""
    from carvsdb_refine.backmap import linker_named, linker_of_file

    found = []
    named = [text.split(",") for text in binding]
    for text in texts:
        name, equals, share = text.rpartition("=")
        try:
            share_of = float(share) if equals else 1.0
        except ValueError:
            name, equals, share_of = text, "", 1.0
        name = name if equals else text
        if Path(name).is_file() or Path(name).suffix:
            found.append((linker_of_file(name, named.pop(0) if named else None), share_of))
        else:
            found.append((linker_named(name), share_of))
    if named:
        raise typer.BadParameter(f"there are more than linker files: {','.join(named[0])}", param_hint="--binding")
    return found


def _pair(text: str, expected: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise typer.BadParameter(f"expected {expected}, got {text!r}")
    return name, value


def _repeat(text: str) -> tuple[int, int, int]:
    words = text.lower().split("x")
    if len(words) not in (1, 3) or not all(word.isdecimal() and len(word) < 10 and int(word) > 0 for word in words):
        raise typer.BadParameter(f"--repeat must be N or NxNxN, such as 2 or 2x2x1, got {text!r}")
    first, second, third = words * 3 if len(words) == 1 else words
    return int(first), int(second), int(third)
