"""The file as it must be once a forwarder that stood before has given way to ours."""

from dataclasses import replace
from pathlib import Path

from sendas.config.edit import commented_out
from sendas.config.load import load, parse_config
from sendas.config.model import Config, ConfiguredDomain
from sendas.errors import UsageError
from sendas.setup.plan.take_over import RECEIVING_KEYS, taken_over


class CannotEdit(UsageError):
    """The file is written in a way that cannot be edited line by line; it was not touched."""


def rewritten(path: Path, config: Config, domain: ConfiguredDomain) -> str:
    """The file's text with receiving of *domain* no longer adopted, and nothing else changed.

    Raises:
        CannotEdit: Its lines do not allow that.
        BadConfig: It changed meanwhile, and cannot be read.
    """
    text = path.read_bytes().decode("utf-8")
    number = config.domains.index(domain)
    places = [("domain", number, "adopted", key) for key in RECEIVING_KEYS]
    made = commented_out(text, places, "taken over by sendas; the lines below are the way back:")
    wanted = replace(
        config, domains=tuple(taken_over(d) if d is domain else d for d in config.domains)
    )
    if load(path) != config or _but_warnings(parse_config(made)) != _but_warnings(wanted):
        keys = ", ".join(RECEIVING_KEYS)
        msg = f"{path} cannot be edited line by line: take {keys} out of [domain.adopted] yourself"
        raise CannotEdit(msg)
    return made


def _but_warnings(config: Config) -> Config:
    return replace(config, warnings=())
