"""Continuous random networks that carvsdb makes itself: amorphous tetrahedral nets to compare a glass with."""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from carvsdb.version import VERSION
from carvsdb_ingest.analysis.item import NetItem, item_of_net
from carvsdb_ingest.sources.collection import Collection

if TYPE_CHECKING:
    from carvsdb.generate import GeneratedNetwork

N_NODES = 216
SEEDS = (1, 2, 3)


def _items() -> Iterator[NetItem]:
    for item, seed in enumerate(SEEDS):
        made = _made(seed)
        label = f"random-network-{N_NODES}-seed-{seed}"
        yield item_of_net(
            made.net.with_name(label),
            label,
            f"carvsdb {label} {made.net.edges.tolist()}".encode(),
            item=item,
            bond_rule="bond switching",
            kind="generated",
            provenance={"seed": seed, "version": VERSION, **made.report.as_dict()},
        )


@cache
def _made(seed: int) -> "GeneratedNetwork":
    import numpy as np

    from carvsdb.generate import wooten_winer_weaire

    return wooten_winer_weaire(N_NODES, generator=np.random.default_rng(seed))


RANDOM_NETWORKS = Collection(
    name="random-networks",
    title=f"{len(SEEDS)} continuous random networks of {N_NODES} four-coordinated nodes, made by carvsdb",
    version=VERSION,
    licence="CC0-1.0",
    citation=(
        "Made by carvsdb (bond switching in a Keating model of silicon, no measured structure); method: Wooten, Winer "
        "& Weaire, Phys. Rev. Lett. 54, 1392 (1985)"
    ),
    url="https://doi.org/10.1103/PhysRevLett.54.1392",
    doi="10.1103/PhysRevLett.54.1392",
    how="made on your machine: carvsdb ingest --source random-networks (about a minute)",
    items=_items,
)
