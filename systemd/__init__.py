"""The commented settings file and the unit, shipped as plain files."""
