"""Public reports about identities, records, rights and refusals of sending."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from reported import Answer, Situation, root

from sendas.doctor.evidence import Evidence
from sendas.play.scene import CORRESPONDENT, Scene, SetUp, allow_sending, dkim_tokens
from sendas.ses.identity import Identity
from sendas.ses.regions import Region


BY_HAND = SetUp(route53=False)


def _identity_arn(scene: Scene, name: str) -> str:
    return f"arn:aws:ses:{scene.region}:{scene.lab.account_id}:identity/{name}"


def _without_dkim(scene: Scene) -> None:
    for token in scene.tokens:
        scene.remove_record(f"{token}._domainkey.{scene.domain}", "CNAME")


def _look_again(scene: Scene) -> None:
    scene.lab.clock.move(timedelta(days=5))
    scene.lab.ses.refresh()


def _moved_to_another_provider(scene: Scene) -> None:
    _without_dkim(scene)
    _look_again(scene)


def _proxied(scene: Scene) -> None:
    _without_dkim(scene)
    for token in scene.tokens:
        scene.set_record(f"{token}._domainkey.{scene.domain}", "A", "192.0.2.80", "192.0.2.81")
    _look_again(scene)


def _a_level_up(scene: Scene) -> None:
    """staging.example.com is the identity; its records stand without "staging"."""
    _without_dkim(scene)
    above = scene.domain.partition(".")[2]
    scene.lab.dns.provider.zone(above)
    for token in scene.tokens:
        scene.lab.dns.provider.zone(above).set(
            f"{token}._domainkey.{above}", "CNAME", f"{token}.dkim.amazonses.com."
        )
    _look_again(scene)


def _given_up(scene: Scene) -> None:
    """SES looked for 72 hours; the records came after that."""
    _without_dkim(scene)
    scene.call("sesv2", "DeleteEmailIdentity", EmailIdentity=scene.domain)
    scene.call("sesv2", "CreateEmailIdentity", EmailIdentity=scene.domain)
    scene.tokens = dkim_tokens(scene)
    _look_again(scene)
    for token in scene.tokens:
        name = f"{token}._domainkey.{scene.domain}"
        scene.set_record(name, "CNAME", f"{token}.dkim.amazonses.com.")


def _another_account_has_it(scene: Scene) -> None:
    scene.call("sesv2", "DeleteEmailIdentity", EmailIdentity=scene.domain)


def _mail_from_refused(scene: Scene) -> None:
    scene.call(
        "sesv2", "PutEmailIdentityMailFromAttributes",
        EmailIdentity=scene.domain, MailFromDomain=scene.mail_from,
        BehaviorOnMxFailure="REJECT_MESSAGE",
    )  # fmt: skip
    scene.remove_record(scene.mail_from or "", "MX")
    _look_again(scene)


def _envelope_domain_gone(scene: Scene) -> None:
    """SES looked while the records stood; now nothing of the MAIL FROM domain is there."""
    scene.remove_record(scene.mail_from or "", "MX")
    scene.remove_record(scene.mail_from or "", "TXT")


def _return_path_not_told(scene: Scene) -> None:
    scene.set_record(
        f"send.{scene.domain}", "MX", f"10 feedback-smtp.{scene.region}.amazonses.com."
    )
    scene.set_record(f"send.{scene.domain}", "TXT", "v=spf1 include:amazonses.com ~all")


def _set_not_covered(scene: Scene) -> None:
    allow_sending(scene, Resource=[_identity_arn(scene, scene.domain)])


def _address_not_covered(scene: Scene) -> None:
    scene.call("sesv2", "CreateEmailIdentity", EmailIdentity=scene.address)
    scene.lab.ses.confirm_address(scene.region, scene.address)
    scene.call(
        "sesv2", "PutEmailIdentityDkimAttributes",
        EmailIdentity=scene.address, SigningEnabled=True,
    )  # fmt: skip
    chosen = _identity_arn(scene, "x").replace("identity/x", "configuration-set/*")
    allow_sending(scene, Resource=[_identity_arn(scene, scene.domain), chosen])
    scene.lab.ses.refresh()


def _recipient_not_covered(scene: Scene) -> None:
    for address in (CORRESPONDENT, "jane@example.net", scene.set_up.gmail):
        scene.call("sesv2", "CreateEmailIdentity", EmailIdentity=address)
        scene.lab.ses.confirm_address(scene.region, address)
    chosen = _identity_arn(scene, "x").replace("identity/x", "configuration-set/*")
    allow_sending(scene, Resource=[_identity_arn(scene, scene.domain), chosen])


def _production_elsewhere(scene: Scene) -> None:
    scene.lab.ses.grant_production_access(Region("us-east-1"))


def _under_review(scene: Scene) -> None:
    scene.lab.ses.set_enforcement(scene.region, "PROBATION")


def _nothing(_: Scene) -> None:
    """All stands as it should."""


def _identities(evidence: Evidence, change: Callable[[Identity], Identity]) -> Evidence:
    """Every identity of the Region, as *change* makes it."""
    here, region = evidence.here, evidence.subject.region
    identities = {
        name: change(one) if isinstance(one, Identity) else one
        for name, one in here.identities.items()
    }
    changed = replace(here, identities=identities)
    return replace(evidence, regions={**evidence.regions, region: changed})


def _another_signing_zone(evidence: Evidence) -> Evidence:
    """GetEmailIdentity's SigningHostedZone is the Region's own; the records name the old one."""

    def change(one: Identity) -> Identity:
        return replace(one, dkim=replace(one.dkim, signing_zone="dkim.us-east-1.amazonses.com"))

    return _identities(evidence, change)


def _not_looked_yet(evidence: Evidence) -> Evidence:
    """The identity is new; the lab's SES looks at once, where SES's may take hours."""

    def change(one: Identity) -> Identity:
        dkim = replace(one.dkim, status="PENDING")
        return replace(one, dkim=dkim, verification_status="PENDING", verified_for_sending=False)

    return _identities(evidence, change)


SENDING: tuple[Situation, ...] = (
    Situation(
        "rili-live/therr-app#2337", 2026,
        "DNS moved to another provider; the DKIM CNAMEs were not put there",
        root("DNS001", says=("._domainkey.example.com",), mends=True, probed=True),
        _moved_to_another_provider,
    ),
    Situation(
        "PostHog/posthog#50665", 2026,
        "The provider's proxy answers with addresses where the DKIM CNAMEs belong",
        root("DNS001", "DNS004", says=("._domainkey.example.com",), mends=True, probed=True),
        _proxied,
    ),
    Situation(
        "cds-snc/notification-terraform#763", 2023,
        "The sub-domain's DKIM records stand without the sub-domain",
        root("DNS001", "DNS002", says=("._domainkey.staging.example.com",)),
        _a_level_up,
        SetUp(domain="staging.example.com", route53=False),
    ),
    Situation(
        "twentyhq/twenty#23818", 2026,
        "All records are right; SES has not looked yet",
        root("ID001", "ID004", "ID101", says=("example.com",)),
        _nothing,
        changed=_not_looked_yet,
    ),
    Situation(
        "StormSurgeLive/asgs#537", 2021,
        "SES gave up after 72 hours; the records came later",
        root("ID001", "ID004", "ID101", says=("example.com",), mends=True),
        _given_up,
    ),
    Situation(
        "boto/boto3#3873", 2023,
        "The domain is an identity of another account, not of the one that sends",
        root("ID001", "ID101", says=("example.com",)),
        _another_account_has_it,
        shown="554 Message rejected: Email address is not verified. The following identities "
        "failed the check in region US-EAST-1: me@example.com",
    ),
    Situation(
        "hashicorp/terraform-provider-aws#48568", 2026,
        "SES's signing zone is the Region's own, the CNAMEs name the old one",
        root("DNS003", says=("dkim.us-east-1.amazonses.com",)),
        _nothing,
        changed=_another_signing_zone,
    ),
    Situation(
        "onetimesecret/onetimesecret#1466", 2025,
        "SES refuses mail, for the custom MAIL FROM domain's MX is gone",
        root("ID009", "DNS007", "DNS008", "DNS009", says=("mail.example.com",), mends=True),
        _mail_from_refused,
    ),
    Situation(
        "requestly/requestly#101", 2021,
        "A recipient finds no domain behind the envelope's sender",
        root(
            "DNS007", "DNS008", "DNS009", says=("mail.example.com",), mends=True, probed=True,
        ),
        _envelope_domain_gone,
        shown="450 4.1.8 <010001-1@mail.example.com>: Sender address rejected: Domain not found",
    ),
    Situation(
        "namuh-eng/opensend#650", 2026,
        "The return-path's records stand, and SES was never told of it",
        Answer(beside="DNS010", says=("MAIL FROM",), exit_status=0),
        _return_path_not_told,
        SetUp(route53=False, mail_from=None),
    ),
    Situation(
        "aws/aws-cdk#34402", 2025,
        "The policy allows the identity, and not its configuration set",
        root("IAM001", says=("configuration-set/main",), mends=True, probed=True),
        _set_not_covered,
    ),
    Situation(
        "aws-samples/aws-serverless-batch-architecture#1", 2021,
        "The policy allows the domain, and SES takes the address's own identity",
        root("IAM001", "ID003", says=("identity/me@example.com",), mends=True),
        _address_not_covered,
    ),
    Situation(
        "cloudposse/terraform-aws-ses#40", 2021,
        "In the sandbox the policy allows the own domain and no recipient",
        root("IAM009", says=(CORRESPONDENT,), mends=True),
        _recipient_not_covered,
        SetUp(route53=False, production=False),
        shown="554 Access denied: User `arn:aws:iam::123456789012:user/ses-smtp-user' is not "
        "authorized to perform `ses:SendRawEmail' on resource "
        f"`arn:aws:ses:us-east-1:123456789012:identity/{CORRESPONDENT}'",
    ),
    Situation(
        "arithmetic/aws-lambda-ses-forwarder#142", 2023,
        "Production access stands in another Region",
        root("ID002", says=("eu-west-1",)),
        _production_elsewhere,
        SetUp(route53=False, production=False, region=Region("eu-west-1")),
        shown="554 Message rejected: Email address is not verified. The following identities "
        f"failed the check in region EU-WEST-1: {CORRESPONDENT}",
    ),
    Situation(
        "mailcow/mailcow-dockerized#2944", 2019,
        "A forwarder hands mail over with the author's own address as From",
        root("ID001", "ID101", "SMTP108", "GM101", says=("friend@example.net",)),
        _nothing,
        shown="<owner@gmail.com>: host email-smtp.us-east-1.amazonaws.com[192.0.2.62] said: 554 "
        "Message rejected: Email address is not verified. The following identities failed the "
        "check in region US-EAST-1: A Friend <friend@example.net> (in reply to end of DATA "
        "command)",
    ),
    Situation(
        "databasus/databasus#62", 2025,
        "The program gives no address of the domain as the envelope's sender",
        root("SMTP108", "GM101", "DS009", says=("501",)),
        _nothing,
        shown="501 Invalid MAIL FROM address provided",
    ),
    Situation(
        "docker-mailserver/docker-mailserver#4051", 2024,
        "The relay hands mail over without a login",
        root("SMTP108", "SMTP101", "GM101", says=("530",)),
        _nothing,
        shown="Jun  6 15:49:11 mail postfix/smtp[2486]: 65B2B1DC7BA: to=<user1@gmail.com>, "
        "relay=email-smtp.us-east-2.amazonaws.com[192.0.2.113]:25, delay=0.32, "
        "delays=0.05/0.01/0.24/0.02, dsn=5.0.0, status=bounced (host "
        "email-smtp.us-east-2.amazonaws.com[192.0.2.113] said: 530 Authentication required (in "
        "reply to MAIL FROM command))",
    ),
    Situation(
        "pypi/warehouse#18501", 2025,
        "The recipient stands on SES's own list, which nobody can ask",
        root("SUP002", says=("list",)),
        _nothing,
        shown="Amazon SES has suppressed sending to this address because it has a recent "
        "history of bouncing as an invalid address. For more information about how to remove an "
        "address from the suppression list, see the Amazon SES Developer Guide: "
        "http://docs.aws.amazon.com/ses/latest/DeveloperGuide/remove-from-suppressionlist.html",
    ),
    Situation(
        "arithmetic/aws-lambda-ses-forwarder#150", 2024,
        "Forwarded spam bounced, and the account is under review",
        root("ACC002", says=("review",)),
        _under_review,
    ),
)  # fmt: skip
