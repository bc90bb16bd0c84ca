"""Makes tonearm a service of the machine: unit, sample of all settings, installation.

It runs before anything is installed, from a bare checkout: nothing but the standard library, and
every import relative.
"""
