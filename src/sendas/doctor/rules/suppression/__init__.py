"""Whether SES itself withholds mail from the recipient."""
