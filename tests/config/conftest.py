"""A whole file that uses every key, for what reads and prints it."""

import pytest


WHOLE = """\
region = "eu-west-1"

[alarms]
to = ["owner@gmail.com", "partner@example.org"]

[limits]
max_message_bytes = 1048576
max_hops = 20
max_per_hour = 50
stop_at_bounce_percent = 3

[[domain]]
name = "Example.COM"
dns = "manual"
mail_from = "mail"
notices = "owner@gmail.com"
forwarding_address = "passed-on@example.com"

[domain.dmarc]
policy = "quarantine"
reports = ["dmarc@example.com"]

[domain.verdicts]
virus = "discard"
spam = "quarantine"
unsure_spam = "forward"
dmarc_reject = "quarantine"
dmarc_quarantine = "forward"

[[domain.mailbox]]
name = "Me"
to = ["owner@gmail.com"]
send = "smtp"
display_name = "Søren"

[[domain.mailbox]]
name = "sales+eu"
to = ["owner@gmail.com", "partner@example.org"]
send = "reply-alias"

[[domain.mailbox]]
name = "old"
reject = "Please write to me@example.com."

[[domain.mailbox]]
name = "*"
keep = true

[[domain]]
name = "example.net"
region = "us-east-2"
receive = false
spf = false

[domain.adopted]
identity = true
configuration_set = "main"
zone_id = "Z0EXAMPLE"

[[domain.mailbox]]
name = "billing"
send = "smtp"
user = "ses-smtp-user"
"""


@pytest.fixture
def whole() -> str:
    """A file with two domains and nearly every key."""
    return WHOLE
