"""A domain with one mailbox that is written as by answering, and mails of its owner."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from sendas.forward.answering import ReplyMailbox
from sendas.forward.decision import Reason
from sendas.forward.facts import read_facts
from sendas.forward.routes import RoutedDomain, To
from sendas.mail.headers import read_head
from sendas.reply.alias import Aliases, Kind
from sendas.reply.case import Known, Mail, Rules
from sendas.reply.keys import SigningKeys
from sendas.reply.plan import Planned, plan
from sendas.reply.signed import names_owner
from sendas.ses.notices import Receipt, Verdict, Verdicts


NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
OWNER = "owner@gmail.com"
ME, SHE = "me@example.com", "she@example.com"
BOX = ReplyMailbox(ME, (OWNER,), "Me Myself")
HER_BOX = ReplyMailbox(SHE, ("she@mail.example.net",))
PASSED = Verdicts(Verdict.PASS, Verdict.PASS, Verdict.PASS, Verdict.PASS, Verdict.PASS)


@dataclass
class World:
    """What one mail meets; change a field to change the world."""

    keys: SigningKeys = field(default_factory=lambda: SigningKeys("a", {"a": "k" * 32}))
    verdicts: Verdicts = PASSED
    known: Known = field(default_factory=Known)
    boxes: dict[str, ReplyMailbox] = field(default_factory=lambda: {ME: BOX, SHE: HER_BOX})
    domain: RoutedDomain = field(
        default_factory=lambda: RoutedDomain(
            "example.com",
            "forwarded@example.com",
            OWNER,
            {"me": To((OWNER,)), "she": To(("she@mail.example.net",))},
        )
    )

    @property
    def aliases(self) -> Aliases:
        """Those of the domain."""
        return Aliases("example.com", self.keys)

    @property
    def rules(self) -> Rules:
        """Two mailboxes of two owners, unless *boxes* says otherwise."""
        return Rules(self.boxes, self.aliases)

    def alias(self, who: str = "jane@example.net", mailbox: str = ME) -> str:
        """An alias that is good for half a year."""
        return self.aliases.make(Kind.REPLY, mailbox, who, date(2027, 5, 31)).address

    def plan(
        self,
        raw: bytes,
        *paths: str,
        waived: tuple[Reason, ...] = (),
        reverse_path: str = OWNER,
    ) -> Planned:
        """What becomes of the mail."""
        head = read_head(raw)
        receipt = Receipt("id1", reverse_path, paths, NOW, self.verdicts)
        mail = Mail(receipt, head, read_facts(head, receipt.reverse_path))
        known = replace(self.known, signer=names_owner(head, (OWNER,)))
        return plan(mail, self.domain, self.rules, known, NOW, waived)

    def with_dmarc(self, verdict: Verdict, *, aligned: bool = False) -> "World":
        """The same, but for SES's verdict."""
        return replace(
            self,
            verdicts=replace(PASSED, dmarc=verdict),
            known=replace(self.known, aligned=aligned),
        )


def letter(world: World, **fields: str) -> bytes:
    """A mail as Gmail sends it; fields given replace its own, an empty one goes."""
    usual = {
        "From": f"Owner <{OWNER}>",
        "To": world.alias(),
        "Subject": "Re: Hello",
        "Message-ID": "<CAG1@mail.gmail.com>",
        "Date": "Sun, 29 Nov 2026 12:00:00 +0000",
        "MIME-Version": "1.0",
        "Content-Type": 'text/plain; charset="UTF-8"',
    }
    usual |= {name.replace("_", "-"): text for name, text in fields.items()}
    lines = [f"{name}: {text}\r\n" for name, text in usual.items() if text]
    return "".join(lines).encode() + b"\r\nHello Jane,\r\n--\r\nme\r\n"
