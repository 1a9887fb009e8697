"""The same net in two frames: representatives of vertices that follow their atoms across faces of the cell."""

import numpy as np
from numpy.typing import NDArray

from carvsdb.net.graph import Net
from carvsdb.net.transforms import shift


def followed(net: Net, before: NDArray[np.float64] | None) -> Net:
    """Choose the images of vertices that lie next to where they were before.

    An atom that left the cell through a face and came in again through the other has other offsets at all its edges,
    though no bond has changed.

    Parameters
    ----------
    net : Net
    before : ndarray of float64, shape (n_vertices, 3), or None
        Fractional positions in the frame before, not wrapped.

    Returns
    -------
    Net
        The same periodic graph; the net itself if nothing has to be moved, or nothing is known of where it was.

    Examples
    --------
    >>> import numpy as np
    >>> net = Net.from_edges([(0, 1, 0, 0, 0), (0, 1, -1, 0, 0)], positions=[[0.4, 0, 0], [0.01, 0, 0]], cell=np.eye(3))
    >>> followed(net, np.array([[0.4, 0, 0], [0.99, 0, 0]])).edges[:, 2].tolist()
    [-2, -1]
    """
    if before is None or net.positions is None or before.shape != net.positions.shape:
        return net
    moves = np.rint(before - net.positions).astype(np.int64)
    return shift(net, moves) if moves.any() else net
