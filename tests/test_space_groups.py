"""Space groups from whatever a file says: notations, statements that contradict themselves, operations."""

from pathlib import Path
from typing import Any

import gemmi
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carvsdb.atoms.cell import cell_of_parameters
from carvsdb.atoms.space_group_names import all_settings, meaning_of_name, settings_of_number
from carvsdb.atoms.space_groups import Symmetry, SymmetryStatement, read_symmetry
from carvsdb.atoms.symmetry_operations import (
    Operations,
    closure,
    codes,
    number_of,
    operations_of_setting,
    operations_of_texts,
    parse_operation,
    same_operations,
    texts_of_operations,
)
from carvsdb.errors import InputError

TABLE = Path(__file__).parent / "reference" / "space-group-notations.tsv"
NOTATIONS = [tuple(line.split("\t")[:2]) for line in TABLE.read_text(encoding="utf-8").splitlines()[1:]]
CUBE = 6 * np.eye(3)
MONOCLINIC = cell_of_parameters([5.0, 6.0, 7.0, 90.0, 110.0, 90.0])


def read(cell: Any = CUBE, **said: Any) -> Symmetry:
    return read_symmetry(SymmetryStatement(**said), cell)


def test_there_are_notations_enough() -> None:
    assert len(NOTATIONS) >= 150
    assert len(set(NOTATIONS)) == len(NOTATIONS)


@pytest.mark.parametrize(("notation", "setting"), NOTATIONS)
def test_notations(notation: str, setting: str) -> None:
    meaning = meaning_of_name(notation)
    assert meaning is not None
    assert meaning.settings[0].name == setting


@pytest.mark.parametrize(
    "text",
    [
        *("", "?", "unknown", "P", "C", "P 7", "Q 7", "P 1 1", "Pmmmm", "P21/q", "Fm-4m", "Fm3m3", "0", "231", "1000"),
        *(
            "x,y,z",
            "-P 2ybc",
            "P 21/n 21",
            "R 3 2 1 1",
            "Oh^11",
            "D9h",
            "F m -3 m m",
            "P 1 21/z 1",
            "\x1b[31m",
            "P" * 90,
        ),
    ],
)
def test_what_is_no_name(text: str) -> None:
    assert meaning_of_name(text) is None


@given(st.text(max_size=40))
def test_any_text_is_a_name_or_not(text: str) -> None:
    meaning = meaning_of_name(text)
    assert meaning is None or meaning.settings


def test_every_setting_has_its_name_in_four_forms() -> None:
    settings = all_settings()
    assert len(settings) == len(list(gemmi.spacegroup_table()))
    for setting in settings:
        for form in (setting.name, setting.name.replace(" ", ""), setting.name.upper(), setting.name.lower()):
            meaning = meaning_of_name(form)
            assert meaning is not None, form
            assert meaning.settings[0] == setting, form


def test_every_setting_has_its_coordinate_system_code() -> None:
    for setting in all_settings()[:530]:  # the rest, cells of other volumes, share codes with these
        symbol = setting.name.partition(":")[0]
        meaning = meaning_of_name(symbol, setting.code)
        assert meaning is not None
        assert meaning.settings[0] == setting
        assert setting in settings_of_number(setting.number, setting.code), setting


def test_schoenflies_symbols_have_the_numbers_of_the_tables() -> None:
    # International Tables A, ends of some classes.
    for symbol, number in (("Ci^1", 2), ("Cs^4", 9), ("C2h^6", 15), ("D2^9", 24), ("C2v^22", 46), ("D2h^28", 74)):
        assert meaning_of_name(symbol).settings[0].number == number  # type: ignore[union-attr]
    for symbol, number in (
        ("D4h^20", 142),
        ("D3d^6", 167),
        ("D6h^4", 194),
        ("Th^7", 206),
        ("O^8", 214),
        ("Oh^10", 230),
    ):
        assert meaning_of_name(symbol).settings[0].number == number  # type: ignore[union-attr]


def test_operations_of_every_setting() -> None:
    for setting, group in zip(all_settings(), gemmi.spacegroup_table(), strict=True):
        operations = operations_of_setting(setting.hall)
        listed = operations_of_texts(tuple(one.triplet() for one in group.operations()))
        assert same_operations(operations, listed), setting
        assert len(operations[0]) == len(listed[0])
        assert number_of(operations) == setting.number
        assert same_operations(operations_of_texts(texts_of_operations(operations)), listed)


def is_closed(operations: Operations) -> bool:
    group = closure(operations)
    return group is not None and len(group[0]) == len(np.unique(codes(operations)))


