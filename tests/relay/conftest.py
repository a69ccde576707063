"""The fixtures of a running relay."""

from relay_world import certificates, relay, ses, settings, start, trusting


__all__ = ["certificates", "relay", "ses", "settings", "start", "trusting"]
