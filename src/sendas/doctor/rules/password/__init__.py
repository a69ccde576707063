"""What the stored SMTP password and user name are, and which mistake made them wrong."""
