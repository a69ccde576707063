"""The stack of a domain: names, what stands, its routes object."""
