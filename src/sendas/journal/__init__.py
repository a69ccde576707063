"""What is remembered of a mail, so that each recipient gets it once: tasks, states (pure)."""
