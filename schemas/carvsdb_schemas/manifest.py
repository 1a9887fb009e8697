"""What a release holds, by table."""

from pydantic import BaseModel, ConfigDict, Field

from carvsdb_schemas.card import Redistribution

SHA256 = r"^[0-9a-f]{64}$"


class ManifestPart(BaseModel):
    """What the parts of a manifest share: no unknown fields."""

    model_config = ConfigDict(extra="forbid")


class TableManifest(ManifestPart):
    """One Parquet table."""

    file: str
    rows: int = Field(ge=0)
    columns: list[str]
    content_sha256: str = Field(pattern=SHA256, description="Of its values, whatever wrote the file.")


class SourceManifest(ManifestPart):
    """What a release holds of a source."""

    collection: str = Field(description="Empty for what comes from no collection.")
    redistribution: Redistribution
    nets: int = Field(ge=0, description="In the catalogue, or of those that were asked for.")


class ReleaseManifest(ManifestPart):
    """The release as a whole."""

    name: str
    version: str
    schema_version: int = Field(ge=1)
    code_version: str
    content_sha256: str = Field(pattern=SHA256, description="Of all its tables.")
    where: str | None = Field(default=None, description="Which nets of the catalogue, as SQL on the view `entry`.")
    sources: list[SourceManifest]
    statuses: dict[str, int] = Field(description="Number of nets by status.")
    tables: dict[str, TableManifest]
    parts: list[str] = Field(description="Files besides the tables that hold data, such as `catalogue.duckdb`.")
