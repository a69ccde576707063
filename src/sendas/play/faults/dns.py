"""Records that are wrong, and name servers that misbehave (section 4, item 5)."""

from collections.abc import Callable
from datetime import timedelta

from sendas_lab.dns.nameserver import Fault as ServerFault
from sendas_lab.dns.nameserver import NameServer

from sendas.play.faults.fault import Fault
from sendas.play.scene import Scene
from sendas.ses.regions import Region, feedback_host, inbound_host, smtp_host


_VERIFICATION_ENDS = timedelta(hours=73)
_SES_SPF = "v=spf1 include:amazonses.com ~all"


def _spf(*texts: str) -> Callable[[Scene], None]:
    def play(scene: Scene) -> None:
        scene.set_record(scene.domain, "TXT", *texts)

    return play


def _spf_too_many(scene: Scene) -> None:
    zone = scene.lab.dns.world_zone("example.org")
    names = [f"_spf{number}.example.org" for number in range(11)]
    for name in names:
        zone.set(name, "TXT", "v=spf1 ip4:192.0.2.200 -all")
    includes = " ".join(f"include:{name}" for name in names)
    scene.set_record(scene.domain, "TXT", f"v=spf1 {includes} include:amazonses.com ~all")


def _spf_without_ses(scene: Scene) -> None:
    scene.call("sesv2", "PutEmailIdentityMailFromAttributes", EmailIdentity=scene.domain)
    scene.set_record(scene.domain, "TXT", "v=spf1 include:_spf.google.com -all")


def _no_dmarc(scene: Scene) -> None:
    scene.remove_record(f"_dmarc.{scene.domain}", "TXT")


def _dmarc(*texts: str) -> Callable[[Scene], None]:
    def play(scene: Scene) -> None:
        scene.set_record(f"_dmarc.{scene.domain}", "TXT", *texts)

    return play


def _mx(*values: str) -> Callable[[Scene], None]:
    def play(scene: Scene) -> None:
        other = Region("eu-west-1" if scene.region != "eu-west-1" else "us-west-2")
        hosts = {
            "smtp": smtp_host(scene.region),
            "feedback": feedback_host(scene.region),
            "inbound": inbound_host(scene.region),
            "other": inbound_host(other),
        }
        scene.set_record(scene.domain, "MX", *(f"{v.format(**hosts)}." for v in values))

    return play


def _mail_from_mx(scene: Scene, *values: str) -> None:
    name = scene.mail_from or f"mail.{scene.domain}"
    if scene.mail_from is None:
        scene.call(
            "sesv2",
            "PutEmailIdentityMailFromAttributes",
            EmailIdentity=scene.domain,
            MailFromDomain=name,
        )
        scene.set_record(name, "TXT", _SES_SPF)
    scene.set_record(name, "MX", *values)
    scene.lab.ses.refresh()


def _mail_from_two_mx(scene: Scene) -> None:
    right = f"10 {feedback_host(scene.region)}."
    _mail_from_mx(scene, right, "20 mx1.example.net.")


def _mail_from_wrong_mx(scene: Scene) -> None:
    _mail_from_mx(scene, f"10 {inbound_host(scene.region)}.")


def _mail_from_failed(scene: Scene) -> None:
    """The record was wrong for three days and is right again: SES does not look any more."""
    _mail_from_wrong_mx(scene)
    scene.lab.clock.move(_VERIFICATION_ENDS)
    scene.lab.ses.refresh()
    if scene.mail_from:
        scene.set_record(scene.mail_from, "MX", f"10 {feedback_host(scene.region)}.")


def _last_server(scene: Scene) -> NameServer:
    dns = scene.lab.dns
    return dns.servers[dns.registry.servers_for(scene.domain)[-1]]


def _server(fault: ServerFault) -> Callable[[Scene], None]:
    def play(scene: Scene) -> None:
        _last_server(scene).fault = fault

    return play


def _older_zone(scene: Scene) -> None:
    name = f"_dmarc.{scene.domain}"
    wanted = scene.set_up.dmarc or "v=DMARC1; p=none"
    scene.remove_record(name, "TXT")
    _last_server(scene).keep_serving(scene.domain)
    scene.set_record(name, "TXT", wanted)


def _cached_absence(scene: Scene) -> None:
    name = f"_dmarc.{scene.domain}"
    wanted = scene.set_up.dmarc or "v=DMARC1; p=none"
    scene.remove_record(name, "TXT")
    scene.lab.dns.resolver.remember(name, "TXT")
    scene.set_record(name, "TXT", wanted)


FAULTS = (
    Fault(
        "spf-two-records",
        "dns",
        "the domain has two SPF records",
        _spf(_SES_SPF, "v=spf1 include:_spf.google.com ~all"),
    ),
    Fault("spf-too-many-lookups", "dns", "SPF needs more than ten look-ups", _spf_too_many),
    Fault(
        "spf-without-ses",
        "dns",
        "SPF leaves SES out, and there is no custom MAIL FROM",
        _spf_without_ses,
    ),
    Fault("dmarc-missing", "dns", "there is no DMARC record", _no_dmarc),
    Fault(
        "dmarc-two-records",
        "dns",
        "there are two DMARC records",
        _dmarc("v=DMARC1; p=none", "v=DMARC1; p=quarantine"),
    ),
    Fault(
        "dmarc-malformed",
        "dns",
        "the DMARC record lacks a semicolon",
        _dmarc("v=DMARC1 p=none"),
    ),
    Fault(
        "dmarc-strict",
        "dns",
        "DMARC asks for strict SPF alignment, which a MAIL FROM subdomain never has",
        _dmarc("v=DMARC1; p=reject; aspf=s; adkim=s"),
    ),
    Fault("mail-from-two-mx", "dns", "the MAIL FROM domain has two MX records", _mail_from_two_mx),
    Fault("mail-from-wrong-mx", "dns", "the MAIL FROM domain's MX is wrong", _mail_from_wrong_mx),
    Fault(
        "mail-from-failed",
        "dns",
        "SES gave up looking for the MAIL FROM domain's MX",
        _mail_from_failed,
    ),
    Fault("mx-email-smtp", "dns", "MX names the sending endpoint", _mx("10 {smtp}")),
    Fault("mx-feedback-smtp", "dns", "MX names the feedback endpoint", _mx("10 {feedback}")),
    Fault("mx-other-region", "dns", "MX names another Region", _mx("10 {other}")),
    Fault(
        "mx-mixed",
        "dns",
        "MX names SES and another provider",
        _mx("10 {inbound}", "10 mx1.example.net"),
    ),
    Fault("ns-timeout", "dns", "one name server does not answer", _server(ServerFault.TIMEOUT)),
    Fault("ns-lame", "dns", "one name server does not know the zone", _server(ServerFault.LAME)),
    Fault("ns-refused", "dns", "one name server refuses the zone", _server(ServerFault.REFUSED)),
    Fault("ns-older-zone", "dns", "one name server serves an older zone", _older_zone),
    Fault(
        "resolver-cached-absence",
        "dns",
        "the record is there, and resolvers still know that it was not",
        _cached_absence,
    ),
)
