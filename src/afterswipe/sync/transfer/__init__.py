"""From the server to the rows that say that something is here: HTTP, what an answer is worth, and the order of effects."""
