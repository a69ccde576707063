"""The healthy worlds that are mutated."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sendas_lab.world import Lab

from algebra.byodkim import with_own_key
from algebra.road import with_the_stack
from sendas.play.scene import CORRESPONDENT, Scene, SetUp, build
from sendas.ses.regions import Region


@dataclass(frozen=True, slots=True)
class World:
    """A set-up, and what its owner did beside; healthy, or the algebra says nothing."""

    set_up: SetUp
    beside: Callable[[Scene], None] = lambda _: None

    def build(self, lab: Lab) -> Scene:
        """Make it in the lab, empty before, with the address in Gmail."""
        lab.reset()
        scene = build(lab, self.set_up)
        self.beside(scene)
        scene.add_to_gmail()
        scene.lab.settle()  # what Gmail wrote has come before anything is changed
        if scene.received_in:
            scene.lab.aws.mappings.settle()
        return scene


def _in_the_sandbox(scene: Scene) -> None:
    for address in (CORRESPONDENT, scene.set_up.gmail, "jane@example.net"):
        scene.call("sesv2", "CreateEmailIdentity", EmailIdentity=address)
        scene.lab.ses.confirm_address(scene.region, address)


def _with_an_address(scene: Scene) -> None:
    """The address is verified by itself as well, and signs as its domain does."""
    scene.call("sesv2", "CreateEmailIdentity", EmailIdentity=scene.address)
    scene.lab.ses.confirm_address(scene.region, scene.address)
    scene.call(
        "sesv2", "PutEmailIdentityDkimAttributes",
        EmailIdentity=scene.address, SigningEnabled=True,
    )  # fmt: skip
    if scene.mail_from:
        scene.call(
            "sesv2", "PutEmailIdentityMailFromAttributes",
            EmailIdentity=scene.address, MailFromDomain=scene.mail_from,
        )  # fmt: skip
    scene.lab.ses.refresh()


def _with_a_web_site(scene: Scene) -> None:
    """Every name that is not there leads to the web site, as hosts like to set it up."""
    scene.set_record(scene.domain, "A", "192.0.2.80")
    scene.set_record(f"*.{scene.domain}", "A", "192.0.2.80")


def _in_two_regions(scene: Scene) -> None:
    """The domain is an identity of another Region as well, with records of its own."""
    other = Region("eu-west-1")
    made = scene.session.call(
        "sesv2", "CreateEmailIdentity", region=other, EmailIdentity=scene.domain
    )
    for token in made["DkimAttributes"]["Tokens"]:
        name = f"{token}._domainkey.{scene.domain}"
        scene.set_record(name, "CNAME", f"{token}.dkim.amazonses.com.")
    scene.lab.ses.refresh()


MANUAL = SetUp(route53=False)
WORLDS: Mapping[str, World] = {
    "manual": World(MANUAL),
    "route53": World(SetUp()),
    "no-mail-from": World(SetUp(route53=False, mail_from=None)),
    "reject": World(
        SetUp(route53=False, dmarc="v=DMARC1; p=reject; rua=mailto:dmarc@example.com")
    ),
    "sandbox": World(SetUp(route53=False, production=False), _in_the_sandbox),
    "address": World(MANUAL, _with_an_address),
    "wildcard": World(MANUAL, _with_a_web_site),
    "ireland": World(SetUp(route53=False, region=Region("eu-west-1"))),
    "byodkim": World(MANUAL, with_own_key),
    "two-regions": World(MANUAL, _in_two_regions),
    "stack": World(MANUAL, with_the_stack),
    "sending-only": World(SetUp(route53=False, receiving=False)),
}
