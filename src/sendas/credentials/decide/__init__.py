"""What a credential is, may do and needs.  Values in, values out."""
