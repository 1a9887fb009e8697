"""What of a saved state is no part's own: the model and the generator, checked, as a file may say anything."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.cell import heights_of_cell
from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError
from carvsdb_refine.potential.terms import Arrays, saved

_GENERATORS = (np.random.PCG64, np.random.PCG64DXSM, np.random.Philox, np.random.SFC64, np.random.MT19937)
# The tables of MT19937 and of Philox.
_LAST_PLACE, _LAST_BUFFER_PLACE = 624, 4
# Atoms that diffuse do not come so far, in Å.
_FARTHEST = 1e6


def model_of_state(state: Arrays, model: AtomicModel) -> AtomicModel:
    """Return the model of a saved state.

    Raises
    ------
    InputError
        If the state is of another model, or its numbers are no atoms in a cell.
    """
    positions, cell = saved(state, "positions", model.positions), saved(state, "cell", model.cell)
    with np.errstate(all="ignore"):
        ratio = abs(float(np.linalg.det(cell))) / abs(float(np.linalg.det(model.cell)))
    if not 1e-3 < ratio < 1e3 or not 0.1 < float(heights_of_cell(cell).min() / model.heights.min()) < 10:
        raise InputError("the saved cell is none that the start's could have become")
    if float(np.abs(positions).max(initial=0.0)) > _FARTHEST:
        raise InputError(f"the saved positions are farther away than {_FARTHEST:g} Å")
    return replace(model, positions=positions, cell=cell)


def array_of_generator(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return the state of a generator as the bytes of its JSON."""
    text = json.dumps(rng.bit_generator.state, default=lambda value: value.tolist())
    return np.frombuffer(text.encode(), np.uint8).copy()


def generator_of_state(state: Arrays) -> np.random.Generator:
    """Return the generator of a saved state, of any kind that numpy has.

    Raises
    ------
    InputError
        If it is none.
    """
    text = saved(state, "generator", np.zeros(len(state.get("generator", ())), np.uint8))
    try:
        said: Any = json.loads(text.tobytes().decode())
        # By name from a list, as any name of numpy.random could stand in a file.
        bits = {kind.__name__: kind for kind in _GENERATORS}[said["bit_generator"]]()
        # numpy does not check the places in their tables that some kinds keep.
        places = (said["state"].get("pos", 0), _LAST_PLACE), (said.get("buffer_pos", 0), _LAST_BUFFER_PLACE)
        if not all(isinstance(place, int) and 0 <= place <= last for place, last in places):
            raise ValueError("a place outside of its table")
        bits.state = said
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise InputError("the saved state of the random generator is none") from error
    return np.random.Generator(bits)
