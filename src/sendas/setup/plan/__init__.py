"""What would be done, and why, before anything is: `look` sees, `changes` decides."""
