"""The outside world on loopback: AWS with SES, DNS, Gmail, other people's mail servers."""

__version__ = "0.1.0"
