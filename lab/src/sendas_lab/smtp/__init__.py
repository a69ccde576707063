"""SMTP in the lab: SES's submission and inbound hosts, other people's servers, delivery."""
