"""Potentials by their kind, as the `[potential]` table of a refinement names them."""

from collections.abc import Sequence
from pathlib import Path

from carvsdb.errors import InputError
from carvsdb.generate import KeatingParameters
from carvsdb_refine.potential.ace.potential import read_ace
from carvsdb_refine.potential.ase_calculator import AseCalculator
from carvsdb_refine.potential.calculator_process import CalculatorProcess, IsolatedAseCalculator
from carvsdb_refine.potential.calculators import is_known, make_calculator
from carvsdb_refine.potential.classical.pair_potentials import pair_potential
from carvsdb_refine.potential.classical.stillinger_weber import StillingerWeber
from carvsdb_refine.potential.classical.tersoff import Tersoff
from carvsdb_refine.potential.keating import Keating
from carvsdb_refine.potential.terms import Potential
from carvsdb_schemas.potential_tables import (
    AceTable,
    AseTable,
    KeatingTable,
    NoPotentialTable,
    PairTable,
    PotentialTable,
    StillingerWeberTable,
    TersoffTable,
)


def potential_from_config(
    table: PotentialTable, folder: str | Path = "", allowed: Sequence[str] = (), time_limit: float | None = None
) -> Potential | None:
    """Make a potential from the ``[potential]`` table of a run.

    Parameters
    ----------
    table : PotentialTable
        One of the tables of `carvsdb_schemas.potential_tables`.
    folder : str or Path
        The config's folder: files are relative to it.
    allowed : sequence of str
        Classes of ASE calculators, as ``MODULE:CLASS``, whose code may run besides that of the known ones.
    time_limit : float, optional
        Seconds for one evaluation by one of those: it has a process of its own then.

    Returns
    -------
    Potential or None
        None for the kind ``none``.

    Raises
    ------
    InputError
        If numbers do not fit together, or a file cannot be read.

    Examples
    --------
    >>> potential_from_config(StillingerWeberTable(kind="stillinger-weber"))
    StillingerWeber(name='Si')
    """
    match table:
        case AceTable():
            return read_ace(Path(folder, table.file))
        case PairTable():
            return pair_potential(table)
        case StillingerWeberTable():
            return StillingerWeber.silicon() if table.file is None else StillingerWeber.read(Path(folder, table.file))
        case TersoffTable():
            return Tersoff.silicon() if table.file is None else Tersoff.read(Path(folder, table.file))
        case KeatingTable():
            return _keating(table, Path(folder))
        case AseTable():
            recipe = table.calculator, table.model_extra or {}, Path(folder), allowed
            made = make_calculator(*recipe)
            if time_limit is None or is_known(made):
                return AseCalculator(made, table.calculator)
            return IsolatedAseCalculator(made, table.calculator, process=CalculatorProcess(*recipe, time_limit))
        case NoPotentialTable():
            return None


def _keating(table: KeatingTable, folder: Path) -> Keating:
    given = table.model_dump(include={"bond_stretching", "bending_ratio", "bond_length"}, exclude_none=True)
    parameters = KeatingParameters(**given)
    if table.file is None:
        return Keating(parameters, bonds_within=table.bonds_within)
    # Here, as no other potential needs the readers of nets.
    from carvsdb_ingest.analysis import read_nets

    nets = list(read_nets(folder / table.file))
    if len(nets) != 1:
        raise InputError(f"expected one net, got {len(nets)}", path=folder / table.file)
    return Keating(parameters, nets[0])
