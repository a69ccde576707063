"""Identities that are not verified, or not the one that counts (section 4, item 4)."""

from sendas.play.faults.fault import Fault
from sendas.play.scene import Scene, dkim_tokens, make_identity
from sendas.ses.regions import Region


def _name(scene: Scene, token: str) -> str:
    return f"{token}._domainkey.{scene.domain}"


def _start_anew(scene: Scene) -> None:
    """The identity is created now: what is wrong was wrong from the start, so it is pending."""
    scene.call("sesv2", "DeleteEmailIdentity", EmailIdentity=scene.domain)
    make_identity(scene)
    scene.lab.ses.refresh()


def _cname_missing(scene: Scene) -> None:
    scene.remove_record(_name(scene, scene.tokens[0]), "CNAME")
    _start_anew(scene)


def _zone_twice(scene: Scene) -> None:
    for token in scene.tokens:
        scene.remove_record(_name(scene, token), "CNAME")
        scene.set_record(
            f"{_name(scene, token)}.{scene.domain}", "CNAME", f"{token}.dkim.amazonses.com."
        )
    _start_anew(scene)


def _txt(scene: Scene) -> None:
    for token in scene.tokens:
        scene.remove_record(_name(scene, token), "CNAME")
        scene.set_record(_name(scene, token), "TXT", f"{token}.dkim.amazonses.com")
    _start_anew(scene)


def _wrong_target(scene: Scene) -> None:
    for token in scene.tokens:
        scene.set_record(_name(scene, token), "CNAME", f"{token}.amazonses.com.")
    _start_anew(scene)


def _undelegated(scene: Scene) -> None:
    former = scene.lab.dns.former.zone(scene.domain)
    for token in scene.tokens:
        scene.remove_record(_name(scene, token), "CNAME")
        former.set(_name(scene, token), "CNAME", f"{token}.dkim.amazonses.com.")
    _start_anew(scene)


def _other_region(scene: Scene) -> None:
    other = Region("us-west-2" if scene.region != "us-west-2" else "us-east-1")
    scene.session.call("sesv2", "CreateEmailIdentity", region=other, EmailIdentity=scene.domain)
    for token in dkim_tokens(scene, other):
        scene.set_record(_name(scene, token), "CNAME", f"{token}.dkim.amazonses.com.")
    scene.call("sesv2", "DeleteEmailIdentity", EmailIdentity=scene.domain)
    scene.lab.ses.refresh()


def _address_shadows(scene: Scene) -> None:
    scene.call("sesv2", "CreateEmailIdentity", EmailIdentity=scene.address)
    scene.lab.ses.confirm_address(scene.region, scene.address)
    scene.call(
        "sesv2",
        "PutEmailIdentityDkimAttributes",
        EmailIdentity=scene.address,
        SigningEnabled=False,
    )


def _no_configuration_set(scene: Scene) -> None:
    scene.call("sesv2", "PutEmailIdentityConfigurationSetAttributes", EmailIdentity=scene.domain)


FAULTS = (
    Fault("dkim-cname-missing", "identity", "one DKIM CNAME is missing", _cname_missing),
    Fault("dkim-zone-twice", "identity", "the DKIM CNAMEs end in the zone twice", _zone_twice),
    Fault("dkim-txt", "identity", "the DKIM records are TXT, not CNAME", _txt),
    Fault("dkim-wrong-target", "identity", "the DKIM CNAMEs point elsewhere", _wrong_target),
    Fault(
        "dkim-undelegated",
        "identity",
        "the DKIM CNAMEs stand at a provider that is not delegated",
        _undelegated,
    ),
    Fault(
        "identity-other-region",
        "identity",
        "the domain is verified in another Region only",
        _other_region,
    ),
    Fault(
        "identity-address-shadows",
        "identity",
        "an address identity shadows the domain, unsigned",
        _address_shadows,
    ),
    Fault(
        "identity-no-configuration-set",
        "identity",
        "the identity has no default configuration set",
        _no_configuration_set,
    ),
)
