"""One random crystal in every setting of every space group, written in four ways: one structure, or a flag.

The atoms are made by gemmi from the setting's own operations; they are read from a CIF that has one atom and says the
setting by its name, its Hall symbol, its number or its operations.
"""

import gemmi
import numpy as np
import pytest
from numpy.typing import NDArray

from carvsdb.atoms.pairs import near_pairs
from carvsdb.atoms.structure import Structure
from carvsdb.net import Net
from carvsdb.topology import identify
from carvsdb_ingest.files.text_file import TextFile
from carvsdb_ingest.readers.cif.cif import read_cif

PLACE = np.array([0.1231, 0.2342, 0.3453])
SETTINGS = list(gemmi.spacegroup_table())
CODE = "_space_group.IT_coordinate_system_code"
WAYS = ("name", "short name", "Hall symbol", "number", "number and code", "operations")


def parameters_of(group: gemmi.SpaceGroup) -> list[float]:
    """Return a cell that the setting allows, and as few others as can be."""
    system = group.crystal_system_str()
    if system == "triclinic":
        return [17.0, 18.0, 19.0, 80.0, 85.0, 95.0]
    if system == "monoclinic":
        axis = group.monoclinic_unique_axis()
        return [17.0, 18.0, 19.0, *(110.0 if one == axis else 90.0 for one in "abc")]
    if system == "orthorhombic":
        return [17.0, 18.0, 19.0, 90.0, 90.0, 90.0]
    if system == "tetragonal":
        return [17.0, 17.0, 19.0, 90.0, 90.0, 90.0]
    if system == "cubic":
        return [19.0, 19.0, 19.0, 90.0, 90.0, 90.0]
    return [17.0, 17.0, 17.0, 75.0, 75.0, 75.0] if group.ext == "R" else [17.0, 17.0, 19.0, 90.0, 90.0, 120.0]


def said(group: gemmi.SpaceGroup, way: str) -> str:
    if way == "operations":
        return "\n".join(
            ["loop_", "_space_group_symop_operation_xyz", *(f"'{op.triplet()}'" for op in group.operations())]
        )
    extension = group.ext.strip("\0 ")
    code = extension if extension in ("H", "R") else extension + group.qualifier
    return {
        "name": f"_space_group_name_H-M_alt '{group.xhm()}'",
        "short name": f"_symmetry_space_group_name_H-M '{group.short_name()}{':' if extension else ''}{extension}'",
        "Hall symbol": f"_space_group_name_Hall '{group.hall}'",
        "number": f"_symmetry_Int_Tables_number {group.number}",
        "number and code": f"_space_group_IT_number {group.number}\n{CODE} '{code or '?'}'",
    }[way]


def read(group: gemmi.SpaceGroup, way: str) -> Structure:
    tags = ("length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma")
    cell = "\n".join(f"_cell_{tag} {value}" for tag, value in zip(tags, parameters_of(group), strict=True))
    atom = "loop_\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\nSi1 {} {} {}".format(
        *PLACE
    )
    text = f"data_one\n{cell}\n{said(group, way)}\n{atom}\n"
    (structure,) = read_cif(TextFile.decode(text.encode(), "one.cif"))
    return structure


def orbit(group: gemmi.SpaceGroup) -> NDArray[np.int64]:
    """Return the images of the atom, as gemmi makes them, in thousandths and sorted."""
    images = np.array([op.apply_to_xyz(PLACE.tolist()) for op in group.operations()])
    return rounded(images)


def rounded(positions: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.unique(np.rint(positions * 1000).astype(np.int64) % 1000, axis=0)


def is_right(group: gemmi.SpaceGroup, structure: Structure) -> bool:
    return np.array_equal(orbit(group), rounded(structure.positions))


@pytest.mark.parametrize("way", WAYS)
def test_a_sample_of_settings_is_read_right_or_flagged(way: str) -> None:
    check(way, SETTINGS[::19])


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_every_setting_is_read_right_or_flagged(way: str) -> None:
    check(way, SETTINGS)


def check(way: str, settings: list[gemmi.SpaceGroup]) -> None:
    flagged = []
    for group in settings:
        structure = read(group, way)
        doubts = [one for one in structure.quality if one.startswith("symmetry: ")]
        if not is_right(group, structure):
            flagged.append(group)
            assert doubts, (way, group.xhm())
        if way in ("name", "Hall symbol", "operations"):  # these leave nothing unsaid
            assert is_right(group, structure), (way, group.xhm(), structure.quality)
            assert not doubts, (way, group.xhm(), doubts)
    if way == "number":  # the number alone means a standard setting, or says that it may not
        standard = [one for one in settings if one.is_reference_setting()]
        assert not set(map(id, standard)) & set(map(id, flagged))
    if way == "number and code":
        usual = {id(one) for one in SETTINGS[:530]}
        assert not [one.xhm() for one in flagged if id(one) in usual]
    if way == "short name":
        assert not flagged


def key(structure: Structure) -> str:
    """Name the net of the atoms that are closer than 12 Å."""
    rows, _ = near_pairs(structure, 12.0)
    return str(identify(Net.from_edges(rows, structure.n_atoms)).key)


@pytest.mark.parametrize("name", ["P 1 21/n 1", "P b n m", "I 2 2 2", "P 41", "P 42/n:1", "B 1 1 2/b"])
def test_keys_of_one_crystal(name: str) -> None:
    (group,) = [one for one in SETTINGS if one.xhm() == name]
    keys = {way: key(read(group, way)) for way in ("name", "short name", "Hall symbol", "operations")}
    assert len(set(keys.values())) == 1
    assert keys["name"].startswith("ck1:")
