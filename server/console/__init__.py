"""The commands: what an owner types, sees and is told to mend."""
