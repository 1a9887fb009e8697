"""The program `carvsdb`: its commands, and how it ends.

Exit codes: 0 done, 1 internal error, 2 usage, 3 bad input, 4 not found or ambiguous, 5 missing extra, 6 partly
done, 7 refused, 8 verification or convergence failed, 130 interrupted.
"""

import _thread
import atexit
import os
import select
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Annotated, Any, TextIO, cast

import typer

from carvsdb.cli import loaded
from carvsdb.cli.application import Commands, with_only
from carvsdb.cli.compiling import tell_of_compiling
from carvsdb.cli.dashed_names import names_last
from carvsdb.cli.output import answer_json, escaped_streams, say
from carvsdb.cli.plain_values import take_plain_values
from carvsdb.errors import CarvsdbError, CarvsdbWarning, refused_by_system

INTERNAL_ERROR = 1
_AGAIN = 0.05
"""Seconds after which an interrupt comes again that went lost."""

# Older releases of typer raise click's class, newer ones their own; both are the base of this one.
_UsageError = cast(type[typer.BadParameter], typer.BadParameter.__bases__[0])

COMMANDS = {
    "describe": ("describe", "describe", "describe m1-topology.data --json"),
    "rings": ("rings", "rings", "rings net.cgd -o rings.parquet"),
    "net": ("net", "net", "net mof.cif -o net.json"),
    "ingest": ("ingest", "ingest", "ingest nets/*.cgd models/ --db zif.duckdb"),
    "sources": ("ingest", "sources", "sources"),
    "list": ("look", "list_entries", "list --db zif.duckdb"),
    "show": ("look", "show", "show sod --db zif.duckdb"),
    "sql": ("look", "sql", 'sql "SELECT label, sigma FROM entry ORDER BY sigma" --db zif.duckdb'),
    "similar": ("compare", "similar", "similar m1 -k 5 --db zif.duckdb"),
    "distance": ("compare", "distance", "distance m1 cag zni dia --db zif.duckdb"),
    "containing": ("nodes", "containing", "containing m1 --within 0.05 --db zif.duckdb"),
    "duplicates": ("nodes", "duplicates", "duplicates --by twins --db zif.duckdb"),
    "cite": ("cite", "cite", "cite sod --bibtex --db zif.duckdb"),
    "remove": ("entries", "remove", "remove sod --db zif.duckdb"),
    "restore": ("entries", "restore", "restore sod --db zif.duckdb"),
    "relabel": ("entries", "relabel", "relabel m1 melt-quenched-1 --db zif.duckdb"),
    "rename": ("entries", "relabel", "rename m1 melt-quenched-1 --db zif.duckdb"),
    "tag": ("entries", "tag", "tag glass m1 m2 --db zif.duckdb"),
    "explore": ("explore", "explore", "explore -o map.html --db zif.duckdb"),
    "crosscheck": ("crosscheck", "crosscheck", "crosscheck net.cgd"),
    "doctor": ("doctor", "doctor", "doctor --json"),
}
"""Modules and functions of commands, and what may be typed behind `carvsdb`."""

GROUPS = {
    "archive": "archive",
    "julia": "crosscheck",
    "db": "db",
    "embed": "embed",
    "plot": "plot",
    "release": "release",
    "generate": "generate",
    "refine": "refine",
}
"""Modules of groups of commands."""


def app(words: Sequence[str] = ()) -> Commands:
    """Return the program, or the part of it that words ask for: to load all commands takes longer than most answers.

    Parameters
    ----------
    words : sequence of str
        What was typed. Where the first is no command, as in a call for help, nothing is left out.
    """
    made = Commands(
        name="carvsdb",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
        help="The topology database of crystalline and amorphous framework materials.",
        epilog="Example: carvsdb describe net.cgd",
    )
    made.callback(invoke_without_command=True)(_options)
    first = words[0] if words else ""
    is_whole = not _is_command(first)
    for name, (module, function, example) in COMMANDS.items():
        if is_whole or name == first:
            command = getattr(loaded(module), function)
            made.command(name, epilog=f"Example: carvsdb {example}")(command)
    for name, module in GROUPS.items():
        if is_whole or name == first:
            group = loaded(module).app
            made.add_typer(group if is_whole else with_only(group, words[1:]), name=name)
    return made


def _options(
    version: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True)] = False,
) -> None:
    if version:
        from carvsdb.version import VERSION

        print(f"carvsdb {VERSION}")
        raise typer.Exit


def run(arguments: list[str] | None = None) -> None:
    """Run the program and end the process with its exit code."""
    if "_CARVSDB_COMPLETE" in os.environ:  # a shell asks how a word may go on
        app()(prog_name="carvsdb")
    take_plain_values()
    with escaped_streams():
        tell_of_compiling()
        code = _run(arguments)
    if arguments is None:
        _leave(code)
    sys.exit(code)


def _leave(code: int) -> None:
    """End the process without taking apart all that it loaded, which takes a tenth of a second."""
    if all(one.daemon or one is threading.main_thread() for one in threading.enumerate()):
        with suppress(OSError, ValueError, AttributeError):  # as Python itself ends, where a stream cannot be written
            atexit._run_exitfuncs()
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)


