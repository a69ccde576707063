"""The diagnosis as one self-contained page: to keep, to print, to hand on.

It loads nothing, runs nothing, and escapes everything that was observed.
"""

from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from sendas.doctor.model import Diagnosis, Status
from sendas.doctor.render.labels import (
    OWNERS,
    by_status,
    duration,
    explained,
    is_command,
    merged,
    summary,
)
from sendas.doctor.render.layers import layer_lines
from sendas.doctor.render.silences import silences
from sendas.text import one_line, visible


def render(diagnosis: Diagnosis, *, made: str, whole: bool = True) -> str:
    """The page; *made* says in words when the evidence was gathered.

    Unless *whole*, layers without findings are left out.
    """
    by_code = {finding.code: finding for finding in diagnosis.findings}
    shown = [by_code[code] for code in diagnosis.roots]
    shown += by_status(diagnosis, Status.WARN, Status.INFO)
    source = files("sendas.doctor.render").joinpath("templates/report.html.j2")
    template = _environment().from_string(source.read_text(encoding="utf-8"))
    return template.render(
        diagnosis=diagnosis,
        findings=shown,
        explained={finding.code: explained(diagnosis, finding) for finding in shown},
        layers=list(layer_lines(diagnosis, whole=whole)),
        silences=silences(diagnosis),
        owners=OWNERS,
        summary=summary(diagnosis, whole=whole),
        made=made,
    )


def _environment() -> Environment:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "plain": one_line,
        "block": _block,
        "duration": duration,
        "merged": merged,
    }
    environment.tests["command"] = is_command
    return environment


def _block(lines: str) -> str:
    return "\n".join(visible(line) for line in lines.splitlines())
