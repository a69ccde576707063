"""Receiving: each mail goes on to the owner's mailbox, is kept, or is reported; none vanishes.

Pure: `routes` (where to), `plan` (what to do, and why), `rewrite` (the bytes
that go out), `letters` (what the owner is told).  The shell around them fetches,
sends and remembers.
"""
