"""Building units: what the vertices and the edges of a net are made of.

``ligands`` cuts a structure at its metals, ``partition`` gives each atom to one unit, ``contacts`` finds what touches a
unit and at which points it extends, ``formulas`` and ``identity`` say what it is, ``bond_orders`` and ``molecules``
draw the molecule of a linker, ``found`` puts it all together.
"""

from carvsdb_ingest.units.found import BuildingUnit, find_units

__all__ = ["BuildingUnit", "find_units"]
