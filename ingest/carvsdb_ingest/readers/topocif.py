"""TopoCIF files: nets by the Topology CIF dictionary (COMCIFS), as ToposPro and others write them.

A net is its nodes (``_topol_node``) and links (``_topol_link``). A link joins the image of one node, by a symmetry
operation and a translation, to that of another; all operations of the group then make all links of the unit cell.
Nodes lie where ``_topol_node.fract_x`` says, else where the image of their atom does (``_topol_node.atom_label``,
``_topol_atom``), or in the middle of those of their atoms.
Older names are read, too: ``node_label_1``, ``symop_1``, ``site_symmetry_symop_1``, ``site_symmetry_translation_1_x``.

Notes
-----
Data names are those of version 0.9.7 of the dictionary (CIF_TOPO, 31 July 2025) [1]_, and of its drafts, which
ToposPro writes. Links of the type ``vw`` (van der Waals contacts) are left out where there are others.

References
----------
.. [1] COMCIFS, Topology CIF dictionary, https://github.com/COMCIFS/TopoCif,
   https://www.iucr.org/resources/cif/dictionaries/cif_topology
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from gemmi import cif
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from carvsdb.atoms.cell import cell_of_parameters
from carvsdb.errors import InputError
from carvsdb.net import Net
from carvsdb_ingest.files.cif_tags import CELL
from carvsdb_ingest.files.text_file import TextFile, plain, shown
from carvsdb_ingest.readers.item import FileOptions, FoundNet
from carvsdb_ingest.readers.topocif_values import Group, group_of, tagged, values_of, whole_number

_SAME = 1e-3
"""Fractional distance below which two images are one vertex."""

_MOST_VERTICES = 200_000
_LARGEST_OFFSET = 10**6
_MATRIX = re.compile(r"\[\s*([-+]?\d+)[\s,]+([-+]?\d+)[\s,]+([-+]?\d+)\s*\]")


def read_topocif(file: TextFile, options: FileOptions) -> list[FoundNet]:
    """Read all nets of a TopoCIF file, in their order.

    Raises
    ------
    InputError
        With file and block, for whatever is no such file.
    """
    # Matrices are of CIF 2; quoted, they are of CIF 1, too.
    text = _MATRIX.sub(r"'[\1 \2 \3]'", file.text)
    try:
        document = cif.read_string(text, check_level=0)
    except (ValueError, RuntimeError) as error:
        raise InputError(f"is no CIF file: {' '.join(str(error).split())[:200]}", path=file.path) from error
    found: list[FoundNet] = []
    for block in document:
        if values_of(block, "link", "node_id_1", "node_label_1", "atom_label_1"):
            found += _Block(file, block).nets()
    if not found:
        raise InputError("has no data block with links (_topol_link.node_id_1)", path=file.path)
    return found


@dataclass(frozen=True, slots=True)
class _Link:
    """A link as it is listed: which image of which node is joined to which of which.

    Attributes
    ----------
    ends : tuple of str
        Names of the two nodes.
    operations : tuple of int
        Number of the operation of each end.
    moves : numpy.ndarray, shape (2, 3)
        Translation of each end, in cells.
    number : int
        For how many parallel links it stands.
    """

    ends: tuple[str, str]
    operations: tuple[int, int]
    moves: NDArray[np.int64]
    number: int


class _Block:
    """A data block."""

    def __init__(self, file: TextFile, block: cif.Block) -> None:
        self.file, self.block = file, block
        self.in_middle: set[str] = set()
        self.notes: list[str] = []
        self.group = self._group()
        self.names, self.net_of, self.places, self.is_node, self.labels = self._nodes()

    def nets(self) -> list[FoundNet]:
        """Return the nets of the block, one for each ``_topol_net.id`` that has links."""
        links = self._links()
        self._tell_apart(links)
        ids = list(dict.fromkeys(self.net_of.values()))
        nets = []
        for net_id in ids:
            nodes = {name: None for name in self.names if self.net_of[name] == net_id}
            own = [link for link in links if not nodes.keys().isdisjoint(link.ends)]
            if own:
                nets.append(self._net(net_id, [*nodes], own, len(ids)))
        return nets

    def _tell_apart(self, links: Sequence[_Link]) -> None:
        """Let nodes be of several nets where two stand at one place, as atoms do and the middles of their groups."""
        if len(set(self.net_of.values())) > 1:
            return
        number_of = {name: number for number, name in enumerate(self.names)}
        ends = np.array([[number_of[name] for name in link.ends] for link in links]).reshape(-1, 2)
        joined = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(len(number_of), len(number_of)))
        n_parts, part = connected_components(joined, directed=False)
        placed = [number for name, number in number_of.items() if self.places[name] is not None]
        places = np.array([self.places[self.names[number]] for number in placed]).reshape(-1, 3)
        for row in range(1, len(placed) if n_parts > 1 else 0):
            apart = places[:row] - places[row]
            near = np.abs(apart - np.rint(apart)).max(axis=1) < _SAME
            twice = np.flatnonzero(near & (part[placed[:row]] != part[placed[row]]))
            if len(twice):
                first, second = self.names[placed[twice[0]]], self.names[placed[row]]
                self.notes.append(f"{shown(second)} stands at the place of {shown(first)}: read as several nets")
                self.net_of = {name: str(1 + int(part[number])) for name, number in number_of.items()}
                return

    def _net(self, net_id: str, nodes: list[str], links: list[_Link], n: int) -> FoundNet:
        foreign = {name for link in links for name in link.ends} - set(nodes)
        if foreign:
            raise self._error(f"a link joins node {shown(sorted(foreign)[0])} of another net")
        label, names = self._about(net_id)
        images, edges = self._expanded(nodes, links)
        if len(images) > _MOST_VERTICES:
            raise self._error(f"it has more than {_MOST_VERTICES} nodes with symmetry")
        merged: dict[tuple[int, ...], int] = {}
        for edge, number in edges:
            src, dst, *offset = edge
            back = (dst, src, *(-step for step in offset))
            if edge == back:
                raise self._error(f"node {shown(images[src][0])} is linked to itself in the same cell")
            key = min(edge, back) if src == dst else (edge if src < dst else back)
            merged[key] = max(merged.get(key, 0), number)
        rows = sorted(merged)
        has_places = all(place is not None for _, place in images)
        cell = self._cell()
        net = Net.from_edges(
            rows,
            len(images),
            multiplicity=[merged[row] for row in rows],
            is_node=[self.is_node[name] for name, _ in images],
            positions=np.array([place for _, place in images]) if has_places and cell is not None else None,
            cell=cell if has_places else None,
            labels=[self.labels[name] for name, _ in images] if len(images) == len(nodes) else None,
            name=label or (plain(self.block.name) if n == 1 else f"{plain(self.block.name)} {net_id}"),
        )
        return FoundNet(
            net=net,
            line=1,
            bond_rule="edges of the file",
            parameters={},
            quality=self._doubts(nodes),
            provenance={"names": names} if names else {},
        )

    def _doubts(self, nodes: list[str]) -> tuple[str, ...]:
        """Say what is doubtful, and where places that symmetry is applied to are not those of the file."""
        number = len(self.in_middle.intersection(nodes))
        if not number or len(self.group.rotations) == 1:
            return tuple(self.notes)
        return (*self.notes, f"nodes without coordinates lie in the middle of their atoms: {number}")

    def _about(self, net_id: str) -> tuple[str, list[str]]:
        """Return what a net is called, and the names that it has."""
        ids = values_of(self.block, "net", "id")
        row = ids.index(net_id) if net_id in ids else 0
        labels = values_of(self.block, "net", "label")
        names = [
            column[row]
            for kind in ("RCSR", "IZA", "TOPOS", "EPINET", "SP", "name")
            if len(column := values_of(self.block, "net", f"overall_topology_{kind}")) > row and column[row]
        ]
        label = labels[row] if len(labels) > row else ""
        return label or (names[0] if names else ""), names

    def _nodes(
        self,
    ) -> tuple[list[str], dict[str, str], dict[str, NDArray[np.float64] | None], dict[str, bool], dict[str, str]]:
        columns = [
            values_of(self.block, "link", f"node_id_{end}", f"node_label_{end}", f"atom_label_{end}") for end in (1, 2)
        ]
        by_label = not values_of(self.block, "link", "node_id_1")
        ids, labels = values_of(self.block, "node", "id"), values_of(self.block, "node", "label")
        names = (labels if by_label else ids) or labels or ids
        if not names:  # as where atoms are the nodes
            names = list(dict.fromkeys([*columns[0], *columns[1]]))
        if len(set(names)) < len(names):
            raise self._error("two nodes have one name")
        nets = values_of(self.block, "node", "net_id")
        flags = values_of(self.block, "node", "carvsdb_is_node")
        places = self._places(names)
        return (
            names,
            {name: nets[row] if len(nets) == len(names) else "1" for row, name in enumerate(names)},
            places,
            {name: not (len(flags) == len(names) and flags[row] == "0") for row, name in enumerate(names)},
            {name: labels[row] if len(labels) == len(names) else name for row, name in enumerate(names)},
        )

    def _places(self, names: list[str]) -> dict[str, NDArray[np.float64] | None]:
        own = [values_of(self.block, "node", f"fract_{axis}") for axis in "xyz"]
        sites = {
            row[0]: np.array([cif.as_number(text) for text in row[1:]])
            for row in zip(
                *(tagged(self.block, f"_atom_site.{name}") for name in ("label", "fract_x", "fract_y", "fract_z")),
                strict=False,
            )
        }
        labels = values_of(self.block, "node", "atom_label")
        images = self._images("node", len(names))
        atoms = self._atoms_of_nodes(sites)
        places: dict[str, NDArray[np.float64] | None] = {}
        for row, name in enumerate(names):
            if all(len(column) == len(names) and column[row] for column in own):
                found = [np.array([cif.as_number(column[row]) for column in own])]
            elif len(labels) == len(names) and labels[row] in sites:
                found = [self._image(sites[labels[row]], images[0][row], images[1][row])]
            else:
                found = atoms.get(name) or ([sites[name]] if name in sites else [])
            place = np.mean(found, axis=0) if found else None
            if place is not None and not np.isfinite(place).all():
                raise self._error(f"node {shown(name)} has no coordinates that are numbers")
            if len(found) > 1:
                self.in_middle.add(name)
            places[name] = place
        return places

    def _atoms_of_nodes(self, sites: dict[str, NDArray[np.float64]]) -> dict[str, list[NDArray[np.float64]]]:
        """Return where the atoms of each node lie."""
        labels, nodes = values_of(self.block, "atom", "atom_label"), values_of(self.block, "atom", "node_id")
        operations, moves = self._images("atom", len(labels))
        found: dict[str, list[NDArray[np.float64]]] = {}
        for node, label, operation, move in zip(nodes, labels, operations, moves, strict=False):
            if node and label not in sites:
                raise self._error(f"node {shown(node)} has the atom {shown(label)}, which is not listed")
            if node:
                found.setdefault(node, []).append(self._image(sites[label], operation, move))
        return found

    def _image(self, place: NDArray[np.float64], operation: int, move: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.asarray(self.group.rotations[operation] @ place + self.group.steps[operation] + move, np.float64)

    def _group(self) -> Group:
        try:
            group = group_of(self.block, self._cell())
        except InputError as error:
            raise self._error(error.message) from error
        self.notes += group.doubts
        return group

    def _links(self) -> list[_Link]:
        ends = [
            values_of(self.block, "link", f"node_id_{end}", f"node_label_{end}", f"atom_label_{end}") for end in (1, 2)
        ]
        if len(ends[0]) != len(ends[1]):
            raise self._error("links have one end")
        nets = {*values_of(self.block, "link", "net_id")}
        if len(nets) > 1 and not values_of(self.block, "node", "net_id"):
            raise self._error(f"its links are of {len(nets)} nets, its nodes of none (_topol_node.net_id)")
        (first, first_moves), (second, second_moves) = (self._images("link", len(ends[0]), f"_{end}") for end in (1, 2))
        numbers = values_of(self.block, "link", "carvsdb_parallel")
        kinds = [kind.lower() == "vw" for kind in values_of(self.block, "link", "type")]
        contacts = kinds if len(kinds) == len(ends[0]) and not all(kinds) else [False] * len(ends[0])
        if any(contacts):
            self.notes.append(f"links of the type vw (van der Waals contacts) that are left out: {sum(contacts)}")
        links = []
        for row, names in enumerate(zip(*ends, strict=True)):
            if contacts[row]:
                continue
            for name in names:
                if name not in self.places:
                    raise self._error(f"link {row + 1} names the node {shown(name)}, which is not listed")
            number = int(numbers[row]) if len(numbers) == len(ends[0]) and numbers[row].isdigit() else 1
            both = np.stack([first_moves[row], second_moves[row]])
            links.append(_Link((names[0], names[1]), (first[row], second[row]), both, max(number, 1)))
        return links

    def _images(self, category: str, n_rows: int, end: str = "") -> tuple[list[int], NDArray[np.int64]]:
        """Return the operation and the translation, in cells, of each row; what is not said is none."""
        names = values_of(self.block, category, f"symop_id{end}", f"symop{end}", f"site_symmetry_symop{end}")
        operations = [
            self._operation(names[row] if len(names) == n_rows else "", f"{category} {row + 1}")
            for row in range(n_rows)
        ]
        return operations, self._translations(category, n_rows, end)

    def _operation(self, name: str, what: str) -> int:
        if name not in self.group.number_of:
            raise self._error(f"{what} names the symmetry operation {shown(name)}, which is not listed")
        return self.group.number_of[name]

    def _translations(self, category: str, n_rows: int, end: str) -> NDArray[np.int64]:
        whole = values_of(self.block, category, f"translation{end}", f"site_symmetry_translation{end}")
        if len(whole) == n_rows and any(whole):
            texts = [text.strip("[]").replace(",", " ").split() or ["0", "0", "0"] for text in whole]
        else:
            columns = [
                values_of(self.block, category, f"translation{end}_{axis}", f"site_symmetry_translation{end}_{axis}")
                for axis in "xyz"
            ]
            texts = [
                [column[row] or "0" if len(column) == n_rows else "0" for column in columns] for row in range(n_rows)
            ]
        try:
            numbers = np.array([[whole_number(text) for text in row] for row in texts], np.int64).reshape(n_rows, 3)
        except (ValueError, OverflowError) as error:
            raise self._error(f"a translation of a {category} is not three whole numbers") from error
        if n_rows and np.abs(numbers).max() > _LARGEST_OFFSET:
            raise self._error(f"translations must be at most {_LARGEST_OFFSET} in magnitude")
        return numbers

    def _expanded(
        self, nodes: list[str], links: Sequence[_Link]
    ) -> tuple[list[tuple[str, NDArray[np.float64] | None]], list[tuple[tuple[int, ...], int]]]:
        """Apply all operations of the group to all nodes and links."""
        rotations, steps = self.group.rotations, self.group.steps
        if len(rotations) == 1:
            place_of = {name: row for row, name in enumerate(nodes)}
            edges = [
                ((*(place_of[name] for name in link.ends), *(link.moves[1] - link.moves[0]).tolist()), link.number)
                for link in links
            ]
            return [(name, self.places[name]) for name in nodes], edges
        images: list[tuple[str, NDArray[np.float64] | None]] = []
        found: dict[str, list[tuple[int, NDArray[np.float64]]]] = {name: [] for name in nodes}

        def vertex(name: str, place: NDArray[np.float64]) -> tuple[int, NDArray[np.int64]]:
            for number, known in found[name]:
                apart = place - known
                cells = np.rint(apart)
                if np.abs(apart - cells).max() < _SAME:
                    return number, cells.astype(np.int64)
            found[name].append((len(images), place))
            images.append((name, place))
            return len(images) - 1, np.zeros(3, np.int64)

        for name in nodes:
            place = self.places[name]
            if place is None:
                raise self._error(f"node {shown(name)} has no coordinates, which its symmetry needs")
            for rotation, step in zip(rotations, steps, strict=True):
                image = rotation @ place + step
                vertex(name, image - np.floor(image + _SAME))
                if len(images) > _MOST_VERTICES:
                    raise self._error(f"it has more than {_MOST_VERTICES} nodes with symmetry")
        edges = []
        for link in links:
            ends = [
                self._image(np.asarray(self.places[name]), operation, move)
                for name, operation, move in zip(link.ends, link.operations, link.moves, strict=True)
            ]
            for rotation, step in zip(rotations, steps, strict=True):
                (src, here), (dst, there) = (
                    vertex(name, rotation @ end + step) for name, end in zip(link.ends, ends, strict=True)
                )
                edges.append(((src, dst, *(there - here).tolist()), link.number))
        return images, edges

    def _cell(self) -> NDArray[np.float64] | None:
        texts = [(tagged(self.block, f"_cell.{name}") or [""])[0] for name in CELL]
        if not all(texts):
            return None
        numbers = [float(cif.as_number(text)) for text in texts]
        try:
            return cell_of_parameters(numbers)
        except InputError as error:
            raise self._error(error.message) from error

    def _error(self, sentence: str) -> InputError:
        return InputError(f"block {plain(self.block.name)}: {sentence}", path=self.file.path)
