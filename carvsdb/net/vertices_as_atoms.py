"""The vertices of a net as atoms of no element, for ASE and pymatgen."""

from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.net.graph import Net
from carvsdb.net.realisation import standard_realisation
from carvsdb.optional_packages import load_optional


def to_ase(net: Net) -> Any:
    """Return the vertices as an ``ase.Atoms``; see :meth:`carvsdb.net.Net.to_ase`.

    Examples
    --------
    >>> from carvsdb.net import library
    >>> atoms = to_ase(library.load("dia"))
    >>> len(atoms), round(float(atoms.get_distance(0, 1, mic=True)), 6)
    (2, 1.0)
    """
    positions, cell = _placed(net)
    atoms = import_module("ase").Atoms(["X"] * net.n_vertices, scaled_positions=positions, cell=cell, pbc=True)
    atoms.set_array("is_node", np.array(net.is_node))
    atoms.set_array("label", np.array(_labels(net)))
    return atoms


def to_pymatgen(net: Net) -> Any:
    """Return the vertices as a ``pymatgen.core.Structure``; see :meth:`carvsdb.net.Net.to_pymatgen`."""
    core = load_optional("pymatgen.core", "pymatgen")
    positions, cell = _placed(net)
    species = [core.DummySpecies("X")] * net.n_vertices
    about = {"is_node": net.is_node.tolist()}
    return core.Structure(cell, species, positions, labels=_labels(net), site_properties=about)


def _placed(net: Net) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if net.positions is not None and net.cell is not None:
        return net.positions, net.cell
    found = standard_realisation(net)
    return found.positions, found.cell


def _labels(net: Net) -> list[str]:
    return list(net.labels) if net.labels is not None else [f"X{vertex}" for vertex in range(net.n_vertices)]
