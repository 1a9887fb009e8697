"""Mixed-integer linear programs: the cheapest choice that satisfies all conditions."""

import numpy as np

_TIME_LIMIT, _OPTIMAL = 20.0, 0


class LinearProgram:
    """A mixed-integer linear program over numbers of 0 or 1, or between, written row by row."""

    def __init__(self) -> None:
        self.cost: list[float] = []
        self.whole: list[bool] = []
        self.entries: list[tuple[int, int, float]] = []
        self.low: list[float] = []
        self.high: list[float] = []

    def variable(self, cost: float = 0.0, *, whole: bool = True) -> int:
        """Return a new variable, by its number: 0 or 1, or anything between if it need not be whole."""
        self.cost.append(cost)
        self.whole.append(whole)
        return len(self.cost) - 1

    def between(self, low: float, terms: list[tuple[int, float]], high: float) -> None:
        """Demand that a sum lies between two numbers."""
        self.entries += [(len(self.low), column, factor) for column, factor in terms]
        self.low.append(low)
        self.high.append(high)

    def solution(self, *, most_nodes: int | None = None) -> list[bool] | None:
        """Return the cheapest values; None if there are none, or the search did not end in time.

        Parameters
        ----------
        most_nodes : int, optional
            After how many nodes of its search tree to take the best that was found, proved or not. What a limit of time
            cuts off is never taken: that would depend on the machine.
        """
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import coo_array

        row, column, factor = (np.array(part) for part in zip(*self.entries, strict=True))
        # Whole numbers of 32 bits, since those of 64 are refused by the solver of SciPy 1.11.
        places = row.astype(np.int32), column.astype(np.int32)
        matrix = coo_array((factor, places), shape=(len(self.low), len(self.cost)))
        options: dict[str, float] = {"time_limit": _TIME_LIMIT, "mip_rel_gap": 0.0}
        if most_nodes is not None:
            options["node_limit"] = most_nodes
        found = milp(
            np.array(self.cost),
            integrality=np.array(self.whole, np.int64),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(matrix.tocsr(), self.low, self.high),
            options=options,
        )
        ended = found.status == _OPTIMAL or (most_nodes is not None and (found.mip_node_count or 0) >= most_nodes)
        return [value > 0.5 for value in found.x] if ended and found.x is not None else None
