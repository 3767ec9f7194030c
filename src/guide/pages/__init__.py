"""Stage 1, generate: what the model and the data become as Markdown."""
