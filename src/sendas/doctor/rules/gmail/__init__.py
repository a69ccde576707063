"""What Gmail holds under "Send mail as", as far as its bounces tell."""
