"""What SES says and means: identities, account state, receiving, suppression."""
