"""Amorphous networks: four-coordinated continuous random networks by bond switching.

``wooten_winer_weaire`` is the generator; ``options`` what it is told and ``report`` what it found; ``network`` the
network in memory and the diamond box it starts from; ``keating`` the energy; ``relaxation`` its minimum;
``switching`` the bond switch; ``annealing`` the Metropolis sampling of switches.

Examples
--------
>>> import numpy as np
>>> from carvsdb.generate import AnnealingSchedule, SwitchingOptions, wooten_winer_weaire
>>> short = SwitchingOptions(AnnealingSchedule(temperatures=(0.5,), attempts_per_node=(20,)))
>>> set(wooten_winer_weaire(64, generator=np.random.default_rng(7), options=short).net.degrees().tolist())
{4}
"""

from carvsdb.generate.keating import KeatingParameters, keating_energy, keating_forces
from carvsdb.generate.options import AnnealingSchedule, SwitchingOptions
from carvsdb.generate.report import GenerationReport, Geometry, Progress, Stage
from carvsdb.generate.wooten_winer_weaire import GeneratedNetwork, wooten_winer_weaire

__all__ = [
    "AnnealingSchedule",
    "GeneratedNetwork",
    "GenerationReport",
    "Geometry",
    "KeatingParameters",
    "Progress",
    "Stage",
    "SwitchingOptions",
    "keating_energy",
    "keating_forces",
    "wooten_winer_weaire",
]
