"""The ways to send as one's own domain, ranked for one owner; pure."""
