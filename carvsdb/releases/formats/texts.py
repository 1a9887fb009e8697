"""All texts that are made anew from card and manifest: what `build` writes and `verify` compares."""

from collections.abc import Callable, Mapping

from carvsdb.releases.formats import citation, croissant, datacite, datapackage, licence, readme, ro_crate
from carvsdb.releases.formats.facts import ReleaseFacts

TEXTS: Mapping[str, Callable[[ReleaseFacts], str]] = {
    one.FILE: one.text for one in (licence, citation, readme, datacite, datapackage, croissant, ro_crate)
}
"""By file, what writes it."""
