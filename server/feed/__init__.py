"""Everybody who stays: one snapshot, framed once, brought to every viewer that is ready."""
