"""sendas in the lab: scenes, faults by name, the two stories, the failure table."""
