"""From what an account already holds to the `sendas.toml` that describes it."""
