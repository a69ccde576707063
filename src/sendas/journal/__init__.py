"""Tasks for a message and what is remembered of each, so that it is done once (pure).

What the tasks are is for those who decide on them: forwarding, replying, submitting.
"""
