"""What one look saw, as it is compared with the next: problems, values, what was not seen; pure.

Three things are never mixed: *there is no problem* (looked, and it is well), *the
question does not arise*, and *nobody could look*.  Only the first two end a problem.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sendas.advice import Help, Owner
from sendas.credentials.decide.ages import OVERDUE
from sendas.dns.answers import Question, RecordType
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Diagnosis, Finding, Status
from sendas.errors import CouldNotLook
from sendas.iam.keys import AccessKey
from sendas.mail.address import same_address
from sendas.outcome import NoAnswer, Seen
from sendas.ses.road import Topic
from sendas.ses.suppression import Suppressed


KEY_AGES = (OVERDUE, timedelta(days=180), timedelta(days=365))
"""An access key is reported as it passes each (AWS Config and CIS: rotate within 90 days)."""
PROOF_AGE = timedelta(days=35)
"""A monthly probe, and some days more."""

_WARNING, _FAILING = 1, 2
_OPEN = frozenset((Status.FAIL, Status.WARN))
_WELL = frozenset((Status.OK, Status.INFO))
_BLIND = frozenset((Status.UNKNOWN, Status.CRASHED))
_LOUD = frozenset(("SUP005",))
"""Codes of what hides every other notice: the owner's own mailbox gets nothing."""
_TOLD = frozenset((RecordType.MX, RecordType.TXT, RecordType.CNAME))
_POLICIES = ("v=spf1", "v=dmarc1", "v=dkim1", "v=tlsrptv1", "v=stsv1")
_SUBSCRIPTION, _KEY, _LISTED, _PROOF = "subscription:", "key:", "listed:", "proof:"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong; *key* is the same whenever the same thing is."""

    key: str
    title: str
    cause: str = ""
    whose: Owner | None = None
    grade: int = 2
    """1 is a warning, 2 a failure; what grows worse than it was is told again."""
    help: tuple[Help, ...] = ()
    because_of: str | None = None
    """The key of the problem that explains it."""
    loud: bool = False
    reminder: int = 0
    """For how many weeks it stood, where it is to be told again as one is over."""


@dataclass(frozen=True, slots=True)
class Sight:
    """All of one look.

    *well* holds keys that were looked at and have no problem, *families* beginnings of keys
    of which every problem was seen; *unseen* holds why nobody could tell, by key or family.
    *explains* gives, by family, the key of the problem of which those follow.
    """

    problems: Mapping[str, Problem] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    well: frozenset[str] = frozenset()
    families: tuple[str, ...] = ()
    unseen: Mapping[str, str] = field(default_factory=dict)
    explains: Mapping[str, str] = field(default_factory=dict)

    def ends(self, key: str) -> bool:
        """Whether a problem that was there is certainly there no more."""
        return key not in self.problems and (key in self.well or key.startswith(self.families))


def together(sights: Iterable[Sight]) -> Sight:
    """Several as one; what one of them explains of another is no problem of its own."""
    problems: dict[str, Problem] = {}
    values: dict[str, str] = {}
    unseen: dict[str, str] = {}
    well: set[str] = set()
    families: list[str] = []
    explains: dict[str, str] = {}
    for one in sights:
        problems |= one.problems
        explains |= one.explains
        values |= one.values
        unseen |= one.unseen
        well |= one.well
        families += one.families
    for family, because_of in explains.items():
        for key in [one for one in problems if one.startswith(family)]:
            problems[key] = replace(problems[key], because_of=because_of)
    return Sight(problems, values, frozenset(well), tuple(families), unseen, explains)


def of_findings(diagnosis: Diagnosis, codes: Collection[str], not_asked: Collection[str]) -> Sight:
    """The doctor's findings; of all rules' *codes*, those *not_asked* say nothing."""
    by_code = {one.code: one for one in diagnosis.findings}
    problems = {code: _problem(one) for code, one in by_code.items() if one.status in _OPEN}
    well = {code for code, one in by_code.items() if one.status in _WELL}
    # No finding: the question does not arise, or it was no part of the run.
    well |= set(codes) - by_code.keys() - set(not_asked)
    unseen = {code: one.cause or one.title for code, one in by_code.items() if _is_blind(one)}
    return Sight(problems, well=frozenset(well), unseen=unseen)


def _is_blind(finding: Finding) -> bool:
    return finding.status in _BLIND


def _problem(finding: Finding) -> Problem:
    return Problem(
        finding.code,
        finding.title,
        finding.cause,
        finding.owner,
        grade=_FAILING if finding.status is Status.FAIL else _WARNING,
        help=finding.help,
        because_of=finding.explained_by,
        loud=finding.code in _LOUD,
    )


def of_dns(evidence: Evidence) -> Sight:
    """The domain's records that mail hangs on, and its name servers, as values."""
    values, unseen = {}, {}
    for question in sorted(evidence.lookups):
        if not _concerns(question, evidence.subject.domain):
            continue
        key = f"dns:{question}"
        try:
            found = evidence.records(question.name, question.type)
        except CouldNotLook as silence:
            unseen[key] = str(silence)
        else:
            values[key] = _written(question, found)
    zone = evidence.zone
    if isinstance(zone, NoAnswer):
        unseen["dns:NS"] = str(zone)
    else:
        values[f"dns:NS {zone.apex}"] = " | ".join(sorted(zone.servers))
    return Sight(values=values, unseen=unseen)


