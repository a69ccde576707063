"""Systems Manager Parameter Store, where a mailbox's SMTP password can be kept for nothing.

One SecureString holds the versions of a mailbox's password, and labels say what each is
for, as stages do in Secrets Manager; `sendas.aws.password_stores` says what both offer.
A second parameter below it holds the claims of runs at work.

Sources: Systems Manager guide, "Working with parameter labels" and "Working with parameter
versions": at most 100 versions, of which one that has a label is not deleted for a new one.
"""

import json

from collections.abc import Iterator, Mapping, Sequence

from sendas.aws.paging import paged
from sendas.aws.parameter_versions import (
    ABSENT,
    LABELS,
    MOST_A_PAGE,
    RESTORING,
    SERVICE,
    Entry,
    add_version,
    labelled,
    number_of,
    or_not_done,
    put_label,
    take_label,
    versions_of,
)
from sendas.aws.reading import understand, understand_if_any
from sendas.aws.secret import Secret, StagedSecret, Version
from sendas.aws.session import Session
from sendas.aws.writes import NotDone, do, do_unless
from sendas.outcome import NoAnswer, Seen, Why
from sendas.ses.regions import Region
from sendas.stages import ListedSecret, Stage


_NO_TAGS = ("InvalidResourceId",)
_THERE = ("ParameterAlreadyExists",)
_KIND = "Parameter"
"""What the calls about tags call it."""

_CLAIM = "/claim"
_CLAIM_SCHEMA = "sendas.parameter-claim/1"
_NONE_YET = "0"
"""The id of the current version where no version is current: a parameter cannot be empty."""
_EMPTY = "-"
_CROWDED, _OLD = 90, 50
"""Of 100 versions: so many, and what is labelled among the oldest is written anew."""
_MOST_NAMES = 10
"""That one GetParameters is asked for (its API reference)."""


# Reading ----------------------------------------------------------------------------


def find_secret(session: Session, region: Region, name: str) -> Seen[Secret | None]:
    """The parameter *name* with its current value; None if there is none."""
    found = find_staged(session, region, name)
    if found is None or isinstance(found, NoAnswer):
        return found
    current = found.versions[Stage.CURRENT]
    return Secret(found.name, current.text or None, found.tags)


def find_staged(session: Session, region: Region, name: str) -> Seen[StagedSecret | None]:
    """The parameter *name* with the version of each `Stage`; None if there is none."""
    entries = versions_of(session, region, name)
    if entries is None or isinstance(entries, NoAnswer):
        return entries
    claims = versions_of(session, region, name + _CLAIM)
    if isinstance(claims, NoAnswer):
        return claims
    tags = _tags(session, region, name)
    if isinstance(tags, NoAnswer):
        return tags
    versions = {
        stage: _version(one)
        for stage, label in LABELS.items()
        if (one := labelled(entries, label)) is not None
    }
    current = versions.setdefault(Stage.CURRENT, Version(_NONE_YET, ""))
    previous = versions.get(Stage.PREVIOUS)
    if previous is not None and previous.id == current.id:
        # A run ended between the two labels of `_publish`.
        del versions[Stage.PREVIOUS]
        restoring = labelled(entries, RESTORING)
        if restoring is not None and str(restoring.number) != current.id:
            versions[Stage.PREVIOUS] = _version(restoring)
    claim = _last_claim(claims or ())
    if claim is not None:
        versions[Stage.CLAIM] = claim
    return StagedSecret(name, versions, tags)


def _version(entry: Entry) -> Version:
    return Version(str(entry.number), entry.text, entry.written)


def _tags(session: Session, region: Region, name: str) -> Seen[Mapping[str, str]]:
    answer = session.find(
        SERVICE, "ListTagsForResource", region=region, absent=_NO_TAGS,
        ResourceType=_KIND, ResourceId=name,
    )  # fmt: skip
    if answer is None:
        return {}
    return understand(
        answer, lambda raw: {str(tag["Key"]): str(tag["Value"]) for tag in raw["TagList"]}
    )


def secrets_named(session: Session, region: Region, prefix: str) -> Seen[tuple[ListedSecret, ...]]:
    """Each parameter with a password whose name begins with *prefix*; no values.

    Which stages it has is not told: whoever asks for a text learns that there is none.
    """
    told = paged(
        session, SERVICE, "DescribeParameters", "Parameters", region=region,
        ParameterFilters=[{"Key": "Name", "Option": "BeginsWith", "Values": [prefix]}],
        MaxResults=MOST_A_PAGE,
    )  # fmt: skip
    named = understand(
        told or (), lambda all_: [(str(one["Name"]), one.get("LastModifiedDate")) for one in all_]
    )
    if isinstance(named, NoAnswer):
        return named
    found = []
    for name, written in named:
        if name.removeprefix(prefix).count("/") != 1:
            continue  # a claim, or somebody else's
        tags = _tags(session, region, name)
        if isinstance(tags, NoAnswer):
            return tags
        found.append(ListedSecret(name, tags, None, written))
    return tuple(found)


