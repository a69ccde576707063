"""What becomes of a received mail: pure.

`routes` (where to), `plan` (what to do, and why), `rewrite` (the bytes that go
out), `notices` (what the owner is told).  `sendas.inbound` is the shell.
"""
