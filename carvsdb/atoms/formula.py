"""Chemical formulas: amounts from text such as ``Ca(OH)2``, and text in Hill order from amounts."""

import re
from collections import defaultdict
from collections.abc import Mapping

from carvsdb.atoms.elements import is_symbol
from carvsdb.errors import InputError

_PART = re.compile(r"([A-Z][a-z]?|\(|\))([0-9]*\.?[0-9]*)")


def amounts_of_formula(formula: str) -> dict[str, float]:
    """Return how much a formula unit has of each element.

    Parameters
    ----------
    formula : str
        Such as ``SiO2``, ``Ge0.2Se0.8``, ``Ca(OH)2``; without blanks.

    Raises
    ------
    InputError
        If it is no formula.

    Examples
    --------
    >>> amounts_of_formula("Ge0.2Se0.8"), amounts_of_formula("Ca(OH)2")
    ({'Ge': 0.2, 'Se': 0.8}, {'Ca': 1.0, 'O': 2.0, 'H': 2.0})
    """
    if "".join(match[0] for match in _PART.finditer(formula)) != formula or not formula:
        raise InputError(f"{formula!r} is no chemical symbol or formula such as SiO2")
    stack: list[defaultdict[str, float]] = [defaultdict(float)]
    for name, number in _PART.findall(formula):
        try:
            amount = float(number) if number else 1.0
        except ValueError:
            raise InputError(f"{number!r} in {formula} is no number") from None
        if name == "(":
            if number:
                raise InputError(f"a number follows the bracket in {formula}; expected it behind ')'")
            stack.append(defaultdict(float))
        elif name == ")":
            if len(stack) < 2:
                raise InputError(f"the brackets of {formula} do not match")
            for symbol, count in stack.pop().items():
                stack[-1][symbol] += count * amount
        elif not is_symbol(name):
            raise InputError(f"{name} in {formula} is no chemical symbol")
        else:
            stack[-1][name] += amount
    if len(stack) > 1:
        raise InputError(f"the brackets of {formula} do not match")
    return dict(stack[0])


def hill_formula(numbers: Mapping[str, int]) -> str:
    """Return the formula of whole numbers of atoms in Hill order: C and its H, D, T first, then the alphabet.

    Examples
    --------
    >>> hill_formula({"H": 4, "N": 2, "C": 3}), hill_formula({"O": 1, "H": 2})
    ('C3H4N2', 'H2O')
    """
    first = [symbol for symbol in ("C", "H", "D", "T") if symbol in numbers] if "C" in numbers else []
    order = first + sorted(set(numbers) - set(first))
    return "".join(f"{symbol}{numbers[symbol] if numbers[symbol] > 1 else ''}" for symbol in order)
