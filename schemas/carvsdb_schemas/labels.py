"""What labels are made by: the `[labels]` table of a TOML file."""

from pydantic import Field

from carvsdb_schemas.config_table import Count, File, Positive, Table
from carvsdb_schemas.potential_tables import PotentialTable


class LabelsTable(Table):
    """`[labels]`: the reference method, and how it is run."""

    method: PotentialTable = Field(description="A table like [potential]: any kind but none.")
    folder: File = Field(default="labels", description="Where labels are kept, below the TOML file's folder.")
    processes: Count | None = Field(default=None, description="At a time; by default one for each core.")
    time_limit: Positive = Field(default=3600.0, description="Seconds for one structure.")


class LabelConfig(Table):
    """A file with labels alone."""

    labels: LabelsTable
