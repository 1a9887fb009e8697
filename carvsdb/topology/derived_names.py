"""What a net without a name in any archive is, where that can be told from its key alone.

Such a name is derived, and stands apart from the names of archives: it changes no status and is no name to search by.
"""

from carvsdb.topology.subnets import shipped_subnets

_BY_KEY = {
    "ck1:1 1 1 1": "chain",
    "ck1:1 1 1 1 1 2 0 2 2 1": "ladder",
}


def derived_name(key: str | None) -> str | None:
    """Say what a net is: a chain (each vertex on two others), a ladder (two chains joined by rungs), or a subnet.

    Examples
    --------
    >>> derived_name("ck1:1 1 1 1"), derived_name("ck1:3 1 1 0 0 1 1 1 0 1 0 1 1 1 0 0")
    ('chain', None)
    """
    if key is None or key in _BY_KEY:
        return _BY_KEY.get(key or "")
    subnet = shipped_subnets().get(key)
    return None if subnet is None else subnet.name
