"""What can send as a mailbox: issued, proved by login, stored, handed over."""
