"""What becomes of the owner's answer to an alias, and how the aliases are made: pure.

A forwarded mail's Reply-To is an address of ours that stands for its author.
What the owner sends to it comes in through SES and goes out as the mailbox.
"""