@pytest.mark.parametrize("name", ["P 1 21/n 1", "I 41/a m d:1", "R -3 c:H", "F d -3 m:2", "P 61 2 2", "C 2 2 21"])
def test_a_group_is_closed_and_what_lacks_an_operation_is_not(name: str) -> None:
    operations = operations_of_setting(meaning_of_name(name).settings[0].hall)  # type: ignore[union-attr]
    assert is_closed(operations)
    for left_out in (1, len(operations[0]) // 2, len(operations[0]) - 1):
        rest = (np.delete(operations[0], left_out, axis=0), np.delete(operations[1], left_out, axis=0))
        assert not is_closed(rest) or len(rest[0]) == 1
        full = closure(rest)
        assert full is not None
        assert same_operations(full, operations) or len(rest[0]) <= len(operations[0]) / 2


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("x,y,z", "x,y,z"),
        (" X, Y, Z ", "x,y,z"),
        ("+x,+y,+z", "x,y,z"),
        ("1/2+X, -Y, 0.5-Z", "x+1/2,-y,-z+1/2"),
        ("-x+y,-x,z+.33333", "-x+y,-x,z+1/3"),
        ("'x-y,x,z+0.6667'", "x-y,x,z+2/3"),
        ("x, y, -z, +1", "x,y,-z"),
        ("-x,-y,z,-1", "-x,-y,z"),
        ("y,x,-z+7/6", "y,x,-z+1/6"),
        ("x;y;z", "x,y,z"),
        ("-1*x,y,z", "-x,y,z"),
        ("-x-1/4,y,z", "-x+3/4,y,z"),
    ],
)
def test_spellings_of_operations(text: str, row: str) -> None:
    assert same_operations(operations_of_texts((text,)), operations_of_texts((row,)))


@pytest.mark.parametrize(
    "text", ["", "x,y", "x,y,z,t", "x,y,q", "x,x,z", "x+,y,z", "xy,y,z", "3x,y,z", "x/2,y,z", "1/0,y,z"]
)
def test_what_is_no_operation(text: str) -> None:
    with pytest.raises(InputError, match="is no symmetry operation"):
        parse_operation(text)


def test_a_hall_symbol_beats_a_name() -> None:
    found = read(names=("F d -3 m",), hall="F 4d 2 3 -1d")
    assert [one.rule for one in found.readings] == ["Hall symbol"]
    assert not found.question
    assert same_operations(found.readings[0].operations, operations_of_setting("F 4d 2 3 -1d"))


@pytest.mark.parametrize(
    ("hall", "setting"),
    [
        ("-P 2ybc", "P 1 21/c 1"),
        ("-p 2ybc", "P 1 21/c 1"),
        ("-P_2ybc", "P 1 21/c 1"),
        ("P 31 2=", "P 31 2 1"),  # spglib
        ("-R 3 2=c", "R -3 c:H"),
        ("P 3 2''", "P 3 2 1"),
        ("-F 4VW 2VW 3", "F d -3 m:2"),
        ("P 31 2c (0 0 1)", "P 31 1 2"),
    ],
)
def test_spellings_of_hall_symbols(hall: str, setting: str) -> None:
    meaning = meaning_of_name(setting)
    assert meaning is not None
    cell = cell_of_parameters([6, 6, 7, 90, 90, 120]) if meaning.settings[0].number < 195 else CUBE
    cell = MONOCLINIC if meaning.settings[0].number == 14 else cell
    found = read(cell, hall=hall)
    assert found.readings[0].rule == "Hall symbol"
    assert same_operations(found.readings[0].operations, operations_of_setting(meaning.settings[0].hall))
    assert not found.doubts


def test_number_and_name_have_one_rule_of_origin() -> None:
    for said in ({"number": "227"}, {"names": ("F d -3 m",)}, {"names": ("Fd-3m",), "number": "227"}):
        found = read(**said)
        assert [one.name for one in found.readings] == ["F d -3 m:2", "F d -3 m:1"]
        assert found.unsaid
    for said in ({"number": "227", "code": "1"}, {"names": ("F d -3 m",), "code": "1"}, {"names": ("Fd-3m :1",)}):
        found = read(**said)
        assert [one.name for one in found.readings] == ["F d -3 m:1"]
        assert not found.question
        assert not found.doubts


