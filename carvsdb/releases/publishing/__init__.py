"""Bringing a release to an archive that gives it a DOI.

``metadata`` says in the archive's words what the release is, ``service`` speaks with it, ``deposit`` makes a draft
there, file by file, and takes up one that was left. Nobody but a person publishes it: a DOI is for good.
"""

from carvsdb.releases.publishing.deposit import DraftReport, Prepared, prepare, upload
from carvsdb.releases.publishing.service import SANDBOX, ZENODO, Archive, Service, token_of

__all__ = ["SANDBOX", "ZENODO", "Archive", "DraftReport", "Prepared", "Service", "prepare", "token_of", "upload"]
