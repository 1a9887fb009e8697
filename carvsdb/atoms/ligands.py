"""Ligands as molecules: their neutral parents, and the trivial names of well-known ones."""

import re
from functools import cache
from importlib.resources import files
from typing import Any

from carvsdb.atoms.formula import amounts_of_formula
from carvsdb.errors import InputError
from carvsdb.optional_packages import load_optional

INSTALL = '"carvsdb[chem]"'
"""What pip is to install for molecules."""

_ACIDIC = frozenset({"C", "N", "O", "S", "Se"})
_PARENT_LETTERS = 25
_SKELETON_LETTERS = 14
_ACID, _AZOLE, _PROTONS = re.compile(r"ic acid$"), re.compile(r"ole$"), re.compile(r"^h[0-9]{0,2}-?")
_LOCANTS = re.compile(r"^([a-z]{1,40})-([0-9,']{1,40})-(?=[a-z])")
_LEADING = re.compile(r"^([0-9,']{1,40})-([a-z]{1,40}?)(?=(?:di|tri|tetra|hexa)?carboxylate$)")
_INCHIKEY = re.compile(r"[A-Z]{14}(-[A-Z]{8,10}(-[A-Z])?)?")


def parent_of(molecule: Any) -> str | None:
    """Return the key of the neutral molecule: 25 characters of the InChIKey of what has as much hydrogen as it can.

    Anionic C, N, O and S take up hydrogen, ammonium gives it away; charges that compensate each other (nitro) stay.
    """
    chem = load_optional("rdkit.Chem", INSTALL)
    neutral = chem.RWMol(molecule)
    for atom in neutral.GetAtoms():
        charge, hydrogen = atom.GetFormalCharge(), atom.GetTotalNumHs()
        opposite = any(other.GetFormalCharge() * charge < 0 for other in atom.GetNeighbors())
        if atom.GetSymbol() not in _ACIDIC or opposite or (charge > 0 and hydrogen < charge):
            continue
        atom.SetNoImplicit(True)
        atom.SetNumExplicitHs(hydrogen - charge)
        atom.SetFormalCharge(0)
    try:
        chem.SanitizeMol(neutral)
    except ValueError:
        return None
    return chem.MolToInchiKey(neutral)[:_PARENT_LETTERS] or None


def ligand_term(text: str) -> str:
    """Return what a ligand is looked up by: the first block of the InChIKey of its neutral molecule, or a formula.

    Parameters
    ----------
    text : str
        An InChIKey or its beginning, a name or an abbreviation (``BDC``), a SMILES of the acid or of the anion, or a
        formula in Hill order.

    Raises
    ------
    InputError
        If it is none of these.
    MissingExtraError
        If it may be a SMILES, and RDKit is not installed.

    Examples
    --------
    >>> ligand_term("terephthalate"), ligand_term("KKEYFWRCBNTPAC-UHFFFAOYSA-L"), ligand_term("C8H4O4")
    ('KKEYFWRCBNTPAC', 'KKEYFWRCBNTPAC', 'C8H4O4')
    """
    text = text.strip()
    if _INCHIKEY.fullmatch(text):
        return text[:_SKELETON_LETTERS]
    known = parent_named(text)
    if known is not None:
        return known[:_SKELETON_LETTERS]
    try:
        formula = bool(amounts_of_formula(text)) and any(letter.isdigit() for letter in text)
    except InputError:
        formula = False
    if formula and not set(text) & set("()[]=#"):
        return text
    chem = load_optional("rdkit.Chem", INSTALL, "to look for a linker by its SMILES")
    with load_optional("rdkit.rdBase", INSTALL).BlockLogs():
        molecule = chem.MolFromSmiles(text)
        parent = None if molecule is None or not text else parent_of(molecule)
    if parent is None:
        raise InputError(
            f"{text!r} is no linker that can be looked up",
            hint="give an InChIKey, a name such as terephthalate or BDC, a SMILES, or a formula such as C8H4O4",
        )
    return parent[:_SKELETON_LETTERS]


def name_of(parent: str | None) -> str | None:
    """Return the trivial name of a ligand, None if it has none here.

    Parameters
    ----------
    parent : str or None
        The first 25 characters of the InChIKey of the neutral molecule: what it is, without the protons that it lost.

    Examples
    --------
    >>> name_of("KKEYFWRCBNTPAC-UHFFFAOYSA")
    'terephthalate'
    """
    return _names().get(parent or "")


def parent_named(name: str) -> str | None:
    """Return the key of a ligand by its name or an abbreviation of it, whatever the case of its letters.

    The acid is the same ligand: H2BDC, terephthalic acid, imidazole; and benzene-1,4-dicarboxylate is 1,4-benzene...

    Examples
    --------
    >>> parent_named("BDC") == parent_named("terephthalic acid") == "KKEYFWRCBNTPAC-UHFFFAOYSA"
    True
    """
    word = " ".join(name.split()).casefold()
    spellings = [word, _ACID.sub("ate", word), _AZOLE.sub("olate", word), _PROTONS.sub("", word)]
    spellings += [moved for one in spellings for moved in (_LOCANTS.sub(r"\2-\1", one), _LEADING.sub(r"\2-\1-", one))]
    return next((known for one in spellings if (known := _parents().get(one)) is not None), None)


@cache
def known_ligands() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Return parent, name and abbreviations of all ligands that have a name here."""
    text = (files("carvsdb.atoms.data") / "ligands.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines()[1:])
    return tuple((parent, name, tuple(one for one in synonyms.split(";") if one)) for parent, name, synonyms, _ in rows)


@cache
def _names() -> dict[str, str]:
    return {parent: name for parent, name, _ in known_ligands()}


@cache
def _parents() -> dict[str, str]:
    return {one.casefold(): parent for parent, name, synonyms in known_ligands() for one in (name, *synonyms)}
