"""``CRYSTAL`` blocks of CGD files: the group's operations make a net of the asymmetric unit."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError, NoNetError
from carvsdb.net import Net
from carvsdb_ingest.files.text_file import TextFile, plain, shown
from carvsdb_ingest.readers.cgd.asymmetric_unit import Atom, Edge, Frame, read_atoms, read_edges, read_frame
from carvsdb_ingest.readers.cgd.blocks import Block
from carvsdb_ingest.readers.cgd.edge_centers import CenterError, without_centers
from carvsdb_ingest.readers.cgd.edge_listing import undirected
from carvsdb_ingest.readers.cgd.nearest import NearestError, nearest_edges
from carvsdb_ingest.readers.cgd.places import CrowdError, Places

LARGEST_EXPANSION = 500_000
# Rounded coordinates scatter the images of an atom on a symmetry element by far less than this part of an
# edge; in nets with edges of length 1 (the RCSR) different atoms may be as near as 0.05.
SAME_ATOM = 0.02


def read_crystal(file: TextFile, block: Block, tolerance: float) -> tuple[Net, list[str], int]:
    """Make a net of a CRYSTAL block.

    Parameters
    ----------
    file : TextFile
    block : Block
    tolerance : float
        How far an edge end may be from its atom, and images of one atom from each other, in Å.

    Returns
    -------
    net : Net
    quality : list of str
        What is doubtful.
    line : int
        The line of the first declared degree that does not match, or 0.

    Raises
    ------
    InputError
        With the line, for whatever cannot be read.

    Notes
    -----
    In P1 an edge that is listed from both ends is one edge, and equal lines in one direction are parallel
    links. In other groups each edge counts once, since the operations repeat it anyway.
    """
    frame, quality = read_frame(file, block, tolerance)
    atoms = read_atoms(frame, block)
    listed = read_edges(frame, block, atoms)
    positions, atom_of = _place(frame, atoms, listed)
    is_center = np.array([atom.is_center for atom in atoms])[atom_of]
    if listed:
        rows = _edges(frame, listed, atoms, positions, atom_of)
    else:
        rows = _nearest(frame, block, atoms, positions, atom_of, is_center)
    edges, multiplicity = undirected(rows)
    if is_center.any():
        try:
            edges, multiplicity = undirected(without_centers(edges, is_center))
        except CenterError as error:
            atom = atoms[atom_of[error.vertex]]
            raise file.error(atom.line, f"the centre of an edge {shown(atom.label)} {error.wrong}") from None
        positions, atom_of = positions[~is_center], atom_of[~is_center]
    if len(frame.operations[0]) > 1:
        multiplicity = np.ones(len(edges), np.int64)
    net = Net.from_edges(
        edges,
        len(positions),
        multiplicity=multiplicity,
        positions=positions,
        cell=frame.cell,
        labels=_image_labels(atoms, atom_of),
        name=block.name,
    )
    wrong, line = _check_degrees(net, atoms, atom_of)
    return net, quality + wrong, line


def _nearest(
    frame: Frame,
    block: Block,
    atoms: list[Atom],
    positions: NDArray[np.float64],
    atom_of: NDArray[np.int64],
    is_center: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """Make the edges of a block that lists none."""
    degrees = np.array([atom.degree for atom in atoms], np.int64)[atom_of]
    if not degrees.any():
        return np.zeros((0, 5), np.int64)
    sentence = "the CRYSTAL block has no edges, and nearest neighbours do not make them"
    try:
        return nearest_edges(positions, frame.cell, degrees, is_center, frame.dimension)
    except NearestError as error:
        atom = atoms[atom_of[error.atom]]
        counts = f"atom {shown(atom.label)} would have {error.found}, and {atom.degree} are declared"
        raise frame.file.error(block.line, f"{sentence}: {counts}") from None
    except NoNetError as error:
        raise frame.file.error(block.line, f"{sentence}: {error.message}") from None


def _place(frame: Frame, atoms: list[Atom], listed: list[Edge]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the positions of all atoms of the cell, and which atom of the list each is an image of."""
    count = len(frame.operations[0])
    if count > 1 and len(atoms) * count > LARGEST_EXPANSION:
        raise frame.file.error(atoms[0].line, f"group {plain(frame.group)} makes too many atoms of {len(atoms)}")
    given = np.array([atom.position for atom in atoms])
    if count == 1:
        positions, atom_of = given, np.arange(len(atoms))
    else:
        within = min(frame.tolerance, SAME_ATOM * _shortest(frame, listed))
        orbits = [_distinct(images, frame.cell, within) for images in frame.images(given)]
        positions = np.concatenate(orbits)
        atom_of = np.repeat(np.arange(len(atoms)), [len(orbit) for orbit in orbits])
    try:
        twins = Places.of(positions, frame.cell, frame.tolerance).coinciding()
    except CrowdError as error:
        raise frame.file.error(atoms[0].line, str(error)) from None
    if twins:
        first, second = (atoms[atom_of[twin]] for twin in twins)
        same = f"atom {shown(second.label)} is at the place of {shown(first.label)} (line {first.line})"
        raise frame.file.error(second.line, same if first is not second else f"{same}; is the cell right?")
    return positions, atom_of


