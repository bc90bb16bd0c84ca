"""How the service logs: one line per event on standard error, for people or for machines.

structlog and the standard library's loggers (aiohttp, asyncio, aiosqlite, websockets) end in the
same handler, so everything that is logged passes ``redaction``.
"""

import logging
import os
import sys
import traceback
from typing import Final, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from tonearm.poller.errors import TonearmError
from tonearm.server import redaction
from tonearm.server.configuration.settings import Log

# Libraries that say at lower levels what must not be logged: SQL parameters (our tokens), request
# headers, frames.
LEAST_LEVELS: Final = {
    "PIL": logging.INFO,
    "aiohttp": logging.INFO,
    "aiosqlite": logging.WARNING,
    "asyncio": logging.INFO,
    "websockets": logging.INFO,
}


def configure(log: Log, *, stream: TextIO | None = None) -> None:
    """Send every event of ``log.level`` and above to ``stream``, standard error by default."""
    stream = stream or sys.stderr
    level = logging.getLevelNamesMapping()[log.level.upper()]
    for_people = log.format == "console" or (log.format == "auto" and stream.isatty())

    common: tuple[Processor, ...] = (
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(
            fmt="%H:%M:%S" if for_people else "iso", utc=not for_people
        ),
        describe_exception,
    )
    structlog.configure(
        processors=[*common, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )

    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=common,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                redact,
                _console(stream) if for_people else _json(),
            ],
        )
    )
    handler.addFilter(_is_heard)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name, least in LEAST_LEVELS.items():
        logging.getLogger(name).setLevel(max(level, least))
    logging.getLogger(
        "aiohttp.access"
    ).disabled = True  # who looks at the card is nobody's business
    # When a line cannot be written, logging would print the raw event instead, secrets and all.
    logging.raiseExceptions = False


def configure_for_command() -> None:
    """Let a command that talks to its user log only what went wrong."""
    configure(Log(level="warning", format="auto"))


def describe_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Name an error we know; show where one came from that we do not."""
    error = _exception(event.pop("exc_info", None))
    if isinstance(error, TonearmError):
        event.setdefault("error", type(error).__name__)
        event.setdefault("reason", str(error))
    elif error is not None:
        event["exception"] = "".join(traceback.format_exception(error))
    return event


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Mask and escape everything the event holds."""
    shown = {
        redaction.line(name): redaction.redacted(value, name)
        for name, value in event.items()
        if name != "exception"
    }
    if "exception" in event:
        shown["exception"] = redaction.lines(event["exception"])
    return shown


def _is_heard(record: logging.LogRecord) -> bool:
    """Tell whether a record is ours, or of a library that was looked at.

    Those that carry alerts log the addresses they carry them to.
    """
    is_ours = isinstance(record.msg, dict)  # structlog's
    return is_ours or record.name.partition(".")[0] in LEAST_LEVELS


def _exception(exc_info: object) -> BaseException | None:
    """Return the error behind whatever a logger takes as ``exc_info``."""
    match exc_info:
        case BaseException():
            return exc_info
        case (_, BaseException() as error, _):
            return error
        case None | False | (_, None, _):
            return None
        case _:
            return sys.exc_info()[1]


def _console(stream: TextIO) -> Processor:
    colours = stream.isatty() and "NO_COLOR" not in os.environ
    return structlog.dev.ConsoleRenderer(colors=colours)


def _json() -> Processor:
    return structlog.processors.JSONRenderer(ensure_ascii=False)
