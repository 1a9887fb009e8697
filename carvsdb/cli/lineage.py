"""A lineage, for reading and as rows."""

from carvsdb.cli.answered import Output
from carvsdb.cli.output import table
from carvsdb_schemas.lineage import LineageAnswer

_SHOWN = 12


def answer_lineage(answer: LineageAnswer, out: Output) -> None:
    """Give a lineage: a line for each step, numbered; steps that it was made from by their numbers."""
    numbers = {step.key: place for place, step in enumerate(answer.steps, 1)}
    sources = [[numbers[key] for key in step.made_from if key in numbers] for step in answer.steps]
    rows = [
        {
            "step": place,
            "kind": step.kind,
            "name": step.name,
            "made_from": made_from,
            "sha256": step.key,
            "about": _words(step.about),
        }
        for place, (step, made_from) in enumerate(zip(answer.steps, sources, strict=True), 1)
    ]

    def text() -> str:
        header = ("step", "kind", "made from", "SHA-256", "name", "about")
        cells = [
            (str(place), step.kind, ", ".join(map(str, made_from)), step.key[:_SHOWN], step.name, _words(step.about))
            for place, (step, made_from) in enumerate(zip(answer.steps, sources, strict=True), 1)
        ]
        return f"{answer.label}\n{table(cells, header)}"

    out.answer(document=answer.model_dump(mode="json"), rows=rows, text=text)


def _words(about: dict[str, float | int | str | None]) -> str:
    parts = []
    for name, value in about.items():
        if value is not None:
            shown = f"{value:.6g}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else value
            parts.append(shown if name == "is" else f"{name.replace('_', ' ')} {shown}")
    return ", ".join(parts)
