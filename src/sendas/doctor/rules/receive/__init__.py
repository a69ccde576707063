"""Whether SES takes and stores the mail that comes in."""
