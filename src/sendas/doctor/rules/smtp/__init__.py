"""How far an SMTP login comes, and why no further."""
