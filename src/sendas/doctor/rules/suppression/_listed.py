"""Who stands on which Region's suppression list, and how to take them off."""

import contextlib

from sendas.advice import Applies, Help
from sendas.doctor.evidence import Evidence, RegionEvidence
from sendas.doctor.model import Exhibit
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.identity._sending import sending_identity
from sendas.errors import CouldNotLook, NotAsked
from sendas.outcome import NOT_ASKED, NoAnswer, Seen, see
from sendas.ses.regions import Region
from sendas.ses.suppression import Suppressed


def entry(evidence: Evidence, address: str, region: Region) -> Suppressed | None:
    """The entry of *address* in *region*; None if it is not listed.

    Raises:
        CouldNotLook: Nobody answered.
    """
    return see(_seen(evidence, address, region), f"GetSuppressedDestination {address} in {region}")


def elsewhere(evidence: Evidence, address: str) -> tuple[Suppressed, ...]:
    """The entries of *address* in the other Regions, as far as they answered."""
    found = (
        _seen(evidence, address, region)
        for region in evidence.regions
        if region != evidence.subject.region
    )
    return tuple(each for each in found if isinstance(each, Suppressed))


def make_sure_of_the_others(evidence: Evidence, address: str) -> None:
    """Whether every other Region that was asked answered: silence is not absence.

    Raises:
        CouldNotLook: One did not.
    """
    for region in evidence.regions:
        with contextlib.suppress(NotAsked):
            entry(evidence, address, region)


def _seen(evidence: Evidence, address: str, region: Region) -> Seen[Suppressed | None]:
    listed = evidence.regions.get(region, RegionEvidence()).suppressed
    return listed.get(address, listed.get(address.lower(), NOT_ASKED))


def is_withheld(evidence: Evidence, listed: Suppressed) -> bool:
    """Whether SES heeds the entry: the configuration set's reasons count before the account's.

    Where neither was told it is believed to: that is how SES begins.
    """
    try:
        return listed.reason in _reasons(evidence)
    except CouldNotLook:
        return True


def _reasons(evidence: Evidence) -> tuple[str, ...]:
    identity = sending_identity(evidence)
    name = identity.configuration_set if identity else None
    if name:
        seen = evidence.here.configuration_sets.get(name, NOT_ASKED)
        chosen = see(seen, f"GetConfigurationSet {name}")
        if chosen is not None and chosen.suppressed_reasons is not None:
            return chosen.suppressed_reasons
    return evidence.account().suppressed_reasons


def recipients(evidence: Evidence) -> tuple[str, ...]:
    """The recipients this run is about, the owner's mailbox aside: SUP005 asks for it.

    These are the one asked about and those of the bounces shown, as far as the
    lists were asked for them.
    """
    subject = evidence.subject
    wanted = [subject.to_address or ""]
    wanted += [
        symptom.recipient
        for symptom in evidence.symptoms
        if symptom.recipient
        and not isinstance(_seen(evidence, symptom.recipient, subject.region), NoAnswer)
    ]
    mailbox = (subject.mailbox or "").lower()
    unique = {address.lower(): address for address in wanted if address}
    return tuple(address for lowered, address in unique.items() if lowered != mailbox)


def exhibit(found: Suppressed) -> Exhibit:
    """The entry as SES shows it."""
    answer = f"{found.reason} since {found.since.date().isoformat()}"
    if found.ses_message_id:
        answer += f", message {found.ses_message_id}"
    return Exhibit(f"GetSuppressedDestination {found.address} in {found.region}", answer)


def take_off(*found: Suppressed) -> Help:
    """Take one address off the lists it stands on; what to see to first depends on why."""
    address = found[0].address
    complained = any(each.reason == "COMPLAINT" for each in found)
    text = (
        f"Ask {address} by another way whether your mail is wanted. Only if it is, take it off "
        "the list: a second complaint costs the account's reputation."
        if complained
        else f"See why mail to {address} bounced. Once the cause is gone, take it off the list."
    )
    commands = tuple(
        aws(
            "sesv2 delete-suppressed-destination",
            region=each.region,
            email_address=each.address,
        )
        for each in found
    )
    return Help(
        text,
        commands=commands,
        applies=Applies.MANUAL if complained else Applies.CONFIRM,
        verify_by=aws(
            "sesv2 get-suppressed-destination", region=found[0].region, email_address=address
        ),
    )
