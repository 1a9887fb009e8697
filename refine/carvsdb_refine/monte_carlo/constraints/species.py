"""The elements that a constraint names."""

from carvsdb.errors import InputError


def species_index(symbol: str, species: tuple[str, ...], what: str) -> int:
    """Return the place of an element among those of a model.

    Raises
    ------
    InputError
        If the model has none of it; the sentence begins with `what`.

    Examples
    --------
    >>> species_index("Si", ("O", "Si"), "hard spheres")
    1
    """
    if symbol not in species:
        raise InputError(f"{what}: the model has no element {symbol!r}; it has {', '.join(species)}")
    return species.index(symbol)
