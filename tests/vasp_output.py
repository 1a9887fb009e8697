"""A `vasprun.xml` of our own text: as much of it as is read."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def _rows(name: str, rows: Floats) -> str:
    return f'<varray name="{name}">{"".join(f"<v>{x:.8f} {y:.8f} {z:.8f}</v>" for x, y, z in rows)}</varray>'


def vasprun(
    symbols: Sequence[str], cell: Floats, steps: Sequence[tuple[Floats, float, Floats, int]], most: int = 60
) -> str:
    """Return a file of steps, each with places, energy, forces and the number of its electronic iterations."""
    atoms = "".join(f"<rc><c>{symbol}</c><c>1</c></rc>" for symbol in symbols)

    def structure(positions: Floats, name: str = "") -> str:
        fractions = _rows("positions", positions @ np.linalg.inv(cell))
        return f"<structure{name}><crystal>{_rows('basis', cell)}</crystal>{fractions}</structure>"

    def energies(free: float) -> str:
        return f'<energy><i name="e_fr_energy">{free}</i><i name="e_0_energy">{free + 0.1}</i></energy>'

    calculations = "\n".join(
        "<calculation>\n"
        + f"<scstep>\n{energies(energy)}</scstep>\n" * n_iterations
        + structure(positions)
        + _rows("forces", forces)
        + _rows("stress", -10 * np.eye(3))
        + f"{energies(energy)}\n</calculation>"
        for positions, energy, forces, n_iterations in steps
    )
    return (
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n<modeling>\n'
        f"<kpoints>{_rows('kpointlist', np.zeros((1, 3)))}<varray name='weights'><v>1.0</v></varray></kpoints>\n"
        f'<parameters>\n<i type="int" name="NELM">    {most}</i>\n</parameters>\n'
        f'<atominfo><atoms>{len(symbols)}</atoms><array name="atoms"><set>{atoms}</set></array></atominfo>\n'
        + structure(steps[0][0], ' name="initialpos"')
        + f"{calculations}\n</modeling>\n"
    )
