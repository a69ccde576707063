"""What an operator must be allowed to do: every room's rights, as IAM policies."""
