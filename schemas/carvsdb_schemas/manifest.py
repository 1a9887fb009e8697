"""What a release holds, by table."""

from pydantic import BaseModel, ConfigDict, Field


class TableManifest(BaseModel):
    """One Parquet table."""

    model_config = ConfigDict(extra="forbid")

    file: str
    rows: int = Field(ge=0)
    columns: list[str]


class ReleaseManifest(BaseModel):
    """The release as a whole."""

    model_config = ConfigDict(extra="forbid")

    name: str
    version: str
    schema_version: int = Field(ge=1)
    code_version: str
    tables: dict[str, TableManifest]
