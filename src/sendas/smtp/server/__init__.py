"""The server's side of SMTP without I/O: bytes in, events out; replies in, bytes out.

`machine` is what a shell uses: threads in the lab, asyncio in the relay.
"""
