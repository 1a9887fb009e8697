"""How alike nets are: distances between vectors of ring statistics, neighbours and maps.

``distance`` holds the topological distance and what may be compared; ``noise`` how far two models of one
material may be apart by chance; ``neighbours`` the nearest nets; ``embedding`` maps by PCA and UMAP. Arrays
in, arrays out: which rows of a catalogue they are is for the caller to know.
"""

from carvsdb.compare.distance import comparable, distance_matrix, topological_distance
from carvsdb.compare.embedding import Embedding, EmbeddingOptions, fit_embedding
from carvsdb.compare.neighbours import nearest, nearest_each
from carvsdb.compare.noise import BlockSums, distance_noise, resample

__all__ = [
    "BlockSums",
    "Embedding",
    "EmbeddingOptions",
    "comparable",
    "distance_matrix",
    "distance_noise",
    "fit_embedding",
    "nearest",
    "nearest_each",
    "resample",
    "topological_distance",
]
