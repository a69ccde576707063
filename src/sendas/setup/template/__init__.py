"""The CloudFormation document of one domain; pure."""