def current_texts(
    session: Session, region: Region, names: Sequence[str]
) -> Seen[Mapping[str, Seen[str | None]]]:
    """The current text of each parameter, by name; None where there is none."""
    found: dict[str, Seen[str | None]] = dict.fromkeys(names)
    for start in range(0, len(names), _MOST_NAMES):
        some = names[start : start + _MOST_NAMES]
        answer = session.ask(
            SERVICE, "GetParameters", region=region, WithDecryption=True,
            Names=[f"{name}:{LABELS[Stage.CURRENT]}" for name in some],
        )  # fmt: skip
        told = understand(
            answer, lambda raw: {str(one["Name"]): str(one["Value"]) for one in raw["Parameters"]}
        )
        if isinstance(told, NoAnswer):
            return told
        found |= told
    return found


def secret_at(session: Session, region: Region, name: str, stage: Stage) -> Seen[str | None]:
    """The text of the version that has *stage*; None if none has."""
    answer = session.find(
        SERVICE, "GetParameter", region=region, absent=ABSENT,
        Name=f"{name}:{LABELS[stage]}", WithDecryption=True,
    )  # fmt: skip
    return understand_if_any(answer, lambda raw: str(raw["Parameter"]["Value"]))


# Writing ----------------------------------------------------------------------------


def create_secret(
    session: Session, region: Region, name: str, description: str, tags: Mapping[str, str]
) -> None:
    """Make it, without a password; one of that name that is there already is as good.

    Raises:
        NotDone: Refused, or nobody answered.
    """
    do_unless(
        _THERE, session, SERVICE, "PutParameter", region=region,
        Name=name, Description=description, Value=_EMPTY, Type="SecureString", Overwrite=False,
        Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
    )  # fmt: skip


def restore_secret(session: Session, region: Region, name: str) -> None:
    """Nothing: a parameter is there or deleted, and never waits for its end."""
    del session, region, name


def put_secret(session: Session, region: Region, name: str, text: str, token: str) -> None:
    """Make *text* its current value; the same again changes nothing.

    Raises:
        NotDone: Refused, or nobody answered.
    """
    del token  # what was written is known by its text
    entries = _needed(session, region, name)
    number = _written(session, region, name, text, entries)
    _publish(session, region, name, entries, number)


def stage_secret(  # noqa: PLR0913, PLR0917  a place, a value, and what it is for
    session: Session, region: Region, name: str, text: str, token: str, stage: Stage
) -> bool:
    """Add *text* as the version of *stage*; of a claim, False if another run was first.

    Raises:
        NotDone: Refused, or nobody answered.
    """
    if stage is Stage.CLAIM:
        return _claim(session, region, name + _CLAIM, text, token)
    number = _written(session, region, name, text, _needed(session, region, name))
    put_label(session, region, name, number, LABELS[stage])
    return True


def move_stage(  # noqa: PLR0913, PLR0917  a place, and from where to where
    session: Session, region: Region, name: str, stage: Stage, from_id: str, to_id: str
) -> None:
    """Move a label between versions; an empty id is no version.

    Parameter Store does not compare: that the label is on *from_id* is asked right before.

    Raises:
        NotDone: The label is elsewhere; refused; or nobody answered.
    """
    entries = _needed(session, region, name)
    held = number_of(entries, LABELS[stage])
    at = _NONE_YET if held is None else str(held)
    if from_id not in {"", at} or (not from_id and at not in {_NONE_YET, to_id}):
        why = NoAnswer(Why.REFUSED, f"the label {LABELS[stage]} of {name} was moved meanwhile")
        raise NotDone(why, "LabelMoved")
    if not to_id:
        take_label(session, region, name, held, LABELS[stage])
    elif stage is Stage.CURRENT:
        _publish(session, region, name, entries, int(to_id))
    else:
        put_label(session, region, name, int(to_id), LABELS[stage])


def tag_secret(session: Session, region: Region, name: str, key: str, value: str) -> None:
    """Put one tag on it, in place of one of that key.  Raises NotDone."""
    tags = [{"Key": key, "Value": value}]
    do(
        session, SERVICE, "AddTagsToResource", region=region,
        ResourceType=_KIND, ResourceId=name, Tags=tags,
    )  # fmt: skip