def _run(arguments: list[str] | None) -> int:
    given = sys.argv[1:] if arguments is None else arguments
    signals: list[int] = []
    as_json = "--json" in given or _format_of(given) in ("json", "jsonl")
    try:
        with _terminated_like_interrupted() as signals, _warnings_as_sentences():
            # Not by `app(...)`: that takes any broken pipe for a closed stdout, and ends without a word.
            given = _as_typed(given)
            command: Any = typer.main.get_command(app(given))
            with command.make_context("carvsdb", names_last(given, command)) as context:
                code = command.invoke(context) or 0
            if sys.stdout is not None:
                sys.stdout.flush()
    except typer.Exit as ended:
        code = ended.exit_code
    except CarvsdbError as error:
        say(str(error))
        code = error.exit_code
        if as_json:
            _answer_error(code, error.item, error.sentence, error.hint, error.doubts)
    except _UsageError as error:
        error.show()
        code = 2
        if as_json:
            _answer_error(code, None, error.format_message(), "carvsdb --help")
    except KeyboardInterrupt:
        code = 130
    except Exception as error:  # of any kind: nobody but the developers shall see a traceback
        if signals:  # inside a query, DuckDB takes the interrupt and raises an error of its own
            code = 130
        elif isinstance(error, BrokenPipeError) and _is_stdout_closed():
            # Whoever reads stdout has seen enough; nothing may be flushed into the closed pipe at exit.
            sys.stdout = None
            code = 0
        else:
            code = _failed(error, as_json)
    if code == 130:
        say("interrupted")
        # Waiting for threads at the end of the interpreter could be interrupted again, and end with another code.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(130)
    return code


def _as_typed(given: list[str]) -> list[str]:
    """Let `carvsdb mof.cif` mean `carvsdb describe mof.cif`, and ``-ITV.cif`` of a glob be the file, not options."""
    given = [f"./{word}" if _is_file_like_an_option(word) else word for word in given]
    if given and not given[0].startswith("-") and not _is_command(given[0]):
        if os.path.exists(given[0]):
            say(f"{given[0]} is a {'folder' if os.path.isdir(given[0]) else 'file'}: carvsdb describe {given[0]}")
            given = ["describe", *given]
        elif os.path.splitext(given[0])[1]:  # which says that there is no such file; no command has a dot
            given = ["describe", *given]
    return given


def _is_command(word: str) -> bool:
    return word in COMMANDS or word in GROUPS


def _is_file_like_an_option(word: str) -> bool:
    return word.startswith("-") and "." in word and "=" not in word and os.path.isfile(word)


def _format_of(given: list[str]) -> str | None:
    """Return what stands behind --format."""
    for place, word in enumerate(given):
        if word.startswith("--format="):
            return word.partition("=")[2]
        if word == "--format" and place + 1 < len(given):
            return given[place + 1]
    return None


def _failed(error: Exception, as_json: bool) -> int:
    """Say what nobody foresaw; what the system refuses is no error of ours."""
    refused = refused_by_system(error)
    if refused is not None:
        say(str(refused))
        if as_json:
            _try_to_answer(refused.exit_code, refused.item, refused.message, None)
        _give_stdout_up()
        return refused.exit_code
    traceback.print_exception(error)
    say(f"internal error, please report it with the lines above: {error}")
    if as_json:
        _try_to_answer(INTERNAL_ERROR, None, f"internal error: {error}", "please report it")
    return INTERNAL_ERROR


def _is_stdout_closed() -> bool:
    """Say whether nobody reads stdout any more; a pipe to a process of ours may break, too."""
    try:
        descriptor = sys.stdout.fileno()
        if not hasattr(select, "poll"):
            return True
        poll = select.poll()
        poll.register(descriptor, select.POLLOUT)
        return any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))
    except (OSError, ValueError, AttributeError):  # no file of the system
        return False


def _give_stdout_up() -> None:
    """Leave nothing that is flushed at the end into a disk that is full."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        sys.stdout = None


def _try_to_answer(code: int, item: str | None, message: str, hint: str | None) -> None:
    with suppress(OSError, ValueError):
        _answer_error(code, item, message, hint)


@contextmanager
def _terminated_like_interrupted() -> Iterator[list[int]]:
    """Let SIGTERM (of batch systems) and SIGHUP (of a closed terminal) do what Ctrl-C does: drafts are taken away.

    Yields
    ------
    list of int
        The signals that came.
    """
    came: list[int] = []
    if threading.current_thread() is not threading.main_thread():  # only there can a signal be handled
        yield came
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        came.append(number)
        raise KeyboardInterrupt

    before = {
        number: signal.signal(number, interrupt)
        for number in (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM))
        if signal.getsignal(number) is not signal.SIG_IGN  # as under nohup
    }
    said = sys.unraisablehook

    def again(unraisable: Any) -> None:
        # One that comes while an object is being finalised is swallowed there; what raised it here would be, too.
        if isinstance(unraisable.exc_value, KeyboardInterrupt):
            number = signal.Signals(came[-1]) if came else signal.SIGINT
            later = threading.Timer(_AGAIN, _thread.interrupt_main, [number])
            later.daemon = True
            later.start()
        else:
            said(unraisable)

    sys.unraisablehook = again
    try:
        yield came
    finally:
        sys.unraisablehook = said
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _warnings_as_sentences() -> Iterator[None]:
    """Print our own warnings as sentences, without the line of code that they come from."""
    with warnings.catch_warnings():
        others = warnings.showwarning

        def show(
            message: Warning | str,
            category: type[Warning],
            filename: str,
            lineno: int,
            file: TextIO | None = None,
            line: str | None = None,
        ) -> None:
            if issubclass(category, CarvsdbWarning):
                say(str(message))
            else:
                others(message, category, filename, lineno, file, line)

        warnings.showwarning = show
        yield


def _answer_error(code: int, item: str | None, message: str, hint: str | None, doubts: tuple[str, ...] = ()) -> None:
    about = {"code": code, "item": item, "message": message, "hint": hint}
    answer_json({"error": {**about, "quality": list(doubts)} if doubts else about})


if __name__ == "__main__":
    run()
