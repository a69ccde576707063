"""What SES holds of the domain: verification, signing, MAIL FROM."""
