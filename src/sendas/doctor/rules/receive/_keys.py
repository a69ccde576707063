"""Whether a service may use the KMS key of a topic or a queue, and how to let it."""

import json

from dataclasses import dataclass

from sendas.advice import Applies, Help
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Status, Verdict
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.receive._road import name_of
from sendas.iam.exception import statements_of
from sendas.iam.policy import PolicyDocument, Request, Source, decide
from sendas.outcome import NOT_ASKED, see
from sendas.ses.road import Key, region_of


USES = ("kms:GenerateDataKey", "kms:Decrypt")
"""What a service asks of the key of a topic or queue that it writes to (SNS guide, "Key
management")."""


def key(evidence: Evidence, name: str) -> Key | None:
    """The key *name*; raises CouldNotLook."""
    return see(evidence.road.keys.get(name, NOT_ASKED), f"GetKeyPolicy {name}")


def policy_of(found: Key) -> PolicyDocument:
    """The key's own policy, as the rights of whoever uses it are decided with."""
    return PolicyDocument("key policy", Source.KEY, found.policy)


@dataclass(frozen=True, slots=True)
class Locked:
    """A topic or queue *name* with its *key*; *service* writes to it, for *source*."""

    name: str
    key: str
    service: str
    source: str


def missing(evidence: Evidence, locked: Locked) -> tuple[str, ...]:
    """What of `USES` the key does not allow the service; raises CouldNotLook."""
    found = key(evidence, locked.key)
    if found is None or _is_closed(found, locked):
        return USES
    account = see(evidence.caller, "GetCallerIdentity").account_id
    context = {"aws:SourceArn": (locked.source,), "aws:SourceAccount": (account,)}
    documents = (policy_of(found),)
    return tuple(
        action
        for action in USES
        if not decide(documents, Request(action, (found.arn,), locked.service, context)).allowed
    )


def shut(
    evidence: Evidence, locked: Locked, plain: Help, readers: tuple[str, ...] = ()
) -> Verdict | None:
    """The verdict where the service may not use the key; None where it may.

    *plain* is how to do without the key; *readers* are the roles that must decrypt what is
    written.  Raises CouldNotLook.
    """
    refused = missing(evidence, locked)
    if not refused:
        return None
    found = key(evidence, locked.key)
    if found is None:
        said, mend = "no such key", plain
    elif _is_closed(found, locked):
        said, mend = "a key of AWS's own, whose policy nobody can change", plain
    else:
        said = f"{', '.join(refused)}: not allowed to {locked.service}"
        mend = _permit(found, locked.service, readers)
    called = locked.key.rpartition(":")[2]
    return Verdict(
        Status.FAIL,
        f"The key of {locked.name} does not let {locked.service} encrypt",
        "What cannot be encrypted is dropped; the mail stays in the bucket.",
        (Exhibit(f"GetKeyPolicy {called}", said),),
        (mend,),
    )


def _is_closed(found: Key, locked: Locked) -> bool:
    return found.managed or ":alias/aws/" in f":{locked.key}"


def _permit(found: Key, service: str, readers: tuple[str, ...]) -> Help:
    document = json.loads(found.policy)
    added: list[dict[str, object]] = [
        {
            "Sid": "MailByService",
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": list(USES),
            "Resource": "*",
        }
    ]
    if readers:
        added.append(
            {
                "Sid": "MailByReader",
                "Effect": "Allow",
                "Principal": {"AWS": list(readers)},
                "Action": "kms:Decrypt",
                "Resource": "*",
            }
        )
    names = {one["Sid"] for one in added}
    kept = [one for one in statements_of(document) if one.get("Sid") not in names]
    beside = ", and the function that reads it" if readers else ""
    return Help(
        f"Let {service}{beside} use the key; the rest of its policy stays.",
        commands=(
            aws(
                "kms put-key-policy",
                region=region_of(found.arn),
                key_id=name_of(found.arn),
                policy_name="default",
                policy={**document, "Statement": [*kept, *added]},
            ),
        ),
        applies=Applies.CONFIRM,
    )
