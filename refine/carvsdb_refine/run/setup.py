"""From a config to what a run works with: model, data sets, potential."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import inf
from pathlib import Path

from carvsdb.atoms.cell_list import check_minimum_image
from carvsdb.atoms.model import AtomicModel
from carvsdb.atoms.molecules import NO_MOLECULE, check_molecules
from carvsdb.errors import InputError
from carvsdb.regular_file import sha256_of
from carvsdb_ingest.readers.models import read_model
from carvsdb_refine.potential.from_config import potential_from_config
from carvsdb_refine.potential.terms import Potential
from carvsdb_refine.run.config_file import ConfigFile
from carvsdb_refine.run.molecules import molecules_by_bonds
from carvsdb_refine.scattering import Calculation, Composition, DataSet, Scatterer, read_data
from carvsdb_schemas.potential_tables import PotentialTable
from carvsdb_schemas.refinement import DataTable, StartTable


@dataclass(frozen=True, slots=True, eq=False)
class Setup:
    """All that a config names, read and checked.

    Attributes
    ----------
    file : ConfigFile
        The config.
    model : AtomicModel
        The start; its molecules are the rigid bodies.
    model_sha256 : str
        Of the start's file, in hex.
    data : tuple of DataSet
        As measured, with all points.
    calculations : tuple of Calculation
        How each is calculated and what of it is fitted.
    composition : Composition
        Of the model, with the bins of the pair histogram.
    read_potential : callable or None
        Reads what gives energies, once; None without a potential.
    potential_sha256 : str or None
        Of its file.
    """

    file: ConfigFile
    model: AtomicModel
    model_sha256: str
    data: tuple[DataSet, ...]
    calculations: tuple[Calculation, ...]
    composition: Composition
    read_potential: Callable[[], Potential] | None
    potential_sha256: str | None

    @property
    def potential(self) -> Potential | None:
        """What gives energies.

        Raises
        ------
        InputError
            If it cannot be read, or does not suit the model.
        """
        return None if self.read_potential is None else self.read_potential()

    @property
    def model_path(self) -> Path:
        """The file of the start."""
        return self.file.resolve(self.file.config.start.model)

    @property
    def model_name(self) -> str:
        """What the last model is called in the folder of the run."""
        return self.file.model_name

    @property
    def types(self) -> dict[int, str] | None:
        """The element of each LAMMPS atom type, if the config names them."""
        return _types(self.file.config.start)

    @property
    def scatterers(self) -> tuple[Scatterer, ...]:
        """What each `[[data]]` table says besides its curve."""
        correction = self.file.config.run.bin_correction
        return tuple(scatterer(table, correction) for table in self.file.config.data)

    def calculations_of(self, model: AtomicModel) -> tuple[Calculation, ...]:
        """Return the calculations for a model with another cell."""
        composition = composition_of(model, self.composition.bin_width)
        return tuple(Calculation.of(*pair) for pair in self._fits(composition))

    def _fits(self, composition: Composition) -> list[tuple[DataSet, Composition, Scatterer]]:
        return [(data, composition, how) for data, how in zip(self.data, self.scatterers, strict=True)]


def prepare(file: ConfigFile, allowed_calculators: Sequence[str] = (), *, reads_potential: bool = True) -> Setup:
    """Read everything that a config names.

    Parameters
    ----------
    file : ConfigFile
        The config.
    allowed_calculators : sequence of str
        Classes of ASE calculators, as ``MODULE:CLASS``, whose code may run besides that of the known ones.
    reads_potential : bool
        Whether the potential is read now, and not only where energies are asked for.

    Raises
    ------
    InputError
        In one sentence, for whatever is missing or does not fit together.
    """
    config = file.config
    model_path = file.resolve(config.start.model)
    # Small files first: what is wrong with them is found before the large ones are read.
    data = tuple(_read(file, table) for table in config.data)
    model = _start(read_model(model_path, _types(config.start)), config.start, str(model_path))
    composition = composition_of(model, config.run.bin_width)
    calculations = tuple(
        Calculation.of(data_set, composition, scatterer(table, config.run.bin_correction))
        for data_set, table in zip(data, config.data, strict=True)
    )
    table = config.potential

    @cache
    def potential() -> Potential:
        assert table is not None
        return _potential(file, table, model, allowed_calculators)

    has_potential = table is not None and table.kind != "none"
    if has_potential and reads_potential:
        potential()
    named = getattr(table, "file", None)
    sha256 = sha256_of(file.resolve(named)) if named else None
    read_potential = potential if has_potential else None
    return Setup(file, model, sha256_of(model_path), data, calculations, composition, read_potential, sha256)


def _potential(file: ConfigFile, table: PotentialTable, model: AtomicModel, allowed: Sequence[str]) -> Potential:
    try:
        made = potential_from_config(table, file.path.parent, allowed, getattr(table, "time_limit", None))
    except InputError as error:
        raise error if error.item else InputError(error.message, path=file.path, hint=error.hint) from None
    assert made is not None
    check_potential(made, model, str(file.resolve(file.config.start.model)))
    return made


def check_potential(potential: Potential, model: AtomicModel, path: str) -> None:
    """Raise InputError if a potential lacks an element of a model, or the cell is too small for its cut-off."""
    if potential.elements is not None:
        missing = [symbol for symbol in model.species if symbol not in potential.elements]
        if missing:
            has = f"it has {', '.join(potential.elements)}"
            raise InputError(f"potential {potential.name} has no element {', '.join(missing)} ({has})", path=path)
    check_minimum_image(model.cell, potential.reach, potential.name, path)


def composition_of(model: AtomicModel, bin_width: float) -> Composition:
    """Return what of a model does not change when its atoms move.

    Raises
    ------
    InputError
        If not one bin fits into half the cell.
    """
    # As many whole bins as `pair_histogram` makes.
    n_bins = int(float(model.heights.min()) / 2 / bin_width * (1 + 1e-9))
    if n_bins < 1:
        raise InputError(f"no bin of {bin_width} Å fits into half the cell's shortest height")
    return Composition(model.species, model.counts / model.n_atoms, model.number_density, bin_width, n_bins)


def scatterer(table: DataTable, bin_correction: bool = True) -> Scatterer:
    """Return what a `[[data]]` table says besides its curve, and `[run]` of its bins."""
    how = Scatterer(
        lengths=table.lengths,
        isotopes=table.isotopes,
        form_factors=table.form_factors,
        ions=table.ions,
        mean_square=table.normalisation == "<f^2>",
        beyond_box=table.beyond_box,
        window=table.window or "lorch",
        r_max=table.r_max,
        q_resolution=table.q_resolution,
        broadening=table.broadening,
        q_max=table.q_max,
        bin_correction=bin_correction,
    )
    return how if table.deuterium is None else replace(how, deuterium=table.deuterium)


def _read(file: ConfigFile, table: DataTable) -> DataSet:
    scale = {"fixed": 1.0, "free": None}.get(table.scale) if isinstance(table.scale, str) else table.scale
    low, high = table.fit_range or (0.0, inf)
    least, most = table.scale_bounds or (0.0, inf)
    return read_data(
        file.resolve(table.file),
        table.kind,
        table.function,
        q_unit=table.q_unit,
        columns=table.columns,
        sigma=table.sigma,
        fit_range=(low, high),
        weight=table.weight,
        scale=scale,
        scale_bounds=(least, most),
        offset=None if isinstance(table.offset, str) else table.offset,
    )


def _types(start: StartTable) -> dict[int, str] | None:
    return None if start.types is None else {int(number): symbol for number, symbol in start.types.items()}


def _start(model: AtomicModel, start: StartTable, path: str) -> AtomicModel:
    """Return the model with the molecules that the config asks for."""
    if start.molecules == "none":
        return replace(model, molecule_ids=None)
    if start.molecules == "file":
        if model.molecule_ids is None or not (model.molecule_ids != NO_MOLECULE).any():
            raise InputError("has no molecules; expected molecules = 'bonds' or 'none' in [start]", path=path)
    elif not start.bonds:
        raise InputError("molecules = 'bonds' needs the key 'bonds' in [start], such as {\"C-N\" = 1.6}")
    try:
        found = molecules_by_bonds(model, start.bonds or {}) if start.molecules == "bonds" else model
        check_molecules(found)
        return found
    except InputError as error:
        raise InputError(error.message, path=path, hint=error.hint) from None
