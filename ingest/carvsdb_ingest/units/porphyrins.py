"""Porphyrins and phthalocyanines: four five-membered rings in a circle, of whose nitrogen two are anions."""

from collections.abc import Iterator, Mapping, Sequence

_FIVE, _CIRCLE = 5, 4


def porphyrin_nitrogens(
    elements: Sequence[str], around: Sequence[Mapping[int, float]], rings: Sequence[tuple[int, ...]]
) -> Iterator[tuple[int, ...]]:
    """Yield the four nitrogen atoms inside of each porphyrin, azaporphyrin or phthalocyanine, as they stand around it.

    Parameters
    ----------
    elements : sequence of str
    around : sequence of mappings
        The neighbours of each atom.
    rings : sequence of tuple of int

    Notes
    -----
    Their carbon atoms can be satisfied without any charge, too, as in a porphyrin that has lost two electrons, and no
    length tells that apart: hence a rule.
    """
    carbons: dict[int, tuple[int, int]] = {}
    for ring in rings:
        if len(ring) != _FIVE:
            continue
        for place, atom in enumerate(ring):
            one, two = ring[place - 1], ring[(place + 1) % _FIVE]
            if elements[atom] == "N" and elements[one] == elements[two] == "C":
                carbons[atom] = (one, two)
    nitrogen_at = {carbon: atom for atom, pair in carbons.items() for carbon in pair}
    beside: dict[int, set[int]] = {atom: set() for atom in carbons}
    for atom, pair in carbons.items():
        for carbon in pair:
            for bridge in around[carbon]:
                if bridge in nitrogen_at or bridge == atom or elements[bridge] not in ("C", "N"):
                    continue
                beside[atom] |= {nitrogen_at[far] for far in around[bridge] if far in nitrogen_at} - {atom}
    seen: set[int] = set()
    for start in sorted(beside):
        if start in seen:
            continue
        circle, queue = {start}, [start]
        for atom in queue:
            for other in sorted(beside[atom] - circle):
                circle.add(other)
                queue.append(other)
        seen |= circle
        if len(circle) == _CIRCLE and all(len(beside[atom]) == 2 for atom in circle):
            one, three = sorted(beside[start])
            (two,) = circle - {start, one, three}
            yield start, one, two, three
