"""What watching costs: its counts are those of the shipped stack and of ordinary events."""

from decimal import Decimal

from sendas.config.load import parse_config
from sendas.history.line import lines_of, write_line
from sendas.prices.price_list import load
from sendas.prices.watching import ALARMS, LINE_BYTES, METRICS, of_question
from sendas.ses.events import Channel, EventKind, EventRecipient, SesEvent
from sendas.setup.template.whole import build_template, wanted_of
from sendas.watch.decide.measures import NAMESPACE


FILE = """\
region = "us-east-1"
[alarms]
to = ["owner@gmail.com"]
[[domain]]
name = "example.com"
[[domain.mailbox]]
name = "me"
to = ["owner@gmail.com"]
send = "smtp"
"""


def test_the_alarms_of_a_whole_stack_are_counted() -> None:
    """CloudWatch asks by the alarm, and by the metric that nobody but us fills."""
    config = parse_config(FILE)
    made = build_template(wanted_of(config, config.domains[0], "code", "code")).resources.values()
    alarms = [one.properties for one in made if one.type == "AWS::CloudWatch::Alarm"]

    assert ALARMS == len(alarms)
    ours = {str(one["MetricName"]) for one in alarms if one["Namespace"] == NAMESPACE}
    assert METRICS == len(ours)


def test_an_ordinary_event_is_no_longer_than_is_counted() -> None:
    """Ids as long as SES's, and what Gmail's server answers."""
    event = SesEvent(
        EventKind.DELIVERY,
        Channel.CONFIGURATION_SET,
        "Delivery",
        "0100018c0f5e1a2b-1c2d3e4f-5a6b-4c7d-8e9f-0a1b2c3d4e5f-000000",
        "somebody.with.a.name@mail.example.com",
        ("another.person@customers.example.net",),
        (EventRecipient("another.person@customers.example.net"),),
        timestamp="2026-01-02T03:04:06.123Z",
        sent_at="2026-01-02T03:04:05.123Z",
        smtp_response="250 2.0.0 OK  1767323046 d75a77b69052e-4edabc12345si12345678901.1 - gsmtp",
        reporting_mta="a8-1.smtp-out.amazonses.com",
        remote_mta="142.250.27.26",
        client_message_id="<CAJ+abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJ@mail.gmail.com>",
        tags={
            "ses:caller-identity": ("sendas-somebody@example.com",),
            "ses:source-ip": ("209.85.128.53",),
            "ses:outgoing-ip": ("54.240.8.123",),
            "ses:operation": ("SendSmtpEmail",),
        },
    )
    (line,) = lines_of(event)

    assert LINE_BYTES >= len(write_line(line)) > LINE_BYTES // 2


def test_a_small_question_is_counted_as_ten_megabytes() -> None:
    """Athena's least (third parties, see the list of prices)."""
    prices = load()

    assert of_question(prices, 1) == of_question(prices, 1000)
    assert Decimal("0.00004") < of_question(prices, 1) < Decimal("0.00006")
    assert of_question(prices, 10**7) > 1000 * of_question(prices, 1)
