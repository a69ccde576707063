"""The outside world on loopback: AWS with SES, DNS, Gmail, other people's mail servers."""
