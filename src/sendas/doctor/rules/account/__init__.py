"""Whether the SES account may send: enforcement, pauses, quota, sandbox."""
