"""Amorphous tetrahedral networks by bond switching."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from carvsdb.errors import VerificationError
from carvsdb.generate.annealing import sample_switches
from carvsdb.generate.keating import keating_forces
from carvsdb.generate.network import TetrahedralNetwork, cells_for, diamond
from carvsdb.generate.options import SwitchingOptions
from carvsdb.generate.relaxation import relax
from carvsdb.generate.report import GenerationReport, Geometry, Progress, Stage
from carvsdb.net import Net

_HOT_ATTEMPTS = 200
"""Attempts per switch to be accepted after which the hot stage is given up."""
_CHUNK = 10
"""Attempts per node between two calls of `progress`."""
_FINAL_FORCE = 1e-5
"""Root mean square force per coordinate to which the result is relaxed, in eV Å⁻¹."""


@dataclass(frozen=True, slots=True, eq=False)
class GeneratedNetwork:
    """A generated net and how it came about.

    Attributes
    ----------
    net : Net
        With fractional positions in [0, 1) and a rectangular cell in Å.
    report : GenerationReport
        Everything but the seed, which only the caller knows.
    """

    net: Net
    report: GenerationReport


def wooten_winer_weaire(
    n_nodes: int,
    *,
    generator: np.random.Generator,
    options: SwitchingOptions | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> GeneratedNetwork:
    """Generate a continuous random network of four-coordinated nodes.

    A box of diamond is randomised by bond switches [1]_ at a high temperature and annealed at falling ones, with
    the Keating energy [2]_. As in [3]_ a threshold ``E_t = E_b - kT ln s`` is drawn first; after a switch its
    neighbourhood is relaxed, then the whole network, and the switch is undone as soon as
    ``E - c |F|²`` lies above the threshold. Here ``c = 3 / alpha`` (about 1 Å² eV⁻¹).

    Parameters
    ----------
    n_nodes : int
        ``8 l m n`` with the box of ``l × m × n`` cubic cells as near to a cube as possible.
    generator : numpy.random.Generator
        The only source of randomness: the same state gives the same net, bit for bit, on one machine.
    options : SwitchingOptions, optional
    progress : callable, optional
        Called with a :class:`Progress` some times in each stage.

    Raises
    ------
    InputError
        If no box has `n_nodes` nodes; the sentence names the nearest counts that have one.
    VerificationError
        If the hot stage is too cold to reach its number of accepted switches.

    Notes
    -----
    Early rejection refuses some switches that a longer relaxation would accept: against three shells and ``10 c``,
    two shells and ``c`` lose about a third of them at kT 0.25 to 0.4 eV, three shells and ``c`` about a tenth at twice
    the time per attempt (512 nodes, 30,000 attempts each). This is
    a way to low energies, not the sampling of an exact ensemble.

    References
    ----------
    .. [1] Wooten, Winer & Weaire, Phys. Rev. Lett. 54, 1392 (1985), doi:10.1103/PhysRevLett.54.1392
    .. [2] Keating, Phys. Rev. 145, 637 (1966), doi:10.1103/PhysRev.145.637
    .. [3] Barkema & Mousseau, Phys. Rev. B 62, 4985 (2000), doi:10.1103/PhysRevB.62.4985

    Examples
    --------
    >>> import numpy as np
    >>> from carvsdb.generate import AnnealingSchedule, SwitchingOptions, wooten_winer_weaire
    >>> short = SwitchingOptions(AnnealingSchedule(temperatures=(0.5,), attempts_per_node=(20,)))
    >>> generated = wooten_winer_weaire(64, generator=np.random.default_rng(1), options=short)
    >>> generated.net
    <Net wooten-winer-weaire-64: 64 vertices, 128 edges>
    """
    options = options or SwitchingOptions()
    schedule = options.schedule
    cells = cells_for(n_nodes)
    network = diamond(cells, options.keating.bond_length)
    n_stages = 1 + len(schedule.temperatures)
    hot_switches = round(schedule.hot_switches_per_node * n_nodes)
    # (temperature, attempts, accepted switches at which to stop)
    plan = [(schedule.hot_temperature, _HOT_ATTEMPTS * hot_switches, hot_switches)]
    for temperature, attempts in zip(schedule.temperatures, schedule.attempts_per_node, strict=True):
        plan.append((temperature, round(attempts * n_nodes), round(attempts * n_nodes)))
    stages = []
    for number, (temperature, attempts, enough) in enumerate(plan, start=1):

        def tell(fraction: float, energy: float, number: int = number, temperature: float = temperature) -> None:
            if progress is not None:
                progress(Progress(number, n_stages, temperature, fraction, energy / n_nodes))

        stages.append(_stage(network, temperature, attempts, enough, generator, options, tell))
        if number == 1 and stages[0].accepted < hot_switches:
            raise VerificationError(
                f"only {stages[0].accepted} of {hot_switches} switches were accepted at the hot temperature "
                f"{temperature} eV in {attempts} attempts: the crystal is not randomised; use a higher temperature"
            )
    energy = relax(network, options.keating, force=_FINAL_FORCE, with_box=options.relax_box)
    net = network.to_net(f"wooten-winer-weaire-{n_nodes}")
    forces = keating_forces(net, options.keating)
    report = GenerationReport(
        method="wooten-winer-weaire",
        n_nodes=n_nodes,
        cells=cells,
        options=options,
        stages=tuple(stages),
        attempted=sum(stage.attempted for stage in stages),
        accepted=sum(stage.accepted for stage in stages),
        energy_per_node=energy / n_nodes,
        force=float(np.sqrt(np.mean(forces**2))),
        geometry=Geometry.of(network.bond_vectors()),
        closest_unbonded=round(network.closest_unbonded(), 6),
    )
    return GeneratedNetwork(net, report)


def _stage(
    network: TetrahedralNetwork,
    temperature: float,
    max_attempts: int,
    max_accepted: int,
    generator: np.random.Generator,
    options: SwitchingOptions,
    tell: Callable[[float, float], None],
) -> Stage:
    """Sample at one temperature, in chunks."""
    coefficients = options.keating.coefficients()
    margin = 3 / options.keating.bond_stretching
    # What a relaxation leaves above the minimum is small against kT.
    tolerance = max(0.1 * temperature, 1e-3) / margin
    closest = options.closest_unbonded * options.keating.bond_length
    attempted = accepted = 0
    energy = 0.0
    while attempted < max_attempts and accepted < max_accepted:
        randoms = generator.random((min(_CHUNK * network.n_nodes, max_attempts - attempted), 2))
        tried, kept, _, energy = sample_switches(
            randoms, max_accepted - accepted, temperature, options.smallest_ring, options.shells,
            margin, tolerance, closest,
            network.positions, network.neighbours, network.offsets, network.box, coefficients,
        )  # fmt: skip
        attempted += tried
        accepted += kept
        tell(max(attempted / max_attempts, accepted / max_accepted), energy)
    energy = relax(network, options.keating, with_box=False)
    return Stage(temperature, attempted, accepted, energy / network.n_nodes)
