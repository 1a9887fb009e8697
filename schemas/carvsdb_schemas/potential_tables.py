"""`[potential]` of a TOML file: one table for each kind of potential."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from carvsdb_schemas.config_table import File, NotNegative, Pair, Positive, Table


class AceTable(Table):
    """`[potential]`, `kind = "ace"`: an atomic cluster expansion."""

    kind: Literal["ace"]
    file: File = Field(description="`.yace`, or `.yaml` of pacemaker.")


class PairTable(Table):
    """What the tables of all pair potentials have: `kind`, `pairs`, `cutoff`, `shifted`."""

    kind: str
    pairs: Mapping[str, Table]
    cutoff: Positive = Field(description="Of all pairs, in Å.")
    shifted: bool = Field(default=True, description="Whether the energy is shifted to 0 at the cut-off.")


class LennardJonesNumbers(Table):
    """A pair of a Lennard-Jones potential."""

    epsilon: NotNegative = Field(description="Depth of the well in eV.")
    sigma: Positive = Field(description="Distance at which the energy is 0, in Å.")


class LennardJonesTable(PairTable):
    """`[potential]`, `kind = "lennard-jones"`: unlike pairs that are not given are mixed (Lorentz, Berthelot)."""

    kind: Literal["lennard-jones"]
    pairs: dict[Pair, LennardJonesNumbers] = Field(min_length=1)


class MorseNumbers(Table):
    """A pair of a Morse potential."""

    depth: NotNegative = Field(description="Of the well, in eV.")
    width: Positive = Field(description="The decay constant in Å⁻¹.")
    distance: Positive = Field(description="Where the minimum is, in Å.")


class MorseTable(PairTable):
    """`[potential]`, `kind = "morse"`: pairs that are not given have no energy."""

    kind: Literal["morse"]
    pairs: dict[Pair, MorseNumbers] = Field(min_length=1)


class StillingerWeberTable(Table):
    """`[potential]`, `kind = "stillinger-weber"`."""

    kind: Literal["stillinger-weber"]
    file: File | None = Field(default=None, description="LAMMPS parameters (`.sw`), in place of the set.")
    set: Literal["Si"] = Field(default="Si", description="Published numbers.")


class TersoffTable(Table):
    """`[potential]`, `kind = "tersoff"`."""

    kind: Literal["tersoff"]
    file: File | None = Field(default=None, description="LAMMPS parameters (`.tersoff`), in place of the set.")
    set: Literal["Si(C)"] = Field(default="Si(C)", description="Published numbers.")


class KeatingTable(Table):
    """`[potential]`, `kind = "keating"`: bonds stay as they are."""

    kind: Literal["keating"]
    file: File | None = Field(default=None, description="A net whose vertices are the atoms, in order.")
    bonds_within: Positive = Field(default=2.85, description="Without a file: bonds of the start, in Å.")
    bond_stretching: Positive | None = Field(default=None, description="In eV Å⁻².")
    bending_ratio: NotNegative | None = Field(default=None, description="Bending over stretching.")
    bond_length: Positive | None = Field(default=None, description="In Å.")


class AseTable(BaseModel):
    """`[potential]`, `kind = "ase"`: an ASE calculator; keys besides those of here are its arguments."""

    model_config = ConfigDict(extra="allow", strict=True)

    kind: Literal["ase"]
    calculator: str = Field(min_length=1, description="Its name, such as EMT.")
    time_limit: Positive = Field(
        default=3600.0, description="Seconds for one evaluation by a class that was allowed; labels have their own."
    )


WITHOUT_EFFECT = {"time_limit"}
"""Keys of a table that change nothing of what its potential says: the same energies are known by the same table."""


class NoPotentialTable(Table):
    """`[potential]`, `kind = "none"`: pure reverse Monte Carlo, as without the table."""

    kind: Literal["none"]


PotentialTable = Annotated[
    AceTable
    | LennardJonesTable
    | MorseTable
    | StillingerWeberTable
    | TersoffTable
    | KeatingTable
    | AseTable
    | NoPotentialTable,
    Field(discriminator="kind"),
]
"""`[potential]`: what gives energies; without it the run is pure reverse Monte Carlo."""
