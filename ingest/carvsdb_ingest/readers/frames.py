"""Files of several frames: one that cannot be read does not take the others with it."""

from collections.abc import Sequence

from carvsdb.atoms.structure import Structure
from carvsdb.errors import InputError

Frames = list[Structure | InputError]
"""The frames of a file in their order; for one that cannot be read, why."""


def usable(frames: Sequence[Structure | InputError]) -> Frames:
    """Return the frames if there is one that can be read.

    Raises
    ------
    InputError
        The first error, if there is none: then the file is to blame.
    """
    errors = [frame for frame in frames if isinstance(frame, InputError)]
    if errors and len(errors) == len(frames):
        raise errors[0]
    return list(frames)
