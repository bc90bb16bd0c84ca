"""What the owner chose: every setting there is, where it is read, and what is wrong with it."""
