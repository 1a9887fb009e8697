"""Nodes of several nets together: models of one material, frames of one trajectory."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from carvsdb.rings import Carvs


def pooled_carvs(models: "list[Carvs]") -> dict[str, Any]:
    """Pool the nodes of several nets, as models of one material."""
    from carvsdb.rings import Carvs

    pooled = Carvs.pooled(models)
    return {
        "pooled": len(models),
        "n_nodes": pooled.n_nodes,
        "linker_aware": pooled.linker_aware,
        "ring_kind": pooled.ring_kind,
        "max_ring_size": pooled.max_ring_size,
        "completeness": pooled.completeness,
        "largest_ring": pooled.largest_ring,
        "carvs": {
            "vector": pooled.vector.tolist(),
            "sigma": pooled.sigma,
            "symbol": pooled.symbol,
        },
    }


def pooled_words(pooled: dict[str, Any]) -> str:
    """Say in a line what was pooled."""
    return f"pooled, {pooled['pooled']} nets, {pooled['n_nodes']} nodes: {pooled['carvs']['symbol']}"
