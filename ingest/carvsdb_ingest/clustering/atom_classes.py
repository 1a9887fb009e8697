"""Which atoms belong to inorganic and which to organic building units."""

from collections.abc import Callable

from carvsdb.atoms.elements import is_metal
from carvsdb_ingest.clustering.cells import Graph

INORGANIC, ORGANIC = 1, 2


def classify(graph: Graph, elements: tuple[str, ...], members: set[int], on_rings: frozenset[int]) -> list[int | None]:
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
    on_rings : frozenset of int
        Atoms of rings with carbon.

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
        elif elements[atom] == "C" or atom in on_rings:
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
