"""What anybody may ask for on the one port, but for the feed itself."""
