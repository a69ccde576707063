"""What can be wrong with a relay of one's own, as Gmail meets it."""
