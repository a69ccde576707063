"""Which confirmation is the owner's, and what the runbook says.  Values in, values out."""
