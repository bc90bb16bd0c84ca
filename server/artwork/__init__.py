"""From the address of a cover to its colours and its small pictures."""
