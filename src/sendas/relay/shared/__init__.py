"""The queue that several relays share: S3 holds the mails and what is known of them, SQS reminds.

::

    content/ID.MARK    a mail's bytes; written first, deleted once every task is done
    mail/ID            its record: tasks, their states, who has begun them; written over what
                       was read only (If-Match), so of two relays one wins
    password/DIGEST    the passwords of one mailbox
    relay/NAME         a sign of life of each relay, by S3's own clock
    retry              when the owner last asked for all to be tried

SQS holds a reminder of each mail until its record has ended.  It says nothing but an ID: what
is lost there is found again by listing ``content/``, and what comes twice is looked at twice.
"""
