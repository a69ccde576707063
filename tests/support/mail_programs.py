"""Correspondents' mail programs: how they thread, and how they answer.

Threads are judged by the algorithm of https://www.jwz.org/doc/threading.html: mails are of one
thread when their References and In-Reply-To connect them.  An answer's References are those of
the mail answered and its Message-ID (RFC 5322, 3.6.4).
"""

import itertools

from dataclasses import dataclass, field

from sendas.mail.headers import Head, read_head
from sendas.reply.thread import MESSAGE_ID


_COUNTER = itertools.count()


@dataclass
class Reader:
    """A client that shows threads."""

    groups: list[set[bytes]] = field(default_factory=list)
    heads: list[Head] = field(default_factory=list)

    def get(self, raw: bytes) -> Head:
        """Take in one mail."""
        head = read_head(raw)
        named = b" ".join(
            head.get(k) or b"" for k in (b"message-id", b"references", b"in-reply-to")
        )
        ids = set(MESSAGE_ID.findall(named))
        joined = [group for group in self.groups if group & ids]
        self.groups = [group for group in self.groups if not group & ids]
        self.groups.append(ids.union(*joined))
        self.heads.append(head)
        return head


def answer_to(head: Head, host: str, sender: str, to: bytes, cc: bytes = b"") -> bytes:
    """An answer as a client writes it."""
    own = f"<m{next(_COUNTER)}@{host}>".encode()
    parent = head.get(b"message-id") or b""
    chain = (head.get(b"references") or b"") + b" " + parent
    copied = b"Cc: " + cc + b"\r\n" if cc else b""
    return (
        b"From: " + sender.encode() + b"\r\nTo: " + to + b"\r\n" + copied + b"Message-ID: " + own
        + b"\r\nIn-Reply-To: " + parent + b"\r\nReferences: " + chain.strip()
        + b"\r\nSubject: Re: Hello\r\n\r\ntext\r\n"
    )  # fmt: skip
