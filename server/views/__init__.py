"""The other ways to show a snapshot: a line, an image, a badge... Values in, bytes out.

Whatever comes from outside, an item or a visitor's address, is hostile here too: each view escapes
for its own format, and falls back where it does not understand.
"""
