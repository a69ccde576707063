"""What mail is: addresses, messages as bytes, delivery status notifications.

Pure and tolerant: these read mail that others wrote, broken mail above all,
and never raise on it.  Standard library only.
"""
