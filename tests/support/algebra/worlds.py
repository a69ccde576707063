"""The healthy worlds that are mutated."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sendas_lab.world import Lab

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
    "sending-only": World(SetUp(route53=False, receiving=False)),
}
