"""What is the matter with the credentials that can send as the domain."""
