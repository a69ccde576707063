"""SMTP in with passwords of our own, SES API out: nothing is lost after 250.

`decide` is pure, values in and values out.  Around it stand the queue (`on_disk`: SQLite,
`shared`: S3 and SQS) and the asyncio shell (`service`, `session`).
"""
