"""How much labels count, as data sets say it under the names that other programs give to weights and errors.

A weight multiplies the square of an error, so that a structure of weight 2 is as two of it; weights of a structure and
of one kind of its labels multiply each other (MACE). Those of pacemaker add up to 1 for each kind: only what they are
to each other counts. GAP says errors instead: of the energy and the virial of a whole structure, and of components of
forces. Only what weights are to each other counts in the end: those of a training have a mean of 1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError
from carvsdb_refine.learning.label_names import numbers_of
from carvsdb_refine.learning.scales import Scales

Floats = NDArray[np.float64]
Labels = Mapping[str, Any]

# Of each kind the first that a structure has.
_NAMES: dict[str, tuple[str, ...]] = {
    "all": ("config_weight", "weight"),
    "energy": ("config_energy_weight", "energy_weight", "w_energy", "energy_sigma"),
    "forces": (
        "config_forces_weight",
        "config_force_weight",
        "forces_weight",
        "force_weight",
        "w_forces",
        "force_component_sigma",
        "force_atom_sigma",
        "force_sigma",
    ),
    "stress": (
        "config_stress_weight",
        "config_virials_weight",
        "config_virial_weight",
        "stress_weight",
        "virials_weight",
        "virial_weight",
        "virial_sigma",
    ),
}
# Forces where it is true are not to be fitted (GAP).
_MASK = "force_mask"
_ERROR = "sigma"
_ADD_UP_TO_ONE = ("w_energy", "w_forces")
_TYPE = "config_type"
DEFAULT_TYPE = "default"
"""The type of structures that say none, and whose weight others have that are not named."""


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """What squares of errors are multiplied by; 0 is as if there were no label.

    Attributes
    ----------
    energy, stress : float
    forces : ndarray of float64, shape (n, 3)
    """

    energy: float
    forces: Floats = field(repr=False)
    stress: float

    @classmethod
    def alike(cls, n_atoms: int, weight: float = 1.0) -> "Weights":
        """Return the same weight for all labels."""
        return cls(weight, np.full((n_atoms, 3), weight), weight)

    def times(self, factor: float) -> "Weights":
        """Return all of them multiplied."""
        return Weights(self.energy * factor, self.forces * factor, self.stress * factor)

    def levelled(self) -> "Weights":
        """Return 1 for all labels, but for forces that have none."""
        return Weights(1.0, (self.forces > 0).astype(np.float64), 1.0)


@dataclass(frozen=True, slots=True)
class Weighing:
    """How weights are made.

    Attributes
    ----------
    scales : Scales
        What labels of weight 1 may be off by; errors that the data say are relative to them.
    by_type : mapping of str to float
        More weights, by `config_type`.
    by_labels : bool
        Whether what structures say themselves counts.
    """

    scales: Scales = field(default_factory=Scales)
    by_type: Mapping[str, float] = field(default_factory=dict)
    by_labels: bool = True


def names_of_weights(described: Sequence[Labels]) -> tuple[list[str], list[str]]:
    """Return under which names structures say weights that say something, and which look like such and are unknown."""
    known = {name for names in _NAMES.values() for name in names} | {_MASK}
    found = {
        name
        for labels in described
        for name, value in labels.items()
        if (name.lower() in known or "weight" in name.lower()) and not _is_plain(name.lower(), value)
    }
    return sorted(name for name in found if name.lower() in known), sorted(
        name for name in found if name.lower() not in known
    )


def types_of(described: Sequence[Labels]) -> frozenset[str]:
    """Return the types of structures, in small letters."""
    return frozenset(_type(labels) for labels in described)


def means_of(described: Sequence[tuple[Labels, int]]) -> dict[str, float]:
    """Return the means of weights that add up to 1, of structures with their numbers of atoms."""
    sums, counts = dict.fromkeys(_ADD_UP_TO_ONE, 0.0), dict.fromkeys(_ADD_UP_TO_ONE, 0)
    for labels, n_atoms in described:
        for name, value in labels.items():
            if name.lower() not in sums or value is None:
                continue
            try:
                numbers = np.asarray(value, np.float64)
            except (TypeError, ValueError):
                continue  # what is no number is said where its structure is weighted
            size = n_atoms if name.lower() == "w_forces" else 1
            sums[name.lower()] += size * float(numbers.mean()) if numbers.size else 0.0
            counts[name.lower()] += size
    return {name: sums[name] / counts[name] for name in sums if np.isfinite(sums[name]) and sums[name] > 0}


def weights_of(labels: Labels, n_atoms: int, weighing: Weighing, means: Mapping[str, float]) -> Weights | None:
    """Return the weights of a structure, None if all are 1; `means` are those of weights that add up to 1.

    Raises
    ------
    InputError
        That says, without the structure, which weight is none.
    """
    plain = {name.lower(): name for name, value in labels.items() if weighing.by_labels and value is not None}
    scales = weighing.scales
    sizes = {"energy": scales.energy * n_atoms, "forces": scales.force, "stress": scales.stress * n_atoms}
    made: dict[str, Any] = dict.fromkeys(_NAMES, 1.0)
    for kind, names in _NAMES.items():
        known = next((name for name in names if name in plain), None)
        if known is not None:
            shapes = ((), (n_atoms, 1), (n_atoms, 3)) if kind == "forces" else ((),)
            numbers = _checked(labels, plain[known], *shapes)
            made[kind] = (sizes[kind] / numbers) ** 2 if known.endswith(_ERROR) else numbers / means.get(known, 1.0)
    of_type = {name.lower(): weight for name, weight in weighing.by_type.items()}
    whole = float(made["all"]) * of_type.get(_type(labels), of_type.get(DEFAULT_TYPE, 1.0))
    forces = np.broadcast_to(whole * np.asarray(made["forces"], np.float64), (n_atoms, 3)).copy()
    if _MASK in plain:
        forces[_checked(labels, plain[_MASK], (n_atoms,)) != 0] = 0.0
    weights = Weights(whole * float(made["energy"]), forces, whole * float(made["stress"]))
    return None if weights.energy == weights.stress == 1 and (forces == 1).all() else weights


def _checked(labels: Labels, name: str, *shapes: tuple[int, ...]) -> Floats:
    numbers = numbers_of(labels, name, *shapes)
    assert numbers is not None
    is_error = name.lower().endswith(_ERROR)
    if (numbers < 0).any() or (is_error and not numbers.all()):
        raise InputError(f"{name} is {float(numbers.min()):g}, expected {'more than 0' if is_error else '0 or more'}")
    return numbers


def _type(labels: Labels) -> str:
    found = next((value for name, value in labels.items() if name.lower() == _TYPE), DEFAULT_TYPE)
    return str(found).lower()


def _is_plain(name: str, value: Any) -> bool:
    """Tell whether a weight says nothing: it is not there, 1, or a mask of nothing; errors always say something."""
    plain = 0 if name == _MASK else None if name.endswith(_ERROR) else 1
    try:
        return value is None or bool(np.all(np.asarray(value, np.float64) == plain))
    except (TypeError, ValueError):
        return False
