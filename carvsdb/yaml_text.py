"""YAML of others: values only, of limited size, and errors that say where."""

import re
from typing import Any

import yaml

_DEEPEST = 50
_MOST_VALUES = 100_000
_ANCHOR = re.compile(r"(?:^|[\s\[{,:])&[^\s&]")
_Fast: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_yaml(text: str) -> Any:
    """Return what a YAML text says.

    Raises
    ------
    yaml.YAMLError
        If it is no YAML, a value is none of its kind (a date in a 13th month, a number of thousands of digits), or its
        aliases or its nesting make it larger than any card is.

    Examples
    --------
    >>> load_yaml("name: dia")
    {'name': 'dia'}
    """
    check_size(text)
    loader = _Loader(text)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


class _Loader(yaml.SafeLoader):
    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (ValueError, OverflowError) as error:
            value = ascii(str(node.value)[:30])
            raise yaml.constructor.ConstructorError(
                None, None, f"{value} is no value of its kind ({error})", node.start_mark
            ) from error


def check_aliases(text: str, most: int) -> None:
    """Refuse a text whose aliases make it larger than `most` values; one without anchors is not looked at.

    Raises
    ------
    yaml.YAMLError
        If it is such a text.
    """
    if _ANCHOR.search(text):
        check_size(text, most, _Fast)


def check_size(text: str, most: int = _MOST_VALUES, loader: Any = yaml.SafeLoader) -> None:
    """Refuse what would become large: each alias counts as all that it stands for. Nothing is built yet.

    Raises
    ------
    yaml.YAMLError
        If it has more than `most` values, or is nested too deep, or is no YAML.
    """
    open_nodes: list[list[Any]] = [[None, 0]]  # anchor and number of values of each collection that is open
    sizes: dict[str, int] = {}
    for event in yaml.parse(text, Loader=loader):
        if isinstance(event, yaml.CollectionStartEvent):
            open_nodes.append([event.anchor, 1])
            if len(open_nodes) > _DEEPEST:
                raise _refused(event, f"is nested more than {_DEEPEST} deep")
            continue
        if isinstance(event, yaml.CollectionEndEvent):
            anchor, size = open_nodes.pop()
        elif isinstance(event, yaml.ScalarEvent):
            anchor, size = event.anchor, 1
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor not in sizes:
                raise _refused(event, f"the alias {str(event.anchor)[:30]!a} stands for nothing that is complete")
            anchor, size = None, sizes[event.anchor]
        else:
            continue
        if anchor is not None:
            sizes[anchor] = size
        open_nodes[-1][1] += size
        if open_nodes[-1][1] > most:
            raise _refused(event, f"has more than {most} values, aliases expanded")


def _refused(event: Any, sentence: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=sentence, problem_mark=event.start_mark)
