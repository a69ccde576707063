"""An owner with an empty account, a zone in Route 53 and a file: what apply and destroy need."""

import re
import time

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sendas_lab.dns import route53
from sendas_lab.world import Lab

from sendas.aws.reading import Raw
from sendas.aws.session import Session
from sendas.config.load import parse_config
from sendas.config.model import Config, ConfiguredDomain
from sendas.dns.resolver import NetworkResolver
from sendas.ses.regions import Region
from sendas.setup.apply import ApplyOptions, End, apply_plan, check, plan_for
from sendas.setup.destroy import Ending, carry_out, farewell, look_to_destroy
from sendas.setup.plan.changes import Code, Plan
from sendas.setup.plan.code import stack_code
from sendas.setup.plan.look import Doors


class Killed(BaseException):
    """The process ends here, as by kill -9: nobody catches it."""


class Mortal(Session):
    """A session whose process is killed around its n-th call: *before* it, or else after."""

    def __init__(self, session: Session, *, at: int | None = None, before: bool = True) -> None:
        self._real = session
        self._at = at
        self._before = before
        self.calls = 0

    def call(self, service: str, operation: str, *, region: Region, **params: object) -> Raw:
        """As a session does, until its hour has come."""
        self.calls += 1
        mine = self.calls == self._at
        if mine and self._before:
            raise Killed
        answer = self._real.call(service, operation, region=region, **params)
        if mine:
            raise Killed
        return answer

    @property
    def key_id(self) -> str | None:
        """The administrator's."""
        return self._real.key_id


@dataclass
class Owner:
    """Somebody at the command line."""

    lab: Lab
    config: Config
    said: list[str] = field(default_factory=list)
    shown: list[tuple[Any, ...]] = field(default_factory=list)
    code: Code = field(default_factory=stack_code)

    def delegate(self, *, domain: str) -> str:
        """A zone in Route 53 that the world asks."""
        made = self.call(
            "route53", "CreateHostedZone", Name=f"{domain}.", CallerReference=f"owner-{domain}"
        )
        zone_id = str(made["HostedZone"]["Id"].rpartition("/")[2])
        servers = route53.servers_of(self.lab.account_id, zone_id)
        self.lab.dns.registry.delegate(domain, servers)
        return zone_id

    def call(self, service: str, operation: str, **params: object) -> Raw:
        """One call as the administrator, in the first domain's Region."""
        region = self.config.domains[0].region
        return self.lab.session().call(service, operation, region=region, **params)

    def doors(self, session: Session | None = None) -> Doors:
        """The ways out; sleeping lets the lab's SES look at the DNS again."""

        def sleep(_seconds: float) -> None:
            time.sleep(0.05)  # to ask more often takes the time in which the stack is made
            self.lab.ses.refresh()

        resolver = NetworkResolver(self.lab.dns.resolver_address, self.lab.network.dial_map())
        return Doors(session or self.lab.session(), resolver, sleep)

    def plan(
        self,
        domain: ConfiguredDomain,
        session: Session | None = None,
        *,
        detect_drift: bool = False,
    ) -> Plan:
        """`sendas plan`."""
        return plan_for(
            self.config, domain, self.code, self.doors(session), detect_drift=detect_drift
        )

    def apply(self, domain: ConfiguredDomain, session: Session | None = None) -> End:
        """`sendas apply --yes`."""
        doors = self.doors(session)

        def again(detect_drift: bool) -> Plan:  # noqa: FBT001  as apply_plan asks
            return plan_for(self.config, domain, self.code, doors, detect_drift=detect_drift)

        plan = again(True)  # noqa: FBT003  the same
        check(plan)
        return apply_plan(plan, again, domain, doors, self._options())

    def destroy(
        self,
        domain: ConfiguredDomain,
        session: Session | None = None,
        *,
        delete_mail: bool = False,
    ) -> bool:
        """`sendas destroy --yes`; whether all is gone."""
        doors = self.doors(session)
        plan = farewell(domain, look_to_destroy(domain, doors), delete_mail=delete_mail)
        return carry_out(plan, domain, doors, self._options()) is Ending.GONE

    def _options(self) -> ApplyOptions:
        return ApplyOptions(
            say=self.said.append,
            show_records=lambda _zone, step: self.shown.append(step.changes),
            wait=timedelta(seconds=60),
        )

    def forwarded(self, to: str, mailbox: str = "owner@gmail.com") -> bool:
        """Whether a mail to *to* arrives in the owner's Gmail, passing DMARC there."""
        before = len(self.lab.gmail.inbox(mailbox))
        self.lab.write_to_owner(to)
        self.lab.settle()
        self.lab.aws.mappings.settle()
        self.lab.settle()
        arrived = self.lab.gmail.inbox(mailbox)[before:]
        return bool(arrived) and all(b"dmarc=pass" in mail.content for mail in arrived)


__all__ = ["End", "Killed", "Mortal", "Owner"]


def standing_owner(lab: Lab, folder: Path, text: str) -> Owner:
    """An owner with a Gmail account, *text* as the file in *folder*, and the stack standing."""
    (folder / "sendas.toml").write_text(text)
    config = parse_config(text)
    (domain,) = config.domains
    owner = Owner(lab, config)
    owner.delegate(domain=domain.name)
    lab.ses.grant_production_access(domain.region)
    lab.gmail.open_account("owner@gmail.com")
    owner.apply(domain)
    return owner


def settle(lab: Lab) -> None:
    """Until nothing is on its way, events and the history included."""
    for _ in range(4):
        lab.settle()
        lab.aws.mappings.settle()


def send_as(lab: Lab, address: str, host: str, username: str, password: str) -> None:
    """Add *address* to the owner's Gmail, and type in the code that Gmail sends to it."""
    owner = "owner@gmail.com"
    lab.gmail.add_send_as(
        owner, address=address, name="The Owner", host=host, port=587, username=username,
        password=password,
    )  # fmt: skip
    settle(lab)
    (mail,) = [one for one in lab.gmail.inbox(owner) if "Gmail Confirmation" in one.subject]
    code = re.search(r"\b\d{9}\b", mail.text())
    assert code
    assert lab.gmail.confirm(owner, address, code[0])
