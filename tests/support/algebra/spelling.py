"""How people misspell what they type or paste: each way, at each place where it fits."""

from collections.abc import Iterator


Spelled = tuple[str, str]
"""The mistake's detail, and the text as it was typed."""


def slips(text: str) -> Iterator[Spelled]:
    """One character dropped, doubled, swapped with the next or hit beside: at each place."""
    for at, letter in enumerate(text):
        yield f"dropped {at}", text[:at] + text[at + 1 :]
        yield f"doubled {at}", text[:at] + letter + text[at:]
        if at + 1 < len(text) and text[at + 1] != letter:
            yield f"swapped {at}", text[:at] + text[at + 1] + letter + text[at + 2 :]
        if beside := _BESIDE.get(letter.lower()):
            yield f"beside {at}", text[:at] + beside + text[at + 1 :]


def hosts(host: str) -> Iterator[Spelled]:
    """A host with another suffix, another Region, or a label too many or too few."""
    for old, new in (
        ("amazonses.com", "amazonaws.com"),
        ("amazonaws.com", "amazonses.com"),
        (".com", ".net"),
        (".com", ""),
        (".com", ".com.com"),
        ("us-east-1", "us-east-2"),
        ("us-east-1", "eu-west-1"),
        ("us-east-1", "us-east1"),
        ("us-east-1", "useast-1"),
        ("us-east-1", "us-east-1a"),
        ("us-east-1.", ""),
        ("feedback-smtp", "inbound-smtp"),
        ("inbound-smtp", "feedback-smtp"),
        ("inbound-smtp", "email-smtp"),
        ("inbound-smtp", "smtp"),
        (".dkim.", "."),
        (".dkim.", ".dkim.us-east-1."),
    ):
        if old in host:
            yield f"{old} as {new or 'nothing'}", host.replace(old, new, 1)


def texts(text: str) -> Iterator[Spelled]:
    """What panels, documents and e-mail do to a TXT value that is pasted."""
    yield "quoted", f'"\\"{text}\\""'
    yield "curly quotes", f"\u201c{text}\u201d"
    yield "blank in front", f" {text}"
    yield "blank behind", f"{text} "
    yield "no-break blank", text.replace(" ", "\u00a0", 1)
    yield "tab", text.replace(" ", "\t", 1)
    yield "two blanks", text.replace(" ", "  ", 1)
    yield "no blank", text.replace(" ", "", 1)
    yield "TXT in front", f"TXT {text}"
    yield "name in front", f"@ {text}"
    yield "semicolon behind", f"{text};"
    yield "commas", text.replace(" ", ", ")
    yield "upper case", text.upper()
    yield "twice in one", f"{text} {text}"
    yield "en dash", text.replace("-", "\u2013")
    yield "dot behind", f"{text}."


_ROWS = ("1234567890-", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_BESIDE = {
    letter: row[at + 1] for row in _ROWS for at, letter in enumerate(row) if at + 1 < len(row)
}
"""The key on the right, on most keyboards."""
