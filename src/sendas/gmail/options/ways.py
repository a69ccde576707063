"""The seven ways to send, and what issue A's owner was offered besides.

Minutes and hours are our estimates, made to be compared with each other; every
price comes from the dated price file.
"""

from collections.abc import Callable
from decimal import Decimal

from sendas.gmail.options.way import Constraints, Cost, CostLine, Effort, Way
from sendas.prices.forwarding import Workload, bill
from sendas.prices.price_list import PriceList
from sendas.prices.relaying import of_machine


_MAIL_BYTES = 20 * 1024
_ROTATIONS_A_YEAR = 4
"""A key lives ninety days by the common rules (FACTS 4)."""


def _line(
    prices: PriceList, wanted: Constraints, item: str, units: int | Decimal, what: str
) -> CostLine:
    if not prices.has(item, wanted.plan):
        return CostLine(what, None)
    return CostLine(what, prices.price(item, wanted.plan).of(units))


def _ses(prices: PriceList, wanted: Constraints) -> CostLine:
    return _line(prices, wanted, "ses-outbound", wanted.sent, f"SES sends {wanted.sent} mails")


def _send_as(wanted: Constraints, prices: PriceList) -> Cost:
    kept = _line(prices, wanted, "secret", wanted.mailboxes, "the password in Secrets Manager")
    return Cost((_ses(prices, wanted), kept))


def _relay(wanted: Constraints, prices: PriceList) -> Cost:
    machine = sum((one.dollars for one in of_machine(prices) if one.dollars), Decimal(0))
    return Cost((_ses(prices, wanted), CostLine("a small machine at AWS, always on", machine)))


def _reply_alias(wanted: Constraints, prices: PriceList) -> Cost:
    journey = bill(Workload(_MAIL_BYTES), prices, wanted.plan)
    per_mail = sum((one.dollars for one in journey if one.dollars is not None), Decimal(0)) / 1000
    lines = [
        CostLine("SES receives, Lambda works, SES sends", per_mail * wanted.sent),
        _line(prices, wanted, "secret", 1, "the signing keys in Secrets Manager"),
    ]
    lines += [CostLine(one.what, None) for one in journey if one.dollars is None]
    return Cost(tuple(lines))


def _workspace(wanted: Constraints, prices: PriceList) -> Cost:
    people = f"Workspace Starter for {wanted.mailboxes}"
    return Cost((_line(prices, wanted, "workspace-starter", wanted.mailboxes, people),))


def _mail_manager(wanted: Constraints, prices: PriceList) -> Cost:
    return Cost(
        (
            _line(prices, wanted, "mail-manager-endpoint", 1, "an ingress endpoint"),
            _line(prices, wanted, "mail-manager-message", wanted.sent, "Mail Manager's mails"),
            _ses(prices, wanted),
        )
    )


def _other_service(_wanted: Constraints, _prices: PriceList) -> Cost:
    return Cost((CostLine("the service's own price", None),))


def _effort(
    first: int, each: int, yearly_each: float, words: str, *, yearly: float = 0.0
) -> Callable[[Constraints], Effort]:
    def measured(wanted: Constraints) -> Effort:
        minutes = first + each * wanted.mailboxes
        return Effort(minutes, round(yearly + yearly_each * wanted.mailboxes, 1), words)

    return measured


_ROTATION_HOURS = 0.2 * _ROTATIONS_A_YEAR

WAYS: tuple[Way, ...] = (
    Way(
        name="send-as-ses",
        title='Gmail "Send mail as" over SES SMTP',
        today=True,
        effort=_effort(5, 5, _ROTATION_HOURS, "a dialog per mailbox; again at each rotation"),
        cost=_send_as,
        needs=(
            "the domain verified in SES, and production access",
            "an IAM user and key per mailbox; the password derived for the right Region",
            "the confirmation mail, so receiving must work",
        ),
        breaks=(
            "a rotated or deleted key: Gmail keeps the old password, and only a bounce tells",
            "another Region's password or server",
            "the account paused, or the recipient on the suppression list",
        ),
        commands=("sendas gmail add ADDRESS", "sendas gmail verify ADDRESS"),
    ),
    Way(
        name="send-as-relay",
        title='Gmail "Send mail as" over our relay',
        today=True,
        effort=_effort(60, 5, 0.1, "a host with a public name and certificate, kept up", yearly=6),
        cost=_relay,
        needs=(
            "a host that always runs, its port 587 or 465 open to Google",
            "a certificate of a public authority for its name",
        ),
        breaks=("the host or its certificate", "SES's API permission of its role"),
        commands=("sendas relay template", "sendas gmail add ADDRESS"),
        paid_service="a machine that always runs",
    ),
    Way(
        name="reply-alias",
        title="Reply alias: just answer, in plain Gmail",
        today=True,
        effort=_effort(15, 1, 0.1, "nothing in Gmail; a new correspondent by a compose address"),
        cost=_reply_alias,
        needs=("receiving by SES, with sendas's forwarder", "replies that pass DMARC"),
        breaks=("the forwarder", "answering from another account than the owner's"),
        commands=("sendas reply address them@example.net",),
    ),
    Way(
        name="other-client",
        title="Another mail program (Apple Mail, Thunderbird, Outlook, msmtp)",
        today=True,
        effort=_effort(5, 15, _ROTATION_HOURS + 0.4, "each device, and again at each rotation"),
        cost=_send_as,
        needs=("what send-as over SES needs, but for the confirmation", "an app password to read"),
        breaks=("the same as send-as over SES, on each device",),
        commands=("sendas gmail settings ADDRESS --client thunderbird",),
        from_gmail=False,
    ),
    Way(
        name="workspace",
        title="Google Workspace",
        today=False,
        effort=_effort(60, 15, 0.2, "move the MX, the mailboxes and their mail", yearly=1),
        cost=_workspace,
        needs=("the domain's MX at Google", "a subscription per mailbox"),
        breaks=("the subscription", "its DKIM switched on at Google, or DMARC fails"),
        paid_service="Google Workspace",
        moves_mx=True,
        from_gmail=False,
    ),
    Way(
        name="mail-manager",
        title="SES Mail Manager, authenticated ingress",
        today=False,
        effort=_effort(90, 5, 0.2, "an ingress endpoint, its policies and rules", yearly=2),
        cost=_mail_manager,
        needs=("a dedicated ingress endpoint", "traffic policy and rule set"),
        breaks=("its rules", "its password, of which two may be alive at once"),
        paid_service="a Mail Manager endpoint",
    ),
    Way(
        name="other-service",
        title="Another SMTP service",
        today=False,
        effort=_effort(30, 5, 0.2, "verify the domain again, further DKIM records", yearly=1),
        cost=_other_service,
        needs=("an account there, the domain verified", "its include in SPF, its DKIM records"),
        breaks=("its free tier's end, or its limits", "two services' records to keep"),
        paid_service="the other service",
    ),
)
