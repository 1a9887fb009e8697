"""Whatever is in a file of atoms, it ends with a status: never in a traceback, never in a hang."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carvsdb_ingest.analysis.analyse import AnalysisOptions
from carvsdb_ingest.analysis.item import ReadOptions
from carvsdb_ingest.tasks.attempts import attempt
from carvsdb_ingest.tasks.jobs import JobOptions, file_job
from carvsdb_ingest.tasks.statuses import cause_of, status_of

CIF = """data_quartz
_cell_length_a 5.0
_cell_length_b 5.0
_cell_length_c 7.1
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
_symmetry_space_group_name_H-M 'P 1'
loop_
_symmetry_equiv_pos_as_xyz
x,y,z
-x,-y,z+1/2
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
_atom_site_occupancy
Si1 Si 0.25(1) 0.25 0.25 1.0
Si2 Si 0.75 0.25 0.75 0.5
O1 O 0.5 0.3 0.5 1.0
O2 O 0.25 0.5 0.3 1.0
loop_
_geom_bond_atom_site_label_1
_geom_bond_atom_site_label_2
_geom_bond_distance
Si1 O1 1.6
Si1 O2 1.6
"""
XYZ = """4
Lattice="5 0 0 0 5 0 0 0 7" Properties=species:S:1:pos:R:3 pbc="T T T"
Si 1.0 1.0 1.0
Si 3.5 1.0 3.5
O 2.3 1.2 2.2
O 1.0 2.5 1.0
"""
DATA = """title

4 atoms
2 bonds
2 atom types

0 5 xlo xhi
0 5 ylo yhi
0 7 zlo zhi
1 0 0 xy xz yz

Masses

1 28.085 # Si
2 15.999

Atoms # full

1 1 1 0.0 1.0 1.0 1.0 0 0 1
2 1 1 0.0 3.5 1.0 3.5 0 0 0
3 2 2 0.0 2.3 1.2 2.2 0 0 0
4 2 2 0.0 1.0 2.5 1.0 0 0 0

Bonds

1 1 1 3
2 1 1 4
"""
DUMP = """ITEM: TIMESTEP
0
ITEM: NUMBER OF ATOMS
4
ITEM: BOX BOUNDS xy xz yz pp pp pp
0 6 1
0 5 0
0 7 0
ITEM: ATOMS id element x y z
2 Si 3.5 1.0 3.5
1 Si 1.0 1.0 1.0
3 O 2.3 1.2 2.2
4 O 1.0 2.5 1.0
"""
POSCAR = """quartz
1.0
5 0 0
0 5 0
0 0 7
Si O
2 2
Cartesian
1.0 1.0 1.0
3.5 1.0 3.5
2.3 1.2 2.2
1.0 2.5 1.0
"""
TEXTS = {"a.cif": CIF, "a.xyz": XYZ, "a.data": DATA, "a.dump": DUMP, "a.vasp": POSCAR}
ELEMENTS = ((1, "Si"), (2, "O"))
OPTIONS = [
    JobOptions(ReadOptions(), AnalysisOptions(max_ring_size=4, max_rings=500)),
    JobOptions(ReadOptions(elements=ELEMENTS, clusterings=("node-linker",)), AnalysisOptions(max_ring_size=4)),
]
WORDS = [
    "0", "-1", "1e400", "nan", "inf", "1e-300", "99999999", "1000000000000000000000", "0x1", "1/0", "?", ".", "'", ";",
    "loop_", "data_", "_", "Å", "\u202e", "\U0001f4a5", "Si1", "Zn", "X", "H", "x,y,z", "x,x,x", "#", "1.2.3", "P 63/m",
]  # fmt: skip


def damaged(text: str) -> st.SearchStrategy[str]:
    """Texts with words replaced, lines lost, doubled and swapped, and the end cut off."""
    lines = text.splitlines()

    @st.composite
    def build(draw: st.DrawFn) -> str:
        changed = list(lines)
        for _ in range(draw(st.integers(1, 4))):
            at = draw(st.integers(0, len(changed) - 1))
            action = draw(st.sampled_from(["word", "word", "word", "lose", "double", "swap", "cut"]))
            if action == "word":
                words = changed[at].split() or [""]
                words[draw(st.integers(0, len(words) - 1))] = draw(st.sampled_from(WORDS))
                changed[at] = " ".join(words)
            elif action == "lose" and len(changed) > 1:
                del changed[at]
            elif action == "double":
                changed.insert(at, changed[at])
            elif action == "swap":
                other = draw(st.integers(0, len(changed) - 1))
                changed[at], changed[other] = changed[other], changed[at]
            elif action == "cut":
                changed = [*changed[:at], changed[at][: draw(st.integers(0, 8))]]
        return "\n".join(changed)

    return build()


def check(path: Path) -> None:
    """Attempt a file; it must end with a status that carvsdb gives on purpose."""
    for options in OPTIONS:
        for found in attempt(file_job(path, options), options):
            if found.entry is None:
                assert found.error is not None
                assert status_of(found.error) in ("no net", "error"), found.error
                assert cause_of(found.error) != "internal error", found.error
                assert "\n" not in str(found.error)


@pytest.mark.parametrize("name", TEXTS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(drawn=st.data())
def test_damaged_files_end_with_a_status(name: str, drawn: Any, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(drawn.draw(damaged(TEXTS[name])))
    check(path)


@pytest.mark.slow
@pytest.mark.parametrize("name", TEXTS)
@settings(max_examples=3000, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(drawn=st.data())
def test_many_damaged_files_end_with_a_status(name: str, drawn: Any, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(drawn.draw(damaged(TEXTS[name])))
    check(path)


@pytest.mark.parametrize("name", ["a.cif", "a.xyz", "a.dump", "a.vasp", "a.data", "a.cgd", "a.arc", "a.xyz.gz"])
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_end_with_a_status(name: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    check(path)


def test_a_million_atoms_in_a_small_cell_end_with_a_status(tmp_path: Path) -> None:
    # As many atoms as there may be, all but touching: no neighbour list may fill the memory.
    number = 1_000_000
    path = tmp_path / "a.dump"
    rows = "".join(f"{atom} Si 0 0 0\n" for atom in range(1, number + 1))
    path.write_text(DUMP[: DUMP.index("ITEM: NUMBER")] + f"ITEM: NUMBER OF ATOMS\n{number}\n" + _box(5.0) + rows)
    options = OPTIONS[0]
    (found,) = attempt(file_job(path, options), options)
    assert found.error is not None
    assert (status_of(found.error), cause_of(found.error)) == ("no net", "bad cell")


def _box(length: float) -> str:
    return "ITEM: BOX BOUNDS pp pp pp\n" + 3 * f"0 {length}\n" + "ITEM: ATOMS id element x y z\n"
