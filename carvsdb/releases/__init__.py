"""Data sets that others can cite: built from a catalogue and a card, and verified.

``card`` reads the card, ``build`` writes the folder, with its ``texts`` (README, licence, citation) and
the checksums of all; ``verify`` reads it all back and holds it against its own ``laws``.
"""

from carvsdb.releases.build import BuildReport, build_release
from carvsdb.releases.card import read_card
from carvsdb.releases.verify import VerifyReport, verify_release

__all__ = ["BuildReport", "VerifyReport", "build_release", "read_card", "verify_release"]
