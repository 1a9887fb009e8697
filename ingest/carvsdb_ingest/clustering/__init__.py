"""Clusterings: from a graph of atoms to a net of clusters."""

from carvsdb_ingest.clustering.clustered import Clustered
from carvsdb_ingest.clustering.natural import natural_clustering
from carvsdb_ingest.clustering.registry import CLUSTERINGS, cluster, clusterings

__all__ = ["CLUSTERINGS", "Clustered", "cluster", "clusterings", "natural_clustering"]
