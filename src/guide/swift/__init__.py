"""The Swift beside the snippets: parsed, its symbols looked up, and shown in tabs."""
