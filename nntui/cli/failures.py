"""Failures: one line on stderr and an exit code for each."""

from __future__ import annotations

from collections.abc import Callable

import click

from nntui.cli.console import info, silence_stdout
from nntui.data.errors import DataError
from nntui.display.message import message_line, path_text
from nntui.modelfile.problems import SpecError
from nntui.runs.directory import RunsError

FAILED, WRONG_INPUT, INTERRUPTED = 1, 2, 130
_LONGEST_MISUSE = 240
"""Characters: messages of click are short, except for the argument they quote."""


class InputError(Exception):
    """Invalid input on the command line; its text is one line."""

    def __init__(self, message: str) -> None:
        super().__init__(message_line(" ".join(message.split())))


def exit_code_of(action: Callable[[], int]) -> int:
    """The action's exit code, or that of its failure, which is reported on stderr; bugs pass through as tracebacks."""
    try:
        return action()
    except click.exceptions.Exit as asked:
        return asked.exit_code
    except click.ClickException as error:
        return _usage_error(error)
    except SpecError as error:
        for problem in error.problems:
            info(str(problem))
        return WRONG_INPUT
    except (DataError, InputError) as error:
        info(str(error))
        return WRONG_INPUT
    except RunsError as error:
        info(str(error))
        return FAILED
    except BrokenPipeError:
        silence_stdout()
        return FAILED
    except OSError as error:
        info(f"{path_text(error.filename)}: {error.strerror}" if error.filename else str(error))
        return FAILED
    except MemoryError as error:
        info(f"out of memory: {error}" if str(error) else "out of memory: use smaller layers, batches or data")
        return FAILED
    except (click.Abort, KeyboardInterrupt):
        info("interrupted")
        return INTERRUPTED


def _usage_error(error: click.ClickException) -> int:
    message = message_line(error.format_message().rstrip(".?"), _LONGEST_MISUSE)
    question = "?" if error.format_message().endswith("?") else ""
    context = error.ctx if isinstance(error, click.UsageError) else None
    info(f"{message}{question} (see '{context.command_path if context else 'nntui'} --help')")
    return error.exit_code
