"""What is likely to be wrong with a refinement, said before its first move."""

import numpy as np

from carvsdb.atoms.pairs import list_pairs
from carvsdb_refine.run.setup import Setup
from carvsdb_refine.scattering import DataSet, complex_lengths, pair_histogram, species_pairs
from carvsdb_schemas.refinement import DataTable
from carvsdb_schemas.refinement_answers import ScoreAnswer

# Functions of Q that go to 0 and to 1 at high Q.
_TO_ZERO = ("F(Q)", "i(Q)", "Q[S(Q)-1]")
_TO_ONE = ("S(Q)",)
_NEAR = 0.3
_SCALES = (0.4, 2.5)
_ALIKE = 0.7
_DENSITIES = (0.1, 25.0)
_CHI2_PER_POINT = (0.01, 1000.0)
# Å: no bond is shorter; with hydrogen.
_TOO_CLOSE = {False: 0.85, True: 0.6}


def doubts(setup: Setup, answer: ScoreAnswer) -> tuple[str, ...]:
    """Return sentences about what is doubtful, one each, none where all is as usual.

    Parameters
    ----------
    setup : Setup
        The refinement.
    answer : ScoreAnswer
        How well its start does.

    Notes
    -----
    Looked at are: complex scattering lengths, what the curve goes to against what its function goes to, the best
    scale, the level of chi², the density, the closest contacts, and whether anything keeps atoms apart.
    """
    found = [*_of_model(setup)]
    for data, table, scored in zip(setup.data, setup.file.config.data, answer.data, strict=True):
        found += [f"{table.file}: {sentence}" for sentence in _of_data(setup, data, table)]
        ratio = scored.best_scale / data.scale if data.scale and scored.best_scale is not None else 1.0
        # A start that is not like the data has any scale.
        if not _SCALES[0] <= ratio <= _SCALES[1] and (scored.best_rw or 0) < _ALIKE:
            found.append(
                f"{table.file}: the best scale is {scored.best_scale:.3g}, the config says {data.scale:g}; "
                f"is the curve {data.function}, and normalised as such?"
            )
        per_point = None if scored.chi2 is None else scored.chi2 / max(scored.n_points, 1)
        if per_point is not None and scored.rw and not _CHI2_PER_POINT[0] <= per_point <= _CHI2_PER_POINT[1]:
            found.append(
                f"{table.file}: chi² is {per_point:.3g} per point; is sigma of the size of the misfit to reach?"
            )
    return tuple(found)


def _of_data(setup: Setup, data: DataSet, table: DataTable) -> list[str]:
    found = []
    if data.kind == "neutron":
        for symbol, length in complex_lengths(setup.model.species, table.lengths, table.isotopes).items():
            found.append(
                f"{symbol} scatters neutrons with a complex length ({length.real:.4g} - {abs(length.imag):.4g}i fm), "
                "which depends on the wavelength; only the real part is used, unless lengths in [[data]] gives one"
            )
    if data.axis == "Q":
        tail = data.values[data.x >= data.x[0] + 0.75 * (data.x[-1] - data.x[0])]
        end = float(tail.mean())
        if data.function in _TO_ZERO[:2] and abs(end - 1) < _NEAR and tail.std() < _NEAR:
            found.append(f"the curve ends at {end:.2f}, as S(Q) does; {data.function} ends at 0")
        if data.function in _TO_ONE and abs(end) < _NEAR and tail.std() < _NEAR:
            found.append(f"the curve ends at {end:.2f}, as F(Q) does; {data.function} ends at 1")
    return found


def _of_model(setup: Setup) -> list[str]:
    model, config = setup.model, setup.file.config
    found = [f"{config.start.model}: {sentence}" for sentence in model.quality]
    density = model.structure().density
    if not _DENSITIES[0] <= density <= _DENSITIES[1]:
        found.append(f"the model has {density:.3g} g/cm³; is its cell in Å, and are all of its atoms there?")
    close = overlaps(setup)
    if close:
        found.append(f"atoms overlap in the start: {_listed(close)}")
    if setup.potential is None and not config.constraints.hard_spheres:
        shortest = dict(sorted(closest_contacts(setup).items(), key=lambda item: item[1])[:4])
        found.append(
            "nothing keeps atoms apart: there is neither a potential nor hard_spheres in [constraints]"
            + (f"; closest are {_listed(shortest)}" if shortest else "")
        )
    return found


def overlaps(setup: Setup) -> dict[tuple[str, str], float]:
    """Return the shortest distance, in Å, of each pair of elements that no bond can be as short as."""
    elements = setup.model.elements
    found: dict[tuple[str, str], float] = {}
    pairs = list_pairs(setup.model.positions, setup.model.cell, _TOO_CLOSE[False])
    for first, second, distance in zip(
        pairs.firsts.tolist(), pairs.seconds.tolist(), pairs.distances.tolist(), strict=True
    ):
        one, two = sorted((elements[first], elements[second]))
        if distance < _TOO_CLOSE[bool({one, two} & {"H", "D", "T"})]:
            found[one, two] = min(distance, found.get((one, two), distance))
    return found


def closest_contacts(setup: Setup) -> dict[tuple[str, str], float]:
    """Return the shortest distance of each pair of elements in the start, in Å, to the width of a bin."""
    width = setup.composition.bin_width
    histogram = pair_histogram(setup.model, width)
    found = {}
    for pair, row in zip(species_pairs(histogram.species), histogram.pair_counts, strict=True):
        filled = np.flatnonzero(row)
        if len(filled):
            found[pair] = float(filled[0] * width)
    return found


def _listed(contacts: dict[tuple[str, str], float]) -> str:
    return ", ".join(f"{first}-{second} {distance:.2f} Å" for (first, second), distance in contacts.items())
