"""Amorphous models from scattering data: the parts of which refinement is made.

``model`` holds atoms and reads and writes them; ``scattering`` turns them into partials, F(Q) and G(r) and holds data
sets against them; ``potential`` gives energies and forces; ``monte_carlo`` moves the atoms of a model by what data and
energies say.

The front page has what the commands do: :func:`refine` is `carvsdb refine run`, :func:`backmap_net` is `carvsdb refine
backmap` (``run`` and ``backmap`` are the packages that they come from).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from carvsdb_refine.active_learning import learn as learn
    from carvsdb_refine.active_learning import read_learn_config as read_learn_config
    from carvsdb_refine.backmap import BackmapOptions as BackmapOptions
    from carvsdb_refine.backmap import backmap as backmap_net
    from carvsdb_refine.backmap import linker_named as linker_named
    from carvsdb_refine.backmap import random_packing as random_packing
    from carvsdb_refine.beginning.first_config import first_config as first_config
    from carvsdb_refine.bundle.pack import pack as pack
    from carvsdb_refine.bundle.unpack import unpack as unpack
    from carvsdb_refine.labels import Oracle as Oracle
    from carvsdb_refine.labels import import_labels as import_labels
    from carvsdb_refine.labels import label as label
    from carvsdb_refine.labels.config_file import read_labels_config as read_labels_config
    from carvsdb_refine.learning.fit import FitOptions as FitOptions
    from carvsdb_refine.learning.fit_files import FitRequest as FitRequest
    from carvsdb_refine.learning.fit_files import fit_files as fit_files
    from carvsdb_refine.learning.gamma_files import GammaRequest as GammaRequest
    from carvsdb_refine.learning.gamma_files import gamma_files as gamma_files
    from carvsdb_refine.learning.label_names import LabelNames as LabelNames
    from carvsdb_refine.learning.new_potential import NewPotential as NewPotential
    from carvsdb_refine.potential import AcePotential as AcePotential
    from carvsdb_refine.potential import potential_from_config as potential_from_config
    from carvsdb_refine.potential import read_ace as read_ace
    from carvsdb_refine.potential.calculator import PotentialCalculator as PotentialCalculator
    from carvsdb_refine.report.make import make_report as make_report
    from carvsdb_refine.run import Hooks as Hooks
    from carvsdb_refine.run import Points as Points
    from carvsdb_refine.run import Setup as Setup
    from carvsdb_refine.run import calculate_scattering as calculate_scattering
    from carvsdb_refine.run import evaluate as evaluate
    from carvsdb_refine.run import prepare as prepare
    from carvsdb_refine.run import read_config as read_config
    from carvsdb_refine.run import resume as resume
    from carvsdb_refine.run import run as refine
    from carvsdb_refine.run import run_replicas as run_replicas
    from carvsdb_refine.run import score as score
    from carvsdb_refine.run import status as status
    from carvsdb_refine.run.into_catalogue import store as store
    from carvsdb_refine.scattering import DataSet as DataSet
    from carvsdb_refine.scattering import read_data as read_data

_PUBLIC = {
    "AcePotential": ("carvsdb_refine.potential", "AcePotential"),
    "BackmapOptions": ("carvsdb_refine.backmap", "BackmapOptions"),
    "DataSet": ("carvsdb_refine.scattering", "DataSet"),
    "FitRequest": ("carvsdb_refine.learning.fit_files", "FitRequest"),
    "GammaRequest": ("carvsdb_refine.learning.gamma_files", "GammaRequest"),
    "Hooks": ("carvsdb_refine.run", "Hooks"),
    "NewPotential": ("carvsdb_refine.learning.new_potential", "NewPotential"),
    "FitOptions": ("carvsdb_refine.learning.fit", "FitOptions"),
    "LabelNames": ("carvsdb_refine.learning.frames", "LabelNames"),
    "read_labels_config": ("carvsdb_refine.labels.config_file", "read_labels_config"),
    "Oracle": ("carvsdb_refine.labels", "Oracle"),
    "Points": ("carvsdb_refine.run", "Points"),
    "PotentialCalculator": ("carvsdb_refine.potential.calculator", "PotentialCalculator"),
    "Setup": ("carvsdb_refine.run", "Setup"),
    "backmap_net": ("carvsdb_refine.backmap", "backmap"),
    "calculate_scattering": ("carvsdb_refine.run", "calculate_scattering"),
    "evaluate": ("carvsdb_refine.run", "evaluate"),
    "first_config": ("carvsdb_refine.beginning", "first_config"),
    "fit_files": ("carvsdb_refine.learning.fit_files", "fit_files"),
    "gamma_files": ("carvsdb_refine.learning.gamma_files", "gamma_files"),
    "import_labels": ("carvsdb_refine.labels", "import_labels"),
    "label": ("carvsdb_refine.labels", "label"),
    "learn": ("carvsdb_refine.active_learning", "learn"),
    "linker_named": ("carvsdb_refine.backmap", "linker_named"),
    "make_report": ("carvsdb_refine.report.make", "make_report"),
    "pack": ("carvsdb_refine.bundle", "pack"),
    "potential_from_config": ("carvsdb_refine.potential", "potential_from_config"),
    "prepare": ("carvsdb_refine.run", "prepare"),
    "random_packing": ("carvsdb_refine.backmap", "random_packing"),
    "read_ace": ("carvsdb_refine.potential", "read_ace"),
    "read_config": ("carvsdb_refine.run", "read_config"),
    "read_data": ("carvsdb_refine.scattering", "read_data"),
    "read_learn_config": ("carvsdb_refine.active_learning", "read_learn_config"),
    "refine": ("carvsdb_refine.run", "run"),
    "resume": ("carvsdb_refine.run", "resume"),
    "run_replicas": ("carvsdb_refine.run", "run_replicas"),
    "score": ("carvsdb_refine.run", "score"),
    "status": ("carvsdb_refine.run", "status"),
    "store": ("carvsdb_refine.run.into_catalogue", "store"),
    "unpack": ("carvsdb_refine.bundle", "unpack"),
}

__all__ = [
    "AcePotential",
    "BackmapOptions",
    "DataSet",
    "FitOptions",
    "FitRequest",
    "GammaRequest",
    "Hooks",
    "LabelNames",
    "NewPotential",
    "Oracle",
    "Points",
    "PotentialCalculator",
    "Setup",
    "backmap_net",
    "calculate_scattering",
    "evaluate",
    "first_config",
    "fit_files",
    "gamma_files",
    "import_labels",
    "label",
    "learn",
    "linker_named",
    "make_report",
    "pack",
    "potential_from_config",
    "prepare",
    "random_packing",
    "read_ace",
    "read_config",
    "read_data",
    "read_labels_config",
    "read_learn_config",
    "refine",
    "resume",
    "run_replicas",
    "score",
    "status",
    "store",
    "unpack",
]


def __getattr__(name: str) -> Any:
    """Import what is asked for, when it is asked for."""
    if name not in _PUBLIC:
        raise AttributeError(f"module 'carvsdb_refine' has no attribute {name!r}")
    module, attribute = _PUBLIC[name]
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    return list(__all__)
