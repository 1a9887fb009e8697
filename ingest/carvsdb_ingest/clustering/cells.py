"""Offsets: triples of whole numbers that say in which cell something lies."""

Offset = tuple[int, int, int]
HOME: Offset = (0, 0, 0)
Place = tuple[int, Offset]
"""A vertex and its cell."""
Graph = list[list[Place]]


def plus(first: Offset, second: Offset) -> Offset:
    """Add two offsets."""
    return first[0] + second[0], first[1] + second[1], first[2] + second[2]


def minus(first: Offset, second: Offset) -> Offset:
    """Subtract the second offset from the first."""
    return first[0] - second[0], first[1] - second[1], first[2] - second[2]
