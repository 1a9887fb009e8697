"""The materials of the a-ZIF paper, read from its research data: glasses with their models, and crystals."""

from pathlib import Path

from carvsdb.errors import NotFoundError
from carvsdb.net import Net, library
from carvsdb.plots.glasses import Material
from carvsdb.rings import find_rings
from carvsdb_ingest.analysis import read_nets
from carvsdb_ingest.sources.amorphous_mof import AMORPHOUS_MOF
from carvsdb_ingest.sources.collection import existing

GLASSES = (("zif", "a-ZIF"), ("sio2", "a-SiO2"), ("si", "a-Si"))
"""Folders of the research data, and the glass of each."""


def materials_of(folder: str | Path) -> list[Material]:
    """Read the glasses of the research data, with their linkers, and the crystals: of it, and of carvsdb.

    Parameters
    ----------
    folder : str or Path
        A clone of the repository, or a folder with its folders zif, sio2 and si.

    Raises
    ------
    NotFoundError
        If a folder or its models are missing.
    InputError
        If a file cannot be read.

    Notes
    -----
    Of the crystals that come with carvsdb, the four-connected ones with three periodic directions are taken.
    """
    root = existing(Path(folder), AMORPHOUS_MOF.name)
    materials, crystals = [], {}
    for name, glass in GLASSES:
        models = sorted(root.rglob(f"{name}/*-topology.data"))
        if not models:
            raise NotFoundError(f"holds no models {name}/*-topology.data", item=str(root), hint=AMORPHOUS_MOF.how)
        materials.append(_material(glass, True, [read_nets(file)[0] for file in models]))
        for file in sorted(root.rglob(f"{name}/*.cgd")):
            if "topology" not in file.stem and "anneal" not in file.stem:
                crystals[file.stem] = read_nets(file)[0]
    for net in library.load_all():
        if (net.degrees() == 4).all() and net.edges[:, 4].any():
            crystals.setdefault(net.name, net)
    return materials + [_material(name, False, [net]) for name, net in sorted(crystals.items())]


def _material(name: str, is_glass: bool, nets: list[Net]) -> Material:
    found = [find_rings(net) for net in nets]
    return Material(name, is_glass, tuple(one.carvs() for one in found), tuple(one.node_counts for one in found))
