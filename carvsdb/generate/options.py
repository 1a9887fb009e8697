"""What a run of bond switching is told: temperatures, attempts, rings, energy."""

from dataclasses import dataclass, field
from math import isfinite

from carvsdb.errors import InputError
from carvsdb.generate.keating import KeatingParameters


@dataclass(frozen=True, slots=True)
class AnnealingSchedule:
    """Temperatures (as kT in eV) and the number of bond switches tried at each.

    The default was chosen for silicon's :class:`KeatingParameters`; other stiffnesses need other temperatures.

    Attributes
    ----------
    hot_temperature : float
        kT at which the crystal is randomised.
    hot_switches_per_node : float
        Accepted switches per node in that stage.
    temperatures : tuple of float
        kT of each annealing stage; 0 accepts only what lowers the energy.
    attempts_per_node : tuple of float
        Switches tried per node in each stage.

    Examples
    --------
    >>> sum(AnnealingSchedule().attempts_per_node)
    720
    """

    hot_temperature: float = 2.0
    hot_switches_per_node: float = 2.0
    temperatures: tuple[float, ...] = (1.0, 0.5, 0.4, 0.3, 0.25, 0.15)
    attempts_per_node: tuple[float, ...] = (20, 160, 160, 200, 120, 60)

    def __post_init__(self) -> None:
        if not (isfinite(self.hot_temperature) and self.hot_temperature > 0):
            raise InputError(f"the hot temperature must be positive (kT in eV), got {self.hot_temperature}")
        if not (isfinite(self.hot_switches_per_node) and self.hot_switches_per_node >= 0):
            raise InputError(f"hot switches per node must be a number, 0 or more, got {self.hot_switches_per_node}")
        if len(self.temperatures) != len(self.attempts_per_node):
            raise InputError(
                f"a schedule needs as many attempts_per_node as temperatures, got {len(self.attempts_per_node)} "
                f"and {len(self.temperatures)}"
            )
        for temperature in self.temperatures:
            if not (isfinite(temperature) and temperature >= 0):
                raise InputError(f"temperatures must be 0 or more (kT in eV), got {temperature}")
        for attempts in self.attempts_per_node:
            if not (isfinite(attempts) and attempts >= 0):
                raise InputError(f"attempts per node must be 0 or more, got {attempts}")


@dataclass(frozen=True, slots=True)
class SwitchingOptions:
    """All that determines a Wooten-Winer-Weaire network besides its size and its random numbers.

    Attributes
    ----------
    schedule : AnnealingSchedule
    keating : KeatingParameters
    smallest_ring : int
        A switch that would close a cycle of fewer bonds is not tried: 4 forbids triangles and double bonds, 5
        forbids four-rings too. Published networks exist of both kinds [1]_. Strain makes four-rings rare;
        to forbid them slows the annealing (216 nodes, default schedule: 13 to 14 degrees of angle spread against 11).
    shells : int
        Nodes within so many bonds of a switched chain move in the first, local relaxation.
    closest_unbonded : float
        A switch is refused if it leaves a node near it within so many ideal bond lengths of a node that it has no
        bond to; the Keating energy alone lets nodes overlap. Later relaxations can bring a pair nearer: the report
        has the distance reached. 0 turns the rule off.
    relax_box : bool
        Whether the edges of the box relax at the end. During the run they stay those of the crystal: the
        Keating energy has no repulsion, and a hot network would collapse.

    References
    ----------
    .. [1] Djordjević, Thorpe & Wooten, Phys. Rev. B 52, 5685 (1995), doi:10.1103/PhysRevB.52.5685
    """

    schedule: AnnealingSchedule = field(default_factory=AnnealingSchedule)
    keating: KeatingParameters = field(default_factory=KeatingParameters)
    smallest_ring: int = 4
    shells: int = 2
    closest_unbonded: float = 0.9
    relax_box: bool = True

    def __post_init__(self) -> None:
        if self.smallest_ring not in (3, 4, 5):
            raise InputError(f"the smallest ring must be 3, 4 or 5, got {self.smallest_ring}")
        if not 0 <= self.closest_unbonded < 1.6:
            raise InputError(
                f"closest_unbonded must be 0 or more and below 1.6 bond lengths (second neighbours), "
                f"got {self.closest_unbonded}"
            )
        if self.shells < 1:
            raise InputError(f"the local relaxation needs 1 shell or more, got {self.shells}")
