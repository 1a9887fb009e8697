"""Potentials by their kind, as a run's configuration names them."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carvsdb.errors import InputError
from carvsdb.generate import KeatingParameters
from carvsdb_ingest.analysis import read_nets
from carvsdb_refine.potential.ace.potential import read_ace
from carvsdb_refine.potential.ase_calculator import AseCalculator
from carvsdb_refine.potential.classical.lennard_jones import LennardJones, LennardJonesPair
from carvsdb_refine.potential.classical.morse import Morse, MorsePair
from carvsdb_refine.potential.classical.stillinger_weber import StillingerWeber
from carvsdb_refine.potential.classical.tersoff import Tersoff
from carvsdb_refine.potential.keating import Keating

if TYPE_CHECKING:
    from carvsdb_refine.monte_carlo.protocols import EnergyTerm

Parameters = dict[str, Any]


def potential_from_config(
    kind: str, parameters: Mapping[str, Any] | None = None, file: str | Path | None = None
) -> "EnergyTerm":
    """Make a potential from what a ``[potential]`` table of a run says.

    Parameters
    ----------
    kind : str
        ``ace``
            `file`: a ``.yace`` or ``.yaml`` of pacemaker. No parameters.
        ``lennard-jones``
            ``pairs = {"Ar-Ar" = {epsilon = 0.0104, sigma = 3.4}}`` in eV and Å (unlike pairs are mixed unless given),
            ``cutoff = 8.5`` in Å, ``shifted = true``.
        ``morse``
            ``pairs = {"Zn-N" = {depth = 1.0, width = 2.0, distance = 2.0}}`` in eV, Å⁻¹ and Å, ``cutoff``, ``shifted``.
        ``stillinger-weber``
            `file`: LAMMPS parameters (``.sw``); without one ``set = "Si"``.
        ``tersoff``
            `file`: LAMMPS parameters (``.tersoff``); without one ``set = "Si(C)"``.
        ``keating``
            `file`: a net whose vertices are the atoms, in order; without one bonds are the pairs of the start closer
            than ``bonds_within = 2.85`` (Å). ``bond_stretching = 2.965`` (eV Å⁻²), ``bending_ratio = 0.285``,
            ``bond_length = 2.35`` (Å).
        ``ase``
            ``calculator = "ase.calculators.emt.EMT"`` and the arguments of that class.
    parameters : mapping, optional
        All keys of the table but ``kind`` and ``file``.
    file : str or Path, optional
        Its ``file``.

    Raises
    ------
    InputError
        If there is no such kind, a parameter is missing, unknown or wrong, or the file cannot be read.

    Examples
    --------
    >>> potential_from_config("stillinger-weber")
    StillingerWeber(name='Si')
    """
    makers: dict[str, Callable[[Parameters, str | Path | None], EnergyTerm]] = {
        "ace": _ace,
        "lennard-jones": _lennard_jones,
        "morse": _morse,
        "stillinger-weber": _stillinger_weber,
        "tersoff": _tersoff,
        "keating": _keating,
        "ase": _ase,
    }
    if kind not in makers:
        raise InputError(f"there is no potential of kind {kind!r}; expected one of {', '.join(makers)}")
    given = dict(parameters or {})
    potential = makers[kind](given, file)
    if given:
        raise InputError(f"potential {kind} has no parameter {next(iter(given))!r}")
    return potential


def _ace(_: Parameters, file: str | Path | None) -> "EnergyTerm":
    if file is None:
        raise InputError("potential ace needs a file: a .yace or .yaml of pacemaker")
    return read_ace(file)


def _lennard_jones(given: Parameters, file: str | Path | None) -> "EnergyTerm":
    _no_file("lennard-jones", file)
    pairs = _pairs("lennard-jones", given, LennardJonesPair, ("epsilon", "sigma"))
    return LennardJones(pairs, _number("lennard-jones", given, "cutoff"), _flag(given))


def _morse(given: Parameters, file: str | Path | None) -> "EnergyTerm":
    _no_file("morse", file)
    pairs = _pairs("morse", given, MorsePair, ("depth", "width", "distance"))
    return Morse(pairs, _number("morse", given, "cutoff"), _flag(given))


def _stillinger_weber(given: Parameters, file: str | Path | None) -> "EnergyTerm":
    if file is not None:
        return StillingerWeber.read(file)
    _check_set("stillinger-weber", given, "Si")
    return StillingerWeber.silicon()


def _tersoff(given: Parameters, file: str | Path | None) -> "EnergyTerm":
    if file is not None:
        return Tersoff.read(file)
    _check_set("tersoff", given, "Si(C)")
    return Tersoff.silicon()


def _keating(given: Parameters, file: str | Path | None) -> "EnergyTerm":
    names = ("bond_stretching", "bending_ratio", "bond_length")
    parameters = KeatingParameters(**{name: _number("keating", given, name) for name in names if name in given})
    if file is None:
        within = _number("keating", given, "bonds_within") if "bonds_within" in given else 2.85
        return Keating(parameters, bonds_within=within)
    nets = list(read_nets(file))
    if len(nets) != 1:
        raise InputError(f"expected one net, got {len(nets)}", path=file)
    return Keating(parameters, nets[0])


def _ase(given: Parameters, file: str | Path | None) -> "EnergyTerm":
    _no_file("ase", file)
    name = given.pop("calculator", None)
    if not isinstance(name, str):
        raise InputError('potential ase needs calculator, a class such as "ase.calculators.emt.EMT"')
    arguments = dict(given)
    given.clear()
    return AseCalculator.named(name, arguments)


def _no_file(kind: str, file: str | Path | None) -> None:
    if file is not None:
        raise InputError(f"potential {kind} has no file; its numbers are parameters", path=file)


def _check_set(kind: str, given: Parameters, known: str) -> None:
    name = given.pop("set", known)
    if name != known:
        raise InputError(f"potential {kind} has no built-in set {name!r}; it has {known!r}, or give a file")


def _number(kind: str, given: Parameters, name: str) -> float:
    value = given.pop(name, None)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"potential {kind} needs a number {name}, got {value!r}")
    return float(value)


def _flag(given: Parameters) -> bool:
    value = given.pop("shifted", True)
    if not isinstance(value, bool):
        raise InputError(f"shifted must be true or false, got {value!r}")
    return value


def _pairs(kind: str, given: Parameters, pair: Callable[..., Any], names: tuple[str, ...]) -> dict[str, Any]:
    table = given.pop("pairs", None)
    expected = f"{{ {', '.join(f'{name} = ...' for name in names)} }}"
    if not isinstance(table, Mapping) or not table:
        raise InputError(f'potential {kind} needs pairs, a table such as "Si-O" = {expected}')
    found = {}
    for name, numbers in table.items():
        if not isinstance(numbers, Mapping) or set(numbers) != set(names):
            raise InputError(f"pair {name} of potential {kind} must be {expected}, got {numbers!r}")
        copied = dict(numbers)
        found[str(name)] = pair(*(_number(f"{kind}, pair {name},", copied, key) for key in names))
    return found
