"""What IAM says and decides: access keys, and whether policies allow a request."""
