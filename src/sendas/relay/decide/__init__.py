"""What the relay takes, offers, sends next and gives up.  Values in, values out."""
