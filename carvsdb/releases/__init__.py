"""Data sets that others can cite: built from a catalogue and a card, and verified.

``card`` reads the card, ``begun_card`` begins one, ``selection`` chooses the rows, ``build`` writes the folder in all
``formats``; ``opening`` looks at a release that somebody else may have made, ``verify`` reads all of it,
``difference`` compares two, ``load`` makes a catalogue of one, ``serve`` answers OPTIMADE queries. ``content_hash``
is the hash of what tables say, whatever wrote them.
"""

from carvsdb.releases.begun_card import begun_card
from carvsdb.releases.build import BuildOptions, BuildReport, build_release
from carvsdb.releases.card import read_card
from carvsdb.releases.difference import ReleaseDifference, compare_releases, in_words
from carvsdb.releases.load import load_release
from carvsdb.releases.page import PageMaker
from carvsdb.releases.serve import serve_release
from carvsdb.releases.verify import VerifyReport, opened_release, verify_release

__all__ = [
    "BuildOptions",
    "BuildReport",
    "PageMaker",
    "ReleaseDifference",
    "VerifyReport",
    "begun_card",
    "build_release",
    "compare_releases",
    "in_words",
    "load_release",
    "opened_release",
    "read_card",
    "serve_release",
    "verify_release",
]
