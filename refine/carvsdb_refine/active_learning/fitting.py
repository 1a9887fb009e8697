"""An iteration's potential and its active set, from all labels so far."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from carvsdb_refine.labels import Frame
from carvsdb_refine.learning.active_set import ActiveSet
from carvsdb_refine.learning.active_set_file import write_active_set
from carvsdb_refine.learning.basis import BasisLimits
from carvsdb_refine.learning.basis_choice import DEGREES_ALONE, with_the_best
from carvsdb_refine.learning.data_set import make_data_set
from carvsdb_refine.learning.fit import FitOptions, FittedPotential, fit_potential
from carvsdb_refine.learning.frames import FitFrame
from carvsdb_refine.learning.frames_active_set import active_set_of_frames
from carvsdb_refine.learning.new_potential import NewPotential
from carvsdb_refine.learning.projections import Projector
from carvsdb_refine.learning.scales import Scales
from carvsdb_refine.potential.ace.written import write_form
from carvsdb_schemas.learning import LearnTable


def fit_and_write(labels: Sequence[Frame], table: LearnTable, potential: Path, active_set: Path) -> FittedPotential:
    """Fit a potential to labels, choose its active set, and write both; the potential last.

    Raises
    ------
    InputError
        If there are too few labels, or they do not fit together.
    VerificationError
        If the grades do not rise on a structure that is far off.
    """
    data = make_data_set([fit_frame(label) for label in labels], table.held_out, table.seed, table.largest_force)
    options = FitOptions(Scales(energy=table.energy_error, force=table.force_error))
    new = NewPotential(table.cutoff, BasisLimits(functions=table.functions), table.radial)
    if table.degree_weights is None:
        new = with_the_best(new, data, options, DEGREES_ALONE).new
    else:
        angular_weight, rank_step = table.degree_weights
        new = replace(new, limits=replace(new.limits, angular_weight=angular_weight, rank_step=rank_step))
    form = new.form(data.elements, data.shortest_distances(new.cutoff))
    # The best ordered ones first: what is far off from them is known.
    frames = sorted((*data.training, *data.held_out), key=lambda frame: (frame.energy or 0.0) / frame.n_atoms)
    # Before the fit, as it takes less time to find that there are too few environments.
    projector = Projector(form, potential.name)
    chosen = active_set_of_frames(projector, frames, frames[:3], table.seed)
    fitted = fit_potential(form, data, options)
    write_active_set(chosen, fitted.form, active_set)
    write_form(fitted.form, potential)
    return replace(fitted, doubts=(*data.doubts, *fitted.doubts, *_blind(chosen, projector.n_functions)))


def _blind(chosen: ActiveSet, n_functions: Sequence[int]) -> list[str]:
    """Say of which elements the grade does not see all directions."""
    return [
        f"the labels have {rank} of {width} directions of the functions of {symbol}; its grade is blind to the rest"
        for symbol, rank, width in zip(chosen.elements, chosen.ranks, n_functions, strict=True)
        if rank < width
    ]


def fit_frame(label: Frame) -> FitFrame:
    """Return a label as the fit takes it."""
    model, stress = label.model, label.stress
    strain_energy = None
    if stress is not None:
        strain_energy = model.volume * stress[(0, 1, 2, 1, 0, 0), (0, 1, 2, 2, 2, 1)]
    atoms = (model.elements, model.positions, model.cell)
    return FitFrame(label.origin, *atoms, label.energy, label.forces, strain_energy)
