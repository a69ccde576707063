"""Domain: the name behind the ``@``, read once, and the same for every verb and every file.

Domains are read as IDNA 2008 with the mapping of UTS 46, non-transitional, which is what
browsers and registries do: ``straße.de`` and ``strasse.de`` are two domains.

Sources: RFC 5890 to 5892; UTS 46, section 4 (processing; transitional is deprecated since
version 15.1); RFC 5321, 2.3.5 and 4.5.3.1.2; RFC 1035, 2.3.4.
"""

import re
import unicodedata

from typing import Self

from sendas.errors import UsageError


MAX_NAME, MAX_LABEL = 253, 63
"""Characters without the final dot, and in one label (RFC 1035, 2.3.4)."""

# RFC 5890, 2.3.1: letters, digits and hyphens, none at the ends; RFC 1035: 63 of them.
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_DOTS = re.compile("[.\u3002\uff0e\uff61]")
"""What UTS 46, 4.3 takes for a dot."""
_A_LABEL = "xn--"
_MAX_SHOWN = 60


class MalformedDomain(UsageError):
    """The text is no domain that mail can have.

    *problem* shows the text on one line; *remedy* says what to write instead.
    """

    def __init__(self, text: str) -> None:
        self.problem = f"{shown(text)} is not a domain name"
        self.remedy = _remedy(text)
        super().__init__(f"{self.problem}; {self.remedy}")


class Domain(str):
    """A domain that mail can have, in lower-case A-labels: what AWS and DNS are asked for.

    It is a `str`, so that it compares, sorts and is written as one; whatever is made of it
    (``"www." + domain``) is a mere `str` again.  `unicode` is for people.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Read what a person or a file wrote, in A-labels or U-labels; blanks around it go.

        Raises:
            MalformedDomain: It is none; the message says what to write instead.
        """
        if isinstance(text, cls):
            return text
        return cls.of_labels(_a_labels(text.strip().removesuffix("."), text), text)

    @classmethod
    def of_labels(cls, name: str, written: str | None = None) -> Self:
        """Read a name that a machine wrote in A-labels, which are believed.

        Raises:
            MalformedDomain: It is none, *written* being what the message shows.
        """
        name = name.lower().removesuffix(".")
        labels = name.split(".")
        # A top-level domain of digits only would be an IP address (RFC 3696, 2).
        good = len(labels) > 1 and len(name) <= MAX_NAME and not labels[-1].isdigit()
        if not good or not all(map(_LABEL.fullmatch, labels)):
            raise MalformedDomain(name if written is None else written)
        return super().__new__(cls, name)

    @property
    def unicode(self) -> str:
        """As people read it, in U-labels."""
        return ".".join(map(_u_label, self.split(".")))


def _a_labels(name: str, written: str) -> str:
    if name.isascii() and _A_LABEL not in name.lower():
        return name
    try:
        import idna  # noqa: PLC0415  large tables, for names beyond ASCII only
    except ImportError:  # the function in Lambda: what it reads was examined where it was written
        return ascii_domain(name)
    try:
        mapped = idna.uts46_remap(name, std3_rules=True, transitional=False)
        labels = mapped.removesuffix(".").split(".")
        return ".".join(one if _is_plain(one) else idna.alabel(one).decode() for one in labels)
    except UnicodeError:
        raise MalformedDomain(written) from None


def _is_plain(label: str) -> bool:
    return label.isascii() and not label.startswith(_A_LABEL)


def _u_label(label: str) -> str:
    if not label.startswith(_A_LABEL):
        return label
    try:
        import idna  # noqa: PLC0415  as above

        return idna.ulabel(label)
    except (ImportError, UnicodeError):  # a machine's, and believed
        return label


def shown(text: str) -> str:
    """What was written, on one line and not too long."""
    quoted = repr(text)
    return quoted if len(quoted) <= _MAX_SHOWN else f"{quoted[: _MAX_SHOWN - 1]}…"


def _remedy(text: str) -> str:
    if "@" in text:
        return f"write only what stands behind the @: {shown(text.rpartition('@')[2])}"
    if "/" in text:
        return "write the name alone, without https:// and path"
    if "_" in text:
        return "a domain with an underscore cannot have mail (RFC 5321, 2.3.5)"
    if "." not in text.strip():
        return "write the whole name, such as example.com"
    return "letters, digits and hyphens between dots, such as example.com"


def ascii_domain(domain: str) -> str:
    """A stranger's domain in lower-case A-labels, not examined; as it is if it has none.

    Of a name in U-labels these are the very A-labels (RFC 5891, 4.4); it takes no tables, which
    the function that forwards does not carry.
    """
    if domain.isascii():
        return domain.lower().rstrip(".")
    labels = _DOTS.split(unicodedata.normalize("NFKC", domain).lower().rstrip(".\u3002"))
    try:
        return ".".join(
            one if one.isascii() else f"xn--{one.encode('punycode').decode('ascii')}"
            for one in labels
        )
    except UnicodeError:
        return domain.lower()
