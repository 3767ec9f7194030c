"""Stage 3, finish: each built page is read once, changed by a row of small steps, and written once."""
