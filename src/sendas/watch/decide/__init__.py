"""What a daily look saw and what changed, what a list says, which alarm can ring.  Values only."""
