"""Proving by real mail that a domain's mail comes in and goes out, hop by hop."""
