"""Domains and addresses as people write them: what each becomes, and what is none."""

# ruff: noqa: RUF001  that is the point of them

DOMAINS = [
    ("example.com", "example.com", "example.com"),
    ("Example.COM.", "example.com", "example.com"),
    (" example.com\n", "example.com", "example.com"),
    ("a.b.c.example.co.uk", "a.b.c.example.co.uk", "a.b.c.example.co.uk"),
    ("r3---sn-x.example.com", "r3---sn-x.example.com", "r3---sn-x.example.com"),
    # IDNA 2008 and non-transitional UTS 46: ß and final sigma are letters of their own.
    ("straße.de", "xn--strae-oqa.de", "straße.de"),
    ("faß.de", "xn--fa-hia.de", "faß.de"),
    ("βόλος.com", "xn--nxasmm1c.com", "βόλος.com"),
    ("strasse.de", "strasse.de", "strasse.de"),
    ("XN--STRAE-OQA.de", "xn--strae-oqa.de", "straße.de"),
    ("München.example", "xn--mnchen-3ya.example", "münchen.example"),
    ("www.xn--mnchen-3ya.example", "www.xn--mnchen-3ya.example", "www.münchen.example"),
    ("日本語。ｊｐ", "xn--wgv71a119e.jp", "日本語.jp"),
    # A zero-width space comes along with a copied name, and is nothing (UTS 46: ignored).
    ("\u200bexample.com", "example.com", "example.com"),
    # A joiner where its script needs one (RFC 5892, A.1; UTS 46's own example).
    ("نامه\u200cای.com", "xn--mgba3gch31f060k.com", "نامه\u200cای.com"),
]  # fmt: skip
"""What is written, its A-labels, its U-labels."""

NO_DOMAINS = [
    "", " ", ".", "com", "münchen", "example..com", ".example.com", "straße..de", "-a.example",
    "a-.example", "192.0.2.1", "１９２.0.2.1", "me@example.com", "https://example.com",
    "example.com/path", "exa mple.com", "*.a.example", f"{'a' * 64}.com", f"{'ü' * 63}.com",
    ".".join(["a" * 49] * 6), "_dmarc.example.com", "a_b.example", "\x1b[2J.example",
    "example.com\x00", "example.com\u2028x", "☃.example", "☃.\ud800", "a\u200db.com", "xn--a.de",
    "xn--.de", "xn--strae-oqa", "ab--ü.de", "example.com,example.org", "[192.0.2.1]", "localhost",
    "\u202eexample.com",
]  # fmt: skip

ADDRESSES = [
    ("me@example.com", "me@example.com"),
    (" me@EXAMPLE.com\n", "me@example.com"),
    ("Me.Too+x@Example.com", "Me.Too+x@example.com"),
    ("me@straße.de", "me@xn--strae-oqa.de"),
    ("me@bücher.example", "me@xn--bcher-kva.example"),
    ("o'neil/x=y@example.com", "o'neil/x=y@example.com"),
    (f"{'a' * 64}@example.com", f"{'a' * 64}@example.com"),
]
"""What is written, and the address."""

NO_ADDRESSES = [
    "", "me", "@", "@example.com", "me@", "me@com", "a..b@example.com", ".a@example.com",
    "a.@example.com", "a b@example.com", "me @example.com", "me@ example.com", "ü@example.com",
    '"a b"@example.com', "me@[192.0.2.1]", "me@192.0.2.1", "me@@example.com", "a@b@example.com",
    "Jane <me@example.com>", "<me@example.com>", "me@example.com, you@example.com",
    f"{'a' * 65}@example.com", f"{'a' * 64}@{'.'.join(['b' * 62] * 3)}.example",
    "me@example..com", "me@a_b.example", "me@☃.example", "me\r\nBcc: x@example.net",
    "me@example.com\r\nBcc: x@example.net", "me\x00@example.com", "me\u2028@example.com",
    "mailto:me@example.com",
]  # fmt: skip
