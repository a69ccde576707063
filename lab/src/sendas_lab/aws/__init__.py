"""AWS's API on loopback: our own SES in front, moto behind."""
