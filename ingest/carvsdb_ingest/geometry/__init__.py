"""Local geometry of frameworks of nodes and linkers: distances, angles, coordination."""

from carvsdb.atoms.histogram import Histogram
from carvsdb_ingest.geometry.local import local_geometry

__all__ = ["Histogram", "local_geometry"]
