"""How a model came to be: files and runs, each made from others."""

from typing import Literal

from pydantic import Field

from carvsdb_schemas.answers import CommandAnswer

StepKind = Literal["data", "structure", "labels", "potential", "active set", "run"]


class LineageStep(CommandAnswer):
    """A file, or a run.

    Its key is the SHA-256 of the file; of a run that of all that it was told. The model of one run and the start of
    the next are one step where they are the same bytes: so chains reach over runs.
    """

    key: str = Field(pattern="^[0-9a-f]{64}$")
    kind: StepKind
    name: str = Field(max_length=1000, description="Of the file; of a run its seed.")
    made_from: list[str] = Field(default_factory=list, max_length=10_000, description="Keys of other steps.")
    about: dict[str, float | int | str | None] = Field(default_factory=dict, description="What is known of it.")


class LineageAnswer(CommandAnswer):
    """All that a model was made from, each step after those that it was made from."""

    catalogue: str = Field(default="", description="Its path.")
    label: str = Field(description="Of the entry, or the key of the run.")
    steps: list[LineageStep]
