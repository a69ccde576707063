"""What an operator must be allowed to do, as IAM policies."""