def test_the_cell_tells_the_axes() -> None:
    hexagonal, rhombohedral = cell_of_parameters([5, 5, 7, 90, 90, 120]), cell_of_parameters([5, 5, 5, 60, 60, 60])
    assert read(hexagonal, names=("R -3 c",)).readings[0].name == "R -3 c:H"
    assert read(rhombohedral, names=("R -3 c",)).readings[0].name == "R -3 c:R"
    unique_c, unique_a = cell_of_parameters([5, 6, 7, 90, 90, 110]), cell_of_parameters([5, 6, 7, 110, 90, 90])
    assert read(MONOCLINIC, names=("P 21/a",)).readings[0].name == "P 1 21/a 1"
    assert read(unique_c, names=("P 21/b",)).readings[0].name == "P 1 1 21/b"
    assert read(unique_a, names=("P 21/b",)).readings[0].name == "P 21/b 1 1"
    assert read(unique_a, names=("P 21/c",)).readings[0].name == "P 21/c 1 1"
    wrong = read(MONOCLINIC, names=("P 21/n 1 1",))
    assert wrong.readings[0].name == "P 1 21/n 1"
    assert wrong.doubts == ("the cell does not have the symmetry of P 21/n 1 1; P 1 21/n 1 was taken",)
    assert read(MONOCLINIC, names=("F m -3 m",)).doubts == ("the cell does not have the symmetry of F m -3 m",)


@pytest.mark.parametrize(
    ("said", "doubt"),
    [
        ({}, "the file says nothing about symmetry: read without symmetry"),
        ({"names": ("Q 7",)}, "space group Q 7 is unknown: read without symmetry"),
        ({"names": ("?", "unknown")}, "the file says nothing about symmetry: read without symmetry"),
        ({"names": ("Q 7",), "number": "225"}, "space group Q 7 is unknown; what else the file says was taken"),
        ({"number": "231"}, "there is no space group of the number 231"),
        ({"hall": "Z 9"}, "the Hall symbol Z 9 is unknown"),
        ({"number": "62"}, "the file gives only the number of its space group, 62: read as P n m a"),
        ({"operations": ("x,y,z", "-x,-y,-z", "-x,y,-z")}, "the file lists 3 operations, which are no group; the 4 "),
        ({"operations": ("-x,-y,-z",), "names": ("P -1",)}, "the file lists 1 operation, which are no group; the 2 "),
    ],
)
def test_doubts(said: dict[str, Any], doubt: str) -> None:
    found = read(**said)
    assert len(found.readings) == 1
    assert found.doubts[0].startswith(doubt)


@pytest.mark.parametrize(
    ("said", "readings"),
    [
        ({"operations": ("x,y,z",), "names": ("F m -3 m",)}, ["list", "F m -3 m"]),
        ({"operations": ("x,y,z", "-x,-y,-z"), "names": ("P 1 21/c 1",)}, ["list", "P 1 21/c 1"]),
        ({"names": ("P 1 21/c 1",), "number": "62"}, ["P 1 21/c 1", "P n m a"]),
        ({"names": ("P 1 21/n 1",), "hall": "-P 2ybc"}, ["-P 2ybc", "P 1 21/n 1"]),
    ],
)
def test_contradictions_give_several_readings(said: dict[str, Any], readings: list[str]) -> None:
    found = read(**said)
    assert [one.name.removeprefix("the ") for one in found.readings] == readings
    assert found.question
    assert not found.unsaid


def test_operations_of_another_setting_do_not_contradict() -> None:
    listed = tuple(one.triplet() for one in gemmi.SpaceGroup("P 1 21/c 1").operations())
    assert read(MONOCLINIC, operations=listed, names=("P 21/n",)).question == ""
    moved = ("x,y,z", "-x+1/10,-y,-z", "-x+1/10,y+1/2,-z+1/2", "x,-y+1/2,z+1/2")
    assert read(MONOCLINIC, operations=moved, names=("P 21/c",)).question == ""
    primitive = cell_of_parameters([4, 4, 4, 60, 60, 60])
    cubic = tuple(one.triplet() for one in gemmi.SpaceGroup("R -3 m:R").operations())
    assert read(primitive, operations=cubic, names=("R -3 m",), number="166").question == ""


def test_what_generates_no_space_group_is_refused() -> None:
    with pytest.raises(InputError, match="together they make more than the 192"):
        read(operations=("x+1/7,y,z", "z,x,y", "-y,x,z", "-x,-y,-z", "x+1/5,y,z"))


@given(st.lists(st.sampled_from(["x,y,z", "-x,-y,-z", "y,z,x", "-x,y,-z+1/2", "y,x,z", "x+1/2,y+1/2,z"]), min_size=1))
def test_what_is_read_of_any_list_is_a_group(texts: list[str]) -> None:
    if closure(operations_of_texts(tuple(texts))) is None:
        with pytest.raises(InputError, match="no group"):
            read(operations=tuple(texts))
    else:
        assert is_closed(read(operations=tuple(texts)).readings[0].operations)
