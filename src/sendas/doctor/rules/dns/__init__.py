"""What the DNS says about the domain, question by question (RULES section 1)."""
