"""What servers say and what it means, as data: each row with its source and certainty."""
