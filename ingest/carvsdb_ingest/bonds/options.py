"""Which bond rule, with which numbers."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from carvsdb.atoms.elements import is_symbol
from carvsdb.errors import InputError

LARGEST_TOLERANCE = 2.0
LARGEST_CUT_OFF = 10.0
METAL_EXTRA = 0.1
SEMI_BRIDGING = 0.5
LARGE_CATIONS = dict.fromkeys(("K", "Rb", "Cs", "Ba"), 0.1)
"""Å more for bonds of the largest cations, which are ionic and have no sharp limit."""
LONG_PAIRS = {("Cu", "O"): 0.12}
"""Å more for pairs: the long axis of Jahn-Teller distorted Cu(II) reaches 2.50 Å."""


@dataclass(frozen=True, slots=True)
class BondOptions:
    """How bonds are found.

    Attributes
    ----------
    tolerance : float
        Two atoms are bonded if they are nearer than the sum of their covalent radii plus this, in Å.
    pairs : tuple of (str, str, float)
        Cut-offs of pairs of elements in Å, which replace the rule for these pairs: ``("Zn", "N", 2.5)``.
    metal_metal : bool
        Bond metal atoms to each other too.
    from_file : bool
        Bonds that the file lists win over the rule.
    metal_extra : float
        What comes on top of `tolerance` if one of the two is a metal and the other is not C, in Å: bonds of metals to
        N, O, S and halides vary more. K, Rb, Cs and Ba get `LARGE_CATIONS` on top of that, Cu-O `LONG_PAIRS`.
    hydrogen : bool
        Add hydrogen bonds.
    semi_bridging : float
        How much farther still a metal may be from the O of a carboxylate that it shares with another metal, in Å.

    Examples
    --------
    >>> BondOptions(pairs=(("Zn", "N", 2.5),)).rule
    'covalent radii + 0.3 Å, Zn-N=2.5'
    """

    tolerance: float = 0.3
    pairs: tuple[tuple[str, str, float], ...] = ()
    metal_metal: bool = False
    from_file: bool = True
    metal_extra: float = METAL_EXTRA
    semi_bridging: float = SEMI_BRIDGING
    hydrogen: bool = False

    def __post_init__(self) -> None:
        if not (math.isfinite(self.tolerance) and -1 <= self.tolerance <= LARGEST_TOLERANCE):
            raise InputError(f"the bond tolerance must be -1 to {LARGEST_TOLERANCE:g} Å, got {self.tolerance}")
        for first, second, cut_off in self.pairs:
            if not (math.isfinite(cut_off) and 0 <= cut_off <= LARGEST_CUT_OFF):
                raise InputError(
                    f"the bond cut-off of {first}-{second} must be 0 to {LARGEST_CUT_OFF:g} Å, got {cut_off}"
                )

    @property
    def rule(self) -> str:
        """The rule in words; what is not said has its default."""
        parts = [f"covalent radii + {self.tolerance:g} Å"]
        if self.metal_extra != METAL_EXTRA:
            parts.append(f"{self.metal_extra:g} Å more for metals")
        if self.semi_bridging != SEMI_BRIDGING:
            parts.append(f"semi-bridging within {self.semi_bridging:g} Å")
        parts += [f"{first}-{second}={cut_off:g}" for first, second, cut_off in self.pairs]
        if self.metal_metal:
            parts.append("metal-metal bonds")
        if self.hydrogen:
            parts.append("hydrogen bonds")
        return ", ".join(parts)

    @property
    def parameters(self) -> dict[str, object]:
        """The numbers of the rule, as a record keeps them."""
        return {
            "bond_tolerance": self.tolerance,
            "metal_extra_tolerance": self.metal_extra,
            "semi_bridging": self.semi_bridging,
            "longer_bonds": [f"{metal}+{more:g}" for metal, more in LARGE_CATIONS.items()]
            + [f"{metal}-{donor}+{more:g}" for (metal, donor), more in LONG_PAIRS.items()],
            "bond_pairs": [f"{first}-{second}={cut_off:g}" for first, second, cut_off in self.pairs],
            "metal_metal_bonds": self.metal_metal,
        } | ({"hydrogen_bonds": True} if self.hydrogen else {})

    @classmethod
    def of_parameters(cls, parameters: Mapping[str, object]) -> "BondOptions":
        """Read what :attr:`parameters` wrote; what is missing has its default.

        Raises
        ------
        InputError
            If a number or a pair of it is none.
        """
        own = cls()
        try:
            return cls(
                tolerance=float(str(parameters.get("bond_tolerance", own.tolerance))),
                pairs=tuple(parse_pair(str(pair)) for pair in cast(Iterable[object], parameters.get("bond_pairs", ()))),
                metal_metal=bool(parameters.get("metal_metal_bonds", False)),
                metal_extra=float(str(parameters.get("metal_extra_tolerance", own.metal_extra))),
                semi_bridging=float(str(parameters.get("semi_bridging", own.semi_bridging))),
                hydrogen=bool(parameters.get("hydrogen_bonds", False)),
            )
        except (TypeError, ValueError) as error:
            raise InputError(f"no bond rule can be made of {dict(parameters)}") from error


def parse_pair(text: str) -> tuple[str, str, float]:
    """Read the cut-off of a pair of elements.

    Raises
    ------
    InputError
        If it does not look like ``Zn-N=2.5``.

    Examples
    --------
    >>> parse_pair("Zn-N=2.5")
    ('Zn', 'N', 2.5)
    """
    pair, equals, number = text.partition("=")
    first, dash, second = (part.strip() for part in pair.partition("-"))
    try:
        cut_off = float(number)
    except ValueError:
        cut_off = math.nan
    if not (equals and dash and math.isfinite(cut_off)):
        raise InputError(f"a bond cut-off looks like Zn-N=2.5, got {text!r}")
    for symbol in (first, second):
        if not is_symbol(symbol):
            raise InputError(f"a bond cut-off names two elements, as Zn-N=2.5 does; {symbol!r} in {text!r} is none")
    return first, second, cut_off
