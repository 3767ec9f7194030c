"""What outlives a run: the directory, the database in it, and the right to write there."""
