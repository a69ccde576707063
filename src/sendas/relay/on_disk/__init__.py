"""The queue and the passwords in one folder: SQLite, and files for large mails."""
