"""Whether a user may do more than send as one address; pure."""

from sendas.iam.condition import MalformedPolicy
from sendas.iam.policy import PolicyDocument, Request, Source, decide
from sendas.iam.statement import Effect, parse_statements
from sendas.iam.wildcard import matches


_SENDING = ("ses:sendemail", "ses:sendrawemail", "ses:sendbulkemail", "ses:sendtemplatedemail")
"""In lower case: IAM compares actions without case."""
_SOMEBODY = "sendas-probe-of-rights"
"""A local-part that nobody has: who may send as it may send as anybody."""


def wider_than_address(documents: tuple[PolicyDocument, ...], sending: Request) -> str:
    """Why the user of *documents* may do more than *sending* as its one address; empty if not.

    *sending* is the request that SES decides when it sends as the address.
    """
    domain = sending.context["ses:FromAddress"][0].rpartition("@")[2]
    probe = dict(sending.context) | {"ses:FromAddress": (f"{_SOMEBODY}@{domain}",)}
    other = Request(sending.action, sending.resources, sending.principal, probe)
    try:
        more = _other_actions(documents)
        if more:
            return f"it may also do {more}"
        if decide(documents, other).allowed:
            return "it may send as any address, so that other programs may use it"
    except MalformedPolicy:
        return "one of its policies cannot be read"
    return ""


def _other_actions(documents: tuple[PolicyDocument, ...]) -> str:
    """Actions other than sending that a statement allows; a boundary allows nothing by itself."""
    found: list[str] = []
    for one in documents:
        if one.source is Source.BOUNDARY:
            continue
        for statement in parse_statements(one.text):
            if statement.effect is not Effect.ALLOW:
                continue
            if statement.actions.inverted:
                found.append(str(statement.actions))
                continue
            found += [action for action in statement.actions.values if not _only_sends(action)]
    return ", ".join(dict.fromkeys(found[:3]))


def _only_sends(pattern: str) -> bool:
    """Whether *pattern* is a sending action, or a wildcard that begins as all of those do."""
    lower = pattern.lower()
    return lower.startswith("ses:send") and any(matches(lower, action) for action in _SENDING)
