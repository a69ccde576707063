"""Send and receive mail as your own domain, from Gmail, on your own AWS SES account.

This package is also a library.  Each room is named after what mail people
already call it; start at ``docs/architecture.md``.
"""

__version__ = "0.1.0"
