"""Molecular dynamics by ASE's integrators, with our potentials."""

from carvsdb_refine.dynamics.trajectory import DynamicsOptions, FlownApartError, Trajectory

__all__ = ["DynamicsOptions", "FlownApartError", "Trajectory"]
