"""Which atoms belong to inorganic and which to organic building units."""

from collections.abc import Callable

from carvsdb.atoms.elements import is_metal
from carvsdb_ingest.clustering.cells import HOME, Graph, Offset, plus

INORGANIC, ORGANIC = 1, 2
_LARGEST_RING = 7


def classify(graph: Graph, elements: tuple[str, ...], members: set[int]) -> list[int | None]:
    """Tell of each atom whether it is part of an inorganic or of an organic unit.

    Metals are inorganic, carbon is organic, and so are the other non-metals of rings with carbon (imidazolate,
    pyridine). A connected set of P and S atoms goes with the metals it is bonded to, else with carbon. A connected
    set of other non-metals does so too: the O atoms of a carboxylate belong to the metal cluster, its C to the
    linker; a nitrate or a sulfate that bridges metals belongs to the cluster.

    Parameters
    ----------
    graph : list of lists of (int, offset)
    elements : tuple of str
    members : set of int
        Atoms to look at; all others get None.

    References
    ----------
    .. [1] Zoubritzky & Coudert, SciPost Chem. 1, 005 (2022), doi:10.21468/SciPostChem.1.2.005
    """
    found: list[int | None] = [None] * len(graph)
    metal = [is_metal(element) for element in elements]
    waiting = []
    for atom in sorted(members):
        if metal[atom]:
            found[atom] = INORGANIC
        elif elements[atom] == "C" or _in_organic_ring(graph, elements, metal, members, atom):
            found[atom] = ORGANIC
        else:
            waiting.append(atom)
    heavier = [atom for atom in waiting if elements[atom] in ("P", "S")]
    _assign(graph, found, heavier, lambda atom: elements[atom] in ("P", "S"))
    _assign(graph, found, [atom for atom in waiting if found[atom] is None], lambda atom: True)
    return found


def _assign(graph: Graph, found: list[int | None], atoms: list[int], belongs: Callable[[int], bool]) -> None:
    open_atoms = set(atoms)
    for start in atoms:
        if start not in open_atoms:
            continue
        together, queue, kinds = {start}, [start], set()
        for atom in queue:
            for other, _ in graph[atom]:
                if other in open_atoms and belongs(other):
                    if other not in together:
                        together.add(other)
                        queue.append(other)
                elif found[other] is not None:
                    kinds.add(found[other])
        kind = ORGANIC if kinds == {ORGANIC} else INORGANIC
        for atom in together:
            found[atom] = kind
        open_atoms -= together


def _in_organic_ring(graph: Graph, elements: tuple[str, ...], metal: list[bool], members: set[int], atom: int) -> bool:
    """Tell whether an atom lies on a ring of at most 7 non-metals, one of them carbon."""
    inside = [(other, offset) for other, offset in graph[atom] if other in members and not metal[other]]
    if len(inside) < 2:
        return False
    start = (atom, HOME)
    # Breadth first from the atom: where two branches meet, a ring closes.
    branch: dict[tuple[int, Offset], int] = {start: -1}
    depth: dict[tuple[int, Offset], int] = {start: 0}
    carbon: dict[tuple[int, Offset], bool] = {start: False}
    queue = []
    for number, (other, offset) in enumerate(inside):
        branch[other, offset], depth[other, offset] = number, 1
        carbon[other, offset] = elements[other] == "C"
        queue.append((other, offset))
    for vertex in queue:
        for other, offset in graph[vertex[0]]:
            if metal[other] or other not in members:
                continue
            there = (other, plus(vertex[1], offset))
            if there == start:
                continue
            if there not in branch:
                if depth[vertex] < _LARGEST_RING // 2:
                    branch[there], depth[there] = branch[vertex], depth[vertex] + 1
                    carbon[there] = carbon[vertex] or elements[other] == "C"
                    queue.append(there)
            elif branch[there] != branch[vertex]:
                size = depth[there] + depth[vertex] + 1
                if 5 <= size <= _LARGEST_RING and (carbon[there] or carbon[vertex]):
                    return True
    return False
