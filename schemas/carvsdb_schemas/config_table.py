"""What all tables of our TOML files share: kinds of values, and no unknown keys."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

File = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{1,1000}$")]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(gt=0)]
TypeNumber = Annotated[str, Field(pattern=r"^[1-9][0-9]*$")]
Symbol = Annotated[str, Field(pattern=r"^[A-Z][a-z]?$")]
Isotope = Annotated[str, Field(pattern=r"^[0-9]*[A-Z][a-z]?$")]
Ion = Annotated[str, Field(pattern=r"^[A-Z][a-z]?[1-9]?[+-]$")]
Pair = Annotated[str, Field(pattern=r"^[A-Z][a-z]?-[A-Z][a-z]?$")]
Triple = Annotated[str, Field(pattern=r"^[A-Z][a-z]?-[A-Z][a-z]?-[A-Z][a-z]?$")]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Range = Annotated[list[Finite], Field(min_length=2, max_length=2)]


class Table(BaseModel):
    """What all tables share: no unknown keys, no silent conversions."""

    model_config = ConfigDict(extra="forbid", strict=True)