def _concerns(question: Question, domain: str) -> bool:
    ours = question.name == domain or question.name.endswith(f".{domain}")
    return ours and question.type in _TOLD


def _written(question: Question, values: Iterable[str]) -> str:
    """The records in one order; of text records only policies: others come and go."""
    told = [
        value
        for value in values
        if question.type is not RecordType.TXT or value.lower().startswith(_POLICIES)
    ]
    return " | ".join(sorted(told))


def of_rule_set(evidence: Evidence) -> Sight:
    """Which receipt rule set SES obeys, and what is in it."""
    active = evidence.here.active_rule_set
    if isinstance(active, NoAnswer):
        return Sight(unseen={"rule-set": str(active)})
    if active is None:
        return Sight(values={"rule-set": ""})
    rules = ", ".join(
        f"{rule.name}{'' if rule.enabled else ' (disabled)'}" for rule in active.rules
    )
    return Sight(values={"rule-set": f"{active.name}: {rules}"})


def of_answer(key: str, answer: Seen[object]) -> Sight:
    """Whether what only others need, as the routes, could be looked at."""
    if isinstance(answer, NoAnswer):
        return Sight(unseen={key: str(answer)})
    return Sight(well=frozenset((key,)))


def of_subscriptions(topic: Seen[Topic] | None, domain: str) -> Sight:
    """Who is to hear of alarms and has not agreed; nothing where there is no topic of ours."""
    if topic is None:
        return Sight(families=(_SUBSCRIPTION,))
    if isinstance(topic, NoAnswer):
        return Sight(unseen={_SUBSCRIPTION: str(topic)})
    problems = [
        Problem(
            f"{_SUBSCRIPTION}{one.endpoint}",
            f"{one.endpoint} hears no alarm: its subscription is not confirmed",
            "SNS sends nothing before the link in its mail was clicked; the link is good for "
            "three days.",
            Owner.SES,
            grade=_WARNING,
            help=(
                Help(
                    "Click the link in the mail from no-reply@sns.amazonaws.com; ask for a new "
                    "one in the SNS console.",
                    commands=(f"sendas plan --domain {domain}",),
                ),
            ),
        )
        for one in topic.subscriptions
        if not one.confirmed
    ]
    confirmed = [one for one in topic.subscriptions if one.confirmed]
    if not confirmed and not problems:
        problems.append(
            Problem(
                f"{_SUBSCRIPTION}nobody",
                "Nobody hears the alarms",
                "The topic does not exist, or nobody is subscribed to it.",
                Owner.SES,
                help=(Help("Name somebody under [alarms] in sendas.toml, then: sendas apply"),),
            )
        )
    return Sight({one.key: one for one in problems}, families=(_SUBSCRIPTION,))


