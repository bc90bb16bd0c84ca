"""The one port, before anything is known of a caller: who may connect, how often, and over what."""
