"""One diagnosis, three readers: a person at a terminal, a program, a person with a browser."""
