"""The rings of nets that follow each other, such as the frames of a trajectory: what has not changed is kept.

``contracted`` makes edges of linkers on two nodes, ``distances`` keeps the distances between all vertices while edges
come and go, ``walks`` finds the rings that a change makes, ``cycles`` looks after the list of rings, ``series`` is what
others use.
"""

from carvsdb.rings.kept.series import KeptRings

__all__ = ["KeptRings"]
