"""The domain as code: from what the owner wants to what stands in AWS and in the DNS.

Pure: `records` and what is named after it, the template, the plan.  The shells
around them ask AWS and the DNS, and carry out what was planned.
"""
