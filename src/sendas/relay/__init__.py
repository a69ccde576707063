"""SMTP in with passwords of our own, SES API out: nothing is lost after 250.

Pure, values in and values out: `passwords`, `senders`, `guessing`, `limits`, `offers`, `queued`,
`content`, `schedule`, `pacing`, `verdict`, `notices`.  Around them two shells: `store`
(SQLite) and `listener` (asyncio).
"""
