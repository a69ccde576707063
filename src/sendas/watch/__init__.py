"""What became of each mail, told on the owner's machine: history, cache, trace, suppression."""
