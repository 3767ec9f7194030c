"""From the server to the rows that say what is here: HTTP, what an answer is worth, the order of effects."""
