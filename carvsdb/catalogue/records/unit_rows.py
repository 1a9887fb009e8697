"""From the units of an entry to the rows of their tables, and back."""

from uuid import UUID

from carvsdb.catalogue.file.storage import Storage
from carvsdb.catalogue.records.keys import content_key
from carvsdb_schemas.description import UnitDescription
from carvsdb_schemas.tables import NetUnit, UnitRow

SHARED = ("key", "formula", "composition", "name", "smiles", "inchikey", "parent", "charge", "metals")
"""Fields that a unit has in every net."""


def unit_key(key: str, formula: str, smiles: str | None) -> UUID:
    """Return the key of the row of a unit."""
    return content_key("unit", key, formula, smiles)


def unit_rows(units: list[UnitDescription], net: UUID) -> tuple[list[UnitRow], list[NetUnit]]:
    """Return the rows of units, each once, and how often a net has them."""
    rows: dict[UUID, UnitRow] = {}
    links: dict[tuple[UUID, str, str, int, int], NetUnit] = {}
    for one in units:
        key = unit_key(one.key, one.formula, one.smiles)
        rows[key] = UnitRow(id=key, **{field: getattr(one, field) for field in SHARED})
        place = (key, one.kind, one.role, one.degree, one.points_of_extension)
        if place in links:
            links[place].multiplicity += one.count
            continue
        links[place] = NetUnit(
            net_id=net,
            unit_id=key,
            kind=one.kind,
            role=one.role,
            degree=one.degree,
            points_of_extension=one.points_of_extension,
            multiplicity=one.count,
            doubts=one.doubts,
        )
    return list(rows.values()), list(links.values())


def units_of_net(storage: Storage, net_id: str) -> list[UnitDescription] | None:
    """Return the units of a net, None if none were stored."""
    rows = storage.table(
        f"SELECT {', '.join(SHARED)}, kind, role, degree, points_of_extension, multiplicity AS count, doubts "
        "FROM net_unit JOIN unit ON unit.id = unit_id WHERE net_id = ? "
        "ORDER BY role = 'guest', role = 'whole', kind NOT IN ('metal', 'metalloligand'), role <> 'vertex', formula, "
        "key, degree, points_of_extension",
        [net_id],
    ).to_pylist()
    return [UnitDescription(**row) for row in rows] or None
