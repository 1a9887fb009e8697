"""One rule from label, type, name and mass to an element, for every format and command."""

import gemmi
import pytest

from carvsdb.atoms.elements import (
    covalent_radius,
    element_of_mass,
    element_of_site,
    element_of_type,
    elements_of_types,
    is_symbol,
    mass_of,
)
from carvsdb.errors import InputError


@pytest.mark.parametrize(
    ("name", "mass", "element"),
    [
        ("H", 1.008, "H"),
        ("H", 2.014, "D"),
        ("H", 2.0, "D"),
        ("D", 2.014, "D"),
        ("H", 3.016, "T"),
        ("", 2.014, "D"),
        ("CA", 12.011, "C"),
        ("Ca", 40.0, "Ca"),
        ("Ar", 40.0, "Ar"),
        ("Ni", 59.0, "Ni"),
        ("", 58.933, "Co"),
        ("Zn", None, "Zn"),
        ("C", 15.035, "C"),
        ("c_1", 12.0, "C"),
    ],
)
def test_a_name_and_a_mass_make_an_element(name: str, mass: float | None, element: str) -> None:
    assert element_of_type(1, name, mass) == element


@pytest.mark.parametrize(
    ("name", "mass", "words"),
    [
        ("Ca", 12.011, "is called Ca, but its mass 12.011 is that of C"),
        ("D", 1.008, "is called D, but its mass 1.008 is that of H"),
        ("C", 2.014, "is called C, but its mass 2.014 is that of D"),
        ("bead", 250.5, "its mass 250.5 is that of none"),
        ("", 40.0, "its mass 40 is that of none"),
        ("bead", None, "the file gives no mass"),
    ],
)
def test_what_contradicts_or_says_nothing_is_a_question(name: str, mass: float | None, words: str) -> None:
    with pytest.raises(InputError, match=words):
        element_of_type(1, name, mass)


def test_masses_in_reduced_units_say_nothing() -> None:
    for masses, reduced in (({1: 1.0, 2: 1.0}, False), ({1: 1.0, 2: 12.0}, True)):
        with pytest.raises(InputError, match="reduced units"):
            elements_of_types([1, 2], given={}, masses=masses, names={}, reduced=reduced)
        named = elements_of_types([1, 2], given={}, masses=masses, names={1: "Si", 2: "O"}, reduced=reduced)
        assert named == {1: "Si", 2: "O"}
    assert elements_of_types([1, 2], given={}, masses={1: 1.0, 2: 16.0}, names={}) == {1: "H", 2: "O"}


@pytest.mark.parametrize(
    ("symbol", "label", "formula", "element"),
    [
        ("Zn2+", "M1", (), "Zn"),
        ("ZN", "ZN1", (), "Zn"),
        ("O2-", "O1", (), "O"),
        ("Wat", "Wat1", (), "O"),
        ("", "OH2", (), "O"),
        ("H2O", "", (), "O"),
        ("NH4", "N1", (), "N"),
        ("Ow", "Ow1", (), "O"),
        ("Va", "V1", (), None),
        ("X", "X1", (), None),
        ("", "SI1", (), "Si"),
        ("", "CU1", (), "Cu"),
        ("", "CL1", (), "Cl"),
        ("", "CA1", (), "C"),
        ("", "CA1", ("Ca", "O"), "Ca"),
        ("", "HG1", ("Hg", "Cl"), "Hg"),
        ("", "HG1", ("C", "H"), "H"),
        ("CA", "CA1", ("C", "H"), "C"),
        ("ND3+", "ND3", (), "Nd"),
        ("D", "D1", (), "D"),
        ("", "T1", (), None),
    ],
)
def test_a_site_is_what_its_type_else_its_label_says(
    symbol: str, label: str, formula: tuple[str, ...], element: str | None
) -> None:
    assert element_of_site(symbol, label, formula) == element


def test_every_element_is_told_by_its_mass_and_no_other() -> None:
    for number in range(1, 104):
        element = gemmi.Element(number)
        assert is_symbol(element.name)
        others = [n for n in range(1, 104) if n != number and abs(gemmi.Element(n).weight - element.weight) <= 0.1]
        assert element_of_mass(element.weight) == (None if others else element.name)
    assert (mass_of("T"), covalent_radius("T")) == (3.016, covalent_radius("H"))
