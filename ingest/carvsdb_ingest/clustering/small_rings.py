"""The smallest rings of atoms through a bond."""

from carvsdb_ingest.clustering.cells import HOME, Graph, Place, plus


def shortest_rings(graph: Graph, inside: set[int], atom: int, goal: Place, largest: int) -> list[list[Place]]:
    """Return the shortest rings through a bond, none if they are too large.

    Parameters
    ----------
    graph : list of lists of (int, offset)
        The bonds of each atom.
    inside : set of int
        Atoms of which rings may be.
    atom : int
        One end of the bond, in cell 0.
    goal : tuple of (int, offset)
        The other end.
    largest : int
        Atoms of the largest ring to find.

    Returns
    -------
    list of list of (int, offset)
        The atoms of each ring in order, with their cells.
    """
    start = (atom, HOME)
    before: dict[Place, list[Place]] = {start: []}
    front = [start]
    for _ in range(largest - 1):
        following: dict[Place, list[Place]] = {}
        for place in front:
            here, cell = place
            for there, step in graph[here]:
                other = (there, plus(cell, step))
                if there not in inside or other in before or (place == start and other == goal):
                    continue
                following.setdefault(other, []).append(place)
        before.update(following)
        if goal in following:
            return _paths(before, goal)
        front = list(following)
    return []


def _paths(before: dict[Place, list[Place]], goal: Place) -> list[list[Place]]:
    paths = [[goal]]
    while before[paths[0][-1]]:
        paths = [[*path, earlier] for path in paths for earlier in before[path[-1]]]
    return paths
