"""One received mail as it was read."""

from dataclasses import dataclass

from sendas.forward.author import shown_name
from sendas.forward.facts import Facts, subject_of
from sendas.journal.record import Summary
from sendas.mail.headers import Head
from sendas.ses.notices import Receipt, S3Object


@dataclass(frozen=True, slots=True)
class Mail:
    """One received mail as it was read: what was said of it, where it lies, what it holds."""

    receipt: Receipt
    place: S3Object
    head: Head
    facts: Facts
    size: int

    @property
    def summary(self) -> Summary:
        """As its record speaks of it."""
        author, subject = shown_name(self.facts.authors), subject_of(self.head)
        return Summary(author, subject, self.size, self.receipt.words())