def keys_of(user: str) -> str:
    """The family of the problems with a user's keys."""
    return f"{_KEY}{user}:"


def of_keys(users: Mapping[str, Seen[tuple[AccessKey, ...]]], now: datetime) -> Sight:
    """Access keys that passed one of `KEY_AGES`: each age is a grade, and told once."""
    problems: dict[str, Problem] = {}
    unseen = {}
    families = []
    for user, keys in users.items():
        family = keys_of(user)
        if isinstance(keys, NoAnswer):
            unseen[family] = str(keys)
            continue
        families.append(family)
        for key in keys:
            passed = [age for age in KEY_AGES if key.created and now - key.created >= age]
            if not passed or not key.active:
                continue
            name = f"{family}{key.key_id}"
            problems[name] = Problem(
                name,
                f"The key {key.key_id} of {user} is older than {passed[-1].days} days",
                "Whoever got hold of it, or of the SMTP password made of it, sends as you.",
                Owner.IAM,
                grade=len(passed),
                help=(Help("Make a new one and hand it over, then delete the old one."),),
            )
    return Sight(problems, families=_all_of(_KEY, families, unseen), unseen=unseen)


def _all_of(whole: str, families: list[str], unseen: Mapping[str, str]) -> tuple[str, ...]:
    """Each user's family; the whole one where all were seen, for users who are ours no more."""
    return tuple(families) if unseen else (whole,)


def of_addresses(
    entries: Seen[tuple[Suppressed, ...]], ours: Iterable[str], mailbox: str | None
) -> Sight:
    """Our own addresses on a suppression list; of *mailbox* the doctor tells himself (SUP005)."""
    if isinstance(entries, NoAnswer):
        return Sight(unseen={_LISTED: str(entries)})
    addresses = [a for a in dict.fromkeys(ours) if not mailbox or not same_address(a, mailbox)]
    problems = {}
    for one in entries:
        for address in addresses:
            if not same_address(one.address, address):
                continue
            key = f"{_LISTED}{address.lower()}@{one.region}"
            problems[key] = Problem(
                key,
                f"Your own address {address} is on the suppression list of {one.region}",
                f"SES takes what is sent to it and sends it to nobody ({one.reason}).",
                Owner.SES,
                help=(
                    Help(
                        "See why, and take it off.",
                        commands=(
                            f"sendas suppression check {address}",
                            f"sendas suppression remove {address}",
                        ),
                    ),
                ),
                loud=True,
            )
    return Sight(problems, families=(_LISTED,))


@dataclass(frozen=True, slots=True)
class Proofs:
    """When something of each user's last arrived; *since* is when we began to look."""

    last: Mapping[str, datetime]
    since: datetime


def of_proofs(
    proofs: Seen[Proofs], users: Mapping[str, Seen[tuple[AccessKey, ...]]], now: datetime
) -> Sight:
    """Credentials with which nothing has arrived for `PROOF_AGE`, no probe and no mail."""
    if isinstance(proofs, NoAnswer):
        return Sight(unseen={_PROOF: str(proofs)})
    problems = {}
    unseen = {}
    families = []
    for user, keys in users.items():
        if isinstance(keys, NoAnswer):
            unseen[f"{_PROOF}{user}:"] = str(keys)
            continue
        families.append(f"{_PROOF}{user}:")
        made = [key.created or now for key in keys if key.active]
        if not made:
            continue
        newest = max(*made, proofs.since, proofs.last.get(user, proofs.since))
        if now - newest < PROOF_AGE:
            continue
        key = f"{_PROOF}{user}:"
        problems[key] = Problem(
            key,
            f"Nothing that {user} sent has arrived for {PROOF_AGE.days} days, no probe either",
            "Nobody knows whether the password that Gmail holds is good still.",
            Owner.GMAIL,
            grade=_WARNING,
            help=(Help("Write a mail as that address to yourself, or: sendas gmail verify"),),
        )
    return Sight(
        problems,
        well=frozenset((_PROOF,)),  # the history itself was read
        families=_all_of(_PROOF, families, unseen),
        unseen=unseen,
    )
