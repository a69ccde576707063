"""What servers say of too much in too little time, and of too many at once.

A rate is no full mailbox, though both call it a quota: Yandex, Microsoft, Titan, cPanel and others
write "quota" or "limit" for messages an hour.
"""

from sendas.advice import Help, Owner
from sendas.bounce.reason import Reason
from sendas.bounce.tables.row import Row, Weight, texts


_OWN_LIMIT = Help(
    "Ask whoever runs the server that you hand your mail to; their limit is for your account.",
    wait_seconds=3600,
)

LIMITS: tuple[Row, ...] = (
    Row(
        Reason.SPEEDING,
        "cPanel (exim), Microsoft (5.1.90), Titan, Zoho: the sending account's own limit",
        texts(
            """
            exceeded the max emails per hour | has exceeded the max defers |
            sender rate limit | reached your daily limit | submission quota exceeded |
            submissionquotaexceeded | quota for sending | sending quota | sending limit |
            sender quota | outgoing mail limit | outgoing message limit | daily sending |
            daily user sending | unusual sending activity | your account has exceeded |
            sender has exceeded…quota | maximum send limit | exceeded your sending |
            outbound limit | tenant has exceeded | tenant…exceeded threshold |
            daily limit for message recipients | send limit for your account
            """
        ),
        owner=Owner.SENDER,
        says="The account that the mail was handed in with has used up its allowance.",
        help=(_OWN_LIMIT,),
        weight=Weight.DECISIVE,
    ),
    Row(
        Reason.SPEEDING,
        "Postfix (anvil), Google (google/3726730), Microsoft (5.2.121, 5.2.122), Yandex, QQ",
        texts(
            """
            receiving mail at a rate | receiving mail too quickly |
            receiving email at a rate | receiving too many | receivingrate |
            rate that prevents additional | rate limit | rate-limit | ratelimit |
            rate limited | message rate | mail rate | exceeded the rate | rate exceeded |
            rate is exceeded | sending rate | unusual rate | too many recent |
            too many messages | too many emails | too many mails | too many letters |
            too much mail | too fast | too quickly | too frequently | slow down | throttl |
            messages per hour | mails per hour | emails per hour | message per hour |
            per hour message | messages per day | mails per day | emails per day |
            per-hour | per minute | recipients per hour | recipients per day |
            hourly limit | hourly quota | hourly message | daily limit | daily quota |
            daily message | message quota | queue quota | organization queue |
            quota of messages | messages they can send | messages they can receive |
            limit for the number of messages | exceeded…message limit | exceeded…rate |
            exceeded…per hour | short period of time | short time period | too much email |
            too much e-mail | too many same size | 频率过高 | 发送频率 | 发信频率 |
            sent too many | send limit exceeded | mail send limit | receive limit |
            receiving limit | excessive volume | excessive rate | excessive sending |
            high volume | unusual volume | mail flood | sender frequency limit |
            frequency limited | frequency is | domain frequency | send more slowly |
            please slow | hour limit | day limit | message throughput |
            limit on recipients per | spike | temporarily rate
            """
        ),
    ),
    Row(
        Reason.SECURITY_ERROR,
        "ms-ndr (5.1.8, 5.7.57, 5.7.60): the account that handed the mail in may not send it",
        texts(
            """
            bad outbound sender | not authenticated to send anonymous |
            permissions to send as this sender | permission to send as | sendasdenied
            """
        ),
        owner=Owner.SENDER,
        weight=Weight.DECISIVE,
    ),
    Row(
        Reason.TOO_MANY_CONN,
        "Postfix (anvil), Sendmail, Comcast, Orange, Yahoo: connections and recipients at once",
        texts(
            """
            concurrency limit | too many connections | too many concurrent |
            too many simultaneous | concurrent connection | simultaneous connections |
            simultaneous smtp | maximum…connections | connections exceeded |
            connection limit | connection rate limit | connection limited |
            exceeded…connections | number of concurrent | number of connections |
            too many sessions | too many recipients | too many smtp |
            too many open connections | all available ips are at maximum connection |
            no more connections | session limit | sessions opened |
            max message per connection | max messages per connection |
            messages per connection | messages in this session | messages per session |
            ip frequency limit | trop de connexions | maximum recipients | too many rcpt |
            recipient limit exceeded | number of recipients exceeds |
            recipients per message | maximum number of recipients |
            too many envelope recipients | too many session
            """
        ),
    ),
    Row(
        Reason.SPEEDING,
        "seen in the wild: a word for much, without more",
        texts(
            """
            excessive | per day | per hour | quota exceeded for this hour
            """
        ),
        weight=Weight.GENERAL,
    ),
)
"""Weighed with the others; a rate outweighs the "quota exceeded" that stands beside it."""
