"""SES as the lab plays it: state, decisions and deliveries; no HTTP, no SMTP."""
