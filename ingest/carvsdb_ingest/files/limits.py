"""How large an input may be, and how long it may take: what is small on the disk can be endless once it is expanded."""

from carvsdb.errors import InputError

FREE_EXPANSION = 2**26
"""Bytes to which any compressed input may expand: 64 MiB."""

LARGEST_RATIO = 100
"""How many times its own size a compressed input may have beyond that; structure files have 3 to 20 times."""

MOST_LINES = 2**26
"""Lines that a text may have: 67 million."""

MOST_MEMBERS = 1_000_000
"""Members that an archive may have."""

LARGEST_HEADER = 2**20
"""Bytes that a long name or an extended header of an archive may have."""

TIME_LIMIT = 300.0
"""Seconds that a file may take, if nothing else is said."""

TIME_LIMIT_OF_NETS = 120.0
"""Seconds that a file of nets may take."""

_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12, "ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40}


def expanded_limit(compressed: int, largest: int) -> int:
    """Return to how many bytes a compressed input of a size may expand.

    Examples
    --------
    >>> expanded_limit(1000, 2**30), expanded_limit(10**9, 2**30)
    (67108864, 1073741824)
    """
    return min(largest, max(FREE_EXPANSION, LARGEST_RATIO * compressed))


def archive_limit(size: int, largest: int) -> int:
    """Return to how many bytes an archive of a size may expand: that of an input, or a hundred times its own size."""
    return max(largest, LARGEST_RATIO * size)


def checked_time_limit(seconds: float) -> float:
    """Return a time limit that is one.

    Raises
    ------
    InputError
        If it is no number of seconds above 0.
    """
    if not 0 < seconds < 1e9:
        raise InputError(f"the time limit must be a number of seconds above 0, got {seconds}")
    return seconds


def size_from_words(text: str) -> int:
    """Read a number of bytes, such as ``1 GiB``, ``500MB`` or ``2e6``.

    Raises
    ------
    InputError
        If it is none, or not above 0.

    Examples
    --------
    >>> size_from_words("1 GiB"), size_from_words("500MB"), size_from_words("2000")
    (1073741824, 500000000, 2000)
    """
    number = text.strip().lower().removesuffix("b")
    digits = number.rstrip("kmgti ")
    unit = _UNITS.get(number[len(digits) :].strip())
    try:
        size = 0 if unit is None or len(digits) > 30 else int(float(digits) * unit)
    except (ValueError, OverflowError):
        size = 0
    if not 0 < size < 2**60:
        raise InputError(f"a size is a number of bytes, such as 500MB or 1GiB, got {text[:40]!a}")
    return size
