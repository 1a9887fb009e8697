"""Bond perception: a neighbour list over all periodic images, cut by a bond rule."""

from dataclasses import replace

import numpy as np

from carvsdb.atoms.elements import covalent_radius, is_metal
from carvsdb.atoms.pairs import near_pairs
from carvsdb.atoms.structure import Structure
from carvsdb_ingest.bonds.bridging import CLOSE, semi_bridging
from carvsdb_ingest.bonds.cut_offs import cut_offs, usual_cut_offs
from carvsdb_ingest.bonds.found import Bonds
from carvsdb_ingest.bonds.hydrogen import hydrogen_bonds
from carvsdb_ingest.bonds.options import BondOptions
from carvsdb_ingest.bonds.pruning import METALS_OVERLAP, prune

FILE_RULE = "bonds of the file"


def find_bonds(structure: Structure, options: BondOptions | None = None) -> Bonds:
    """Find the bonds of a structure.

    Parameters
    ----------
    structure : Structure
    options : BondOptions, optional

    Notes
    -----
    Two atoms are bonded if they are nearer than the sum of their covalent radii plus a tolerance, which is larger for
    metals with N, O, S and halides, and still larger for K, Rb, Cs, Ba and for Cu-O. Metals are not bonded to each
    other unless asked; a hydrogen keeps its nearest neighbour only, a halogen on carbon its carbon; a metal keeps no
    atom behind a nearer one; C and N keep four non-metals, O three and F one, except where atoms overlap, since nobody
    knows which of them is real. An O of a carboxylate that holds one metal and leans on the next is bonded to both.
    Hydrogen bonds are added on request. What was pruned from over-bonded atoms is said in `Bonds.quality`. Cut-offs of
    pairs replace the rule for their elements and are not pruned.

    Raises
    ------
    InputError
        If a pair names an element that is not in the structure, or the atoms cannot be in the cell.

    Examples
    --------
    >>> import numpy as np
    >>> from carvsdb.atoms.structure import Structure
    >>> rocksalt = Structure(("Na", "Cl"), np.array([[0, 0, 0], [0.5, 0.5, 0.5]]),
    ...                      2.82 * np.array([[0, 1.0, 1.0], [1.0, 0, 1.0], [1.0, 1.0, 0]]), ("Na", "Cl"))
    >>> find_bonds(rocksalt)
    <Bonds: 6 bonds by covalent radii + 0.3 Å>
    """
    options = options or BondOptions()
    if options.from_file and structure.bonds is not None:
        found = _bonds_of_the_file(structure)
    else:
        found = _found(structure, options)
    return _with_hydrogen_bonds(structure, found) if options.hydrogen else found


def _with_hydrogen_bonds(structure: Structure, bonds: Bonds) -> Bonds:
    added, lengths, quality = hydrogen_bonds(structure, bonds.edges)
    rows = np.concatenate([bonds.edges, added])
    order = np.lexsort(rows.T[::-1])
    rule = bonds.rule if "hydrogen bonds" in bonds.rule else f"{bonds.rule}, hydrogen bonds"
    every = np.concatenate([bonds.lengths, lengths])
    return replace(bonds, edges=rows[order], lengths=every[order], rule=rule, quality=(*bonds.quality, *quality))


def _found(structure: Structure, options: BondOptions) -> Bonds:
    """Find the bonds by distance."""
    kinds = sorted(set(structure.elements))
    kind = np.array([kinds.index(element) for element in structure.elements], np.int64)
    limits, fixed = cut_offs(kinds, options)
    largest = float(limits.max(initial=0.0))
    if largest <= 0:
        return Bonds(np.zeros((0, 5), np.int64), np.zeros(0), options.rule, options.parameters)
    all_rows, all_lengths = near_pairs(structure, largest + options.semi_bridging)
    first, second = kind[all_rows[:, 0]], kind[all_rows[:, 1]]
    near = all_lengths <= limits[first, second]
    rows, lengths = all_rows[near], all_lengths[near]
    kept, quality = prune(structure, rows, lengths, fixed[first[near], second[near]])
    metal = np.array([is_metal(element) for element in kinds], bool)
    radii = np.array([covalent_radius(element) for element in kinds])
    lying = metal[first] & metal[second] & (all_lengths < METALS_OVERLAP * (radii[first] + radii[second]))
    if lying.any() and not options.metal_metal:
        quality = (*quality, f"overlapping metal atoms: {np.count_nonzero(lying)}")
    rows, lengths = rows[kept], lengths[kept]
    if options.semi_bridging > 0:
        excess = all_lengths - usual_cut_offs(kinds, options)[first, second]
        farther = ~near & (excess <= options.semi_bridging) & ~fixed[first, second]
        added = semi_bridging(structure, rows, all_rows[farther], excess[farther] < CLOSE)
        if added.any():
            rows = np.concatenate([rows, all_rows[farther][added]])
            lengths = np.concatenate([lengths, all_lengths[farther][added]])
            order = np.lexsort(rows.T[::-1])
            rows, lengths = rows[order], lengths[order]
    return Bonds(rows, lengths, options.rule, options.parameters, quality)


def _bonds_of_the_file(structure: Structure) -> Bonds:
    assert structure.bonds is not None
    rows = structure.bonds
    apart = structure.positions[rows[:, 1]] + rows[:, 2:] - structure.positions[rows[:, 0]]
    return Bonds(rows, np.linalg.norm(apart @ structure.cell, axis=1), FILE_RULE)
