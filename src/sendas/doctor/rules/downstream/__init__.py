"""What the recipient's system said to a mail that had left SES."""
