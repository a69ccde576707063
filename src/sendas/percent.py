"""Percent-coding (RFC 3986, 2.1): the one way in to it, so that pure folders need no `urllib`."""

from urllib.parse import quote, unquote, unquote_to_bytes


__all__ = ["quote", "unquote", "unquote_to_bytes"]
