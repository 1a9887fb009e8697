"""What an atom of a ligand may be: its number of bonds, its charge, and what that costs."""

from dataclasses import dataclass

from carvsdb.atoms.elements import HALIDES, HYDROGEN

RADICAL = 15.0
"""The cost of leaving a valence open, above that of all else."""

_HELD, _LOOSE, _BARE = 0.3, 1.3, 1.85
_CATION = 0.45
_MOST, _MOST_OF_DONOR = 7, 3
_MISSING_ON_CARBON, _MISSING_ON_NITROGEN = 3.5, 1.8


@dataclass(frozen=True, slots=True)
class State:
    """What an atom may be.

    Attributes
    ----------
    valence : int
        Sum of the orders of its bonds.
    charge : int
    cost : float
    missing : int
        Hydrogen atoms that it needs and the file lacks.
    radical : bool
        Whether a valence stays open.
    """

    valence: int
    charge: int = 0
    cost: float = 0.0
    missing: int = 0
    radical: bool = False


def states_of(element: str, n_bonds: int, *, on_metal: bool) -> list[State]:
    """Return what an atom with some bonds may be.

    Parameters
    ----------
    element : str
    n_bonds : int
        Those to metals do not count.
    on_metal : bool
        Whether a metal holds it: then it is easily an anion.

    Notes
    -----
    Costs are ours: that a metal's donor is an anion costs less than a sextet of electrons gains, other anions cost
    more, then come cations, hydrogen that is missing, and last open valences. Nitrogen on a metal has no fourth bond.

    Examples
    --------
    >>> min(states_of("O", 1, on_metal=True), key=lambda state: state.cost + 9 * (state.valence == 2)).charge
    -1
    """
    if element == "N" and on_metal and n_bonds > _MOST_OF_DONOR:
        return []
    return [state for state in _states(element, n_bonds, on_metal) if state.valence >= n_bonds]


def most_bonds(element: str, *, on_metal: bool) -> int:
    """Return how many atoms other than metals an atom can be bonded to.

    Examples
    --------
    >>> most_bonds("N", on_metal=False), most_bonds("N", on_metal=True)
    (4, 3)
    """
    return max((number for number in range(1, _MOST + 1) if states_of(element, number, on_metal=on_metal)), default=0)


def _states(element: str, n_bonds: int, on_metal: bool) -> list[State]:
    anion = _HELD if on_metal else _LOOSE
    if element in HYDROGEN or element == "F":
        return [State(1)]
    if element == "C":
        found = [State(4), State(3, -1, 1.5 if on_metal else 5.0), State(3, 1, 7.0)]
        carbene = (3.5 if n_bonds == 1 else 2.5) if on_metal else 12.0
        found += [State(2, 0, carbene), State(3, 0, RADICAL, radical=True)]
        return found + [State(4 - number, 0, _MISSING_ON_CARBON + number / 10, number) for number in (1, 2, 3)]
    if element == "N":
        found = [State(3), State(4, 1, _CATION), State(2, 0, RADICAL, radical=True)]
        found += [State(2, -1, _BARE if n_bonds == 1 and not on_metal else anion), State(1, -2, 8.0)]
        if not on_metal:
            found += [State(3 - number, 0, _MISSING_ON_NITROGEN + number / 10, number) for number in (1, 2)]
        return found
    if element == "O":
        return [State(2), State(1, -1, anion), State(3, 1, 0.5 if n_bonds == 1 else 4.0)]
    if element in ("S", "Se", "Te"):
        return [State(2), State(1, -1, anion), State(4, 0, 0.3), State(6, 0, 0.3), State(3, 1, 3.0)]
    if element in ("P", "As", "Sb"):
        return [State(3), State(5, 0, 0.1), State(4, 1, 2.0), State(2, -1, 3.0), *_exactly(6, -1, n_bonds)]
    if element in HALIDES:
        return [State(1), State(2, 1, 4.0), State(3, 0, 3.0), State(5, 0, 3.0), State(7, 0, 3.0)]
    if element == "B":
        return [State(3), *_exactly(4, -1, n_bonds)]
    if element in ("Si", "Ge"):
        return [State(4), *_exactly(5, -1, n_bonds), *_exactly(6, -2, n_bonds)]
    return []


def _exactly(valence: int, charge: int, n_bonds: int) -> list[State]:
    """Return a state that takes this many neighbours: SiF6, not silicon with double bonds."""
    return [State(valence, charge, 0.5)] if n_bonds == valence else []