def untag_secret(session: Session, region: Region, name: str, key: str) -> None:
    """Take the tag off; none there is as good.  Raises NotDone."""
    do(
        session, SERVICE, "RemoveTagsFromResource", region=region,
        ResourceType=_KIND, ResourceId=name, TagKeys=[key],
    )  # fmt: skip


def delete_secret(session: Session, region: Region, name: str, days: int = 0) -> None:
    """Delete it at once, with its claims; none there is as good.  Raises NotDone."""
    del days  # nothing can be restored
    do(session, SERVICE, "DeleteParameters", region=region, Names=[name, name + _CLAIM])


# Versions and labels ----------------------------------------------------------------


def _needed(session: Session, region: Region, name: str) -> tuple[Entry, ...]:
    """The versions, before something is changed.  Raises NotDone."""
    entries = or_not_done(versions_of(session, region, name))
    if entries is None:
        why = NoAnswer(Why.REFUSED, f"there is no parameter {name}")
        raise NotDone(why, "ParameterNotFound")
    return entries


def _written(
    session: Session, region: Region, name: str, text: str, entries: Sequence[Entry]
) -> int:
    """The number of the version that holds *text*: one that is there, or a new one."""
    there = next((one.number for one in reversed(entries) if one.text == text), None)
    if there is not None:
        return there
    if len(entries) >= _CROWDED:
        _renew(session, region, name, entries)
    return add_version(session, region, name, text, "SecureString")


def _renew(session: Session, region: Region, name: str, entries: Sequence[Entry]) -> None:
    """Write anew what is labelled among the oldest versions: its label would keep it there.

    With a hundred versions the oldest is deleted for a new one, unless it has a label.
    """
    for one in entries[:_OLD]:
        labels = [label for label in (*LABELS.values(), RESTORING) if label in one.labels]
        if labels:
            number = add_version(session, region, name, one.text, "SecureString")
            for label in labels:
                put_label(session, region, name, number, label)


def _publish(
    session: Session, region: Region, name: str, entries: Sequence[Entry], number: int
) -> None:
    """Make a version current.  First what was current is the previous one: it is never lost.

    Nor is what was the previous one, where it is what becomes current again.
    """
    held = number_of(entries, LABELS[Stage.CURRENT])
    restoring = number_of(entries, RESTORING)
    if restoring not in {None, number}:  # left by a run that ended there
        take_label(session, region, name, restoring, RESTORING)
        restoring = None
    if held is not None and held != number:
        if number == number_of(entries, LABELS[Stage.PREVIOUS]) != restoring:
            put_label(session, region, name, number, RESTORING)
            restoring = number
        put_label(session, region, name, held, LABELS[Stage.PREVIOUS])
    put_label(session, region, name, number, LABELS[Stage.CURRENT])
    take_label(session, region, name, restoring, RESTORING)


# Claims -----------------------------------------------------------------------------
#
# A claim says after which version it was written, and counts only if it came to be the
# next one: of two that are written after the same, the first counts, whoever reads when.


def _claim(session: Session, region: Region, name: str, text: str, token: str) -> bool:
    """Write a claim; whether it counts."""
    entries = _written_claims(session, region, name)
    taken = next((one for one in _counting(entries) if one.id == token), None)
    if taken is not None:
        return taken.text == text
    after = entries[-1].number if entries else 0
    kept = {"schema": _CLAIM_SCHEMA, "after": after, "token": token, "claim": text}
    if add_version(session, region, name, json.dumps(kept), "String") == after + 1:
        return True
    # Perhaps it was written twice, since the first answer was lost.
    last = _last_claim(_written_claims(session, region, name))
    return last is not None and (last.id, last.text) == (token, text)


def _written_claims(session: Session, region: Region, name: str) -> tuple[Entry, ...]:
    return or_not_done(versions_of(session, region, name)) or ()


def _last_claim(entries: Sequence[Entry]) -> Version | None:
    """The newest claim that counts."""
    return next(_counting(entries), None)


def _counting(entries: Sequence[Entry]) -> Iterator[Version]:
    """Those that count, newest first; what nobody of us wrote is passed over."""
    for one in reversed(entries):
        try:
            kept = json.loads(one.text)
            counts = kept["schema"] == _CLAIM_SCHEMA and kept["after"] + 1 == one.number
            token, text = str(kept["token"]), str(kept["claim"])
        except (ValueError, KeyError, TypeError, RecursionError):
            continue
        if counts:
            yield Version(token, text, one.written)