def _shortest(frame: Frame, listed: list[Edge]) -> float:
    """Return the length (Å) of the shortest edge."""
    ends = np.array([edge.ends for edge in listed]).reshape(-1, 2, 3)
    lengths = np.linalg.norm((ends[:, 1] - ends[:, 0]) @ frame.cell, axis=1)
    return float(lengths[lengths > 0].min(initial=np.inf))


def _distinct(images: NDArray[np.float64], cell: NDArray[np.float64], within: float) -> NDArray[np.float64]:
    """Return those images of one atom that are apart; the atom itself as given, the others in cell 0."""
    kept = [images[0]]
    rest = images[1:]
    while True:
        apart = rest - kept[-1]
        length = np.linalg.norm((apart - np.rint(apart)) @ cell, axis=1)
        rest = rest[length > within]
        if not len(rest):
            return np.array(kept)
        kept.append(rest[0] - np.floor(rest[0]))


def _edges(
    frame: Frame,
    listed: list[Edge],
    atoms: list[Atom],
    positions: NDArray[np.float64],
    atom_of: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return the edges of the cell as rows ``(src, dst, u, v, w)``, in the direction they are listed."""
    if not listed:
        return np.zeros((0, 5), np.int64)
    count = len(frame.operations[0])
    if count > 1 and len(listed) * count > LARGEST_EXPANSION:
        raise frame.file.error(listed[0].line, f"group {plain(frame.group)} makes too many edges of {len(listed)}")
    ends = np.array([edge.ends for edge in listed])
    images = frame.images(ends.reshape(-1, 3)).reshape(len(listed), 2, count, 3).swapaxes(1, 2)
    points = np.ascontiguousarray(images).reshape(-1, 3)
    places = Places.of(positions, frame.cell, frame.tolerance)
    found, cells, _ = places.nearest(points)
    if (found < 0).any():
        lost = int(np.flatnonzero(found < 0)[0])
        raise _meets_nothing(frame, listed[lost // 2 // count], points[lost], positions, atoms, atom_of)
    src, dst = found.reshape(-1, 2).T
    offset = (cells.reshape(-1, 2, 3)[:, 1] - cells.reshape(-1, 2, 3)[:, 0]).astype(np.int64)
    nothing = np.flatnonzero((src == dst) & ~offset.any(axis=1))
    if len(nothing):
        edge, vertex = listed[int(nothing[0]) // count], int(src[nothing[0]])
        raise frame.file.error(
            edge.line,
            f"edge of {shown(atoms[atom_of[vertex]].label)} ends where it begins; an edge needs two ends",
        )
    return np.column_stack([src, dst, offset])


def _meets_nothing(
    frame: Frame,
    edge: Edge,
    end: NDArray[np.float64],
    positions: NDArray[np.float64],
    atoms: list[Atom],
    atom_of: NDArray[np.int64],
) -> InputError:
    apart = positions - end
    # The neighbouring images matter in skewed cells; distances are for the message only.
    around = np.stack(np.meshgrid(*[[-1, 0, 1]] * 3, indexing="ij"), -1).reshape(-1, 3)
    lengths = np.min([np.linalg.norm((apart - np.rint(apart) + step) @ frame.cell, axis=1) for step in around], axis=0)
    nearest = int(lengths.argmin())
    place = ", ".join(f"{part:.4f}" for part in end[: frame.dimension])
    owner = f" of {plain(edge.label)}" if edge.label else ""
    label = plain(atoms[atom_of[nearest]].label)
    return frame.file.error(
        edge.line,
        f"edge end ({place}){owner} meets no atom within {frame.tolerance:.3g} Å "
        f"(nearest: {label} at {lengths[nearest]:.2f} Å); is the cell right?",
    )


def _image_labels(atoms: list[Atom], atom_of: NDArray[np.int64]) -> list[str]:
    """Return ``label`` for an atom with one image, ``label.1``, ``label.2``, ... for several."""
    images, seen, labels = np.bincount(atom_of), Counter[int](), []
    for index in atom_of.tolist():
        seen[index] += 1
        label = atoms[index].label
        labels.append(label if images[index] == 1 else f"{label}.{seen[index]}")
    return labels


def _check_degrees(net: Net, atoms: list[Atom], atom_of: NDArray[np.int64]) -> tuple[list[str], int]:
    """Compare declared degrees with those found; parallel links may be counted or not."""
    simple = net.degrees()
    ends = net.edges[:, :2].ravel()
    linked = np.bincount(ends, weights=np.repeat(net.multiplicity, 2), minlength=net.n_vertices).astype(np.int64)
    wrong: dict[int, int] = {}
    for index, found, links in zip(atom_of.tolist(), simple.tolist(), linked.tolist(), strict=True):
        if atoms[index].degree not in (found, links):
            wrong.setdefault(index, found)
    if not wrong:
        return [], 0
    some = ", ".join(
        f"{plain(atoms[index].label)} ({atoms[index].degree} declared, {found} found)"
        for index, found in list(wrong.items())[:3]
    )
    more = ", ..." if len(wrong) > 3 else ""
    sentence = f"{len(wrong)} of {len(atoms)} declared degrees do not match the edges: {some}{more}"
    return [sentence], atoms[next(iter(wrong))].line
