"""SMTP towards SES: its passwords, its replies, and a dialogue that stops before sending."""
