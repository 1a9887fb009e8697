"""Bundles: all that is needed to repeat a run, or a loop of active learning, as one archive.

An archive holds one folder with the config, every file that it names, the results, versions, seeds, the lineage, a
README that says how to repeat it, and ``SHA256SUMS`` over all of them. It has no absolute path, and the same run gives
the same bytes.

Floors, each importing only from below: ``pack | unpack`` / ``contents`` / ``names | readme | versions``.
"""

from carvsdb_refine.bundle.pack import Packed, pack
from carvsdb_refine.bundle.unpack import Unpacked, unpack

__all__ = ["Packed", "Unpacked", "pack", "unpack"]
