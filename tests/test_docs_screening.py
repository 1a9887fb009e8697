"""The page on screening prints what it says."""

import re
from pathlib import Path

PAGE = (Path(__file__).parents[1] / "docs" / "screening.md").read_text(encoding="utf-8")


def test_every_line_prints_what_stands_behind_it() -> None:
    printed: list[str] = []
    names: dict[str, object] = {"print": lambda *values: printed.append(" ".join(map(str, values)))}
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(block, names)
    assert printed == re.findall(r"^ *print\(.*\) +# (.*)$", PAGE, re.MULTILINE)
    assert len(printed) == 11
