"""What `destroy` would take away, on paper: for people, and as JSON; pure."""

import json

from sendas.setup.destroy import Farewell
from sendas.setup.plan.printed import kind_of, numbered_lines, record_lines, section_lines


def farewell_text(plan: Farewell) -> str:
    """What would be taken away, and what stays."""
    lines = [f"To be taken away: {plan.domain} in {plan.region}"]
    lines += section_lines("Steps", numbered_lines(plan.steps))
    changed = [one for one in plan.records if one.changes]
    lines += section_lines("DNS records", (line for one in changed for line in record_lines(one)))
    lines += section_lines("Stays", (f"  = {one}" for one in plan.keeps))
    lines += section_lines(
        "Permissions missing, without which destroy does not begin",
        (f"  ! {action}" for action in plan.not_permitted),
    )
    if not plan.steps and not plan.not_permitted:  # else not all of it was looked for
        lines += ["", "Nothing to take away: of what sendas made only what is named above stays."]
    return "\n".join(lines) + "\n"


def farewell_json(plan: Farewell) -> str:
    """The same as one object."""
    document = {
        "schema": "sendas.destroy/1",
        "domain": plan.domain,
        "region": plan.region,
        "steps": [{"kind": kind_of(one), "text": str(one)} for one in plan.steps],
        "keeps": list(plan.keeps),
        "not_permitted": list(plan.not_permitted),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
