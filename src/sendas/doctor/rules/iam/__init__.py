"""Whether the policies let the key's user send; asked only after login."""
