"""CloudFormation that really makes, changes and deletes what a template says."""
