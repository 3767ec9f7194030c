"""A claim's words, pages and data, and the rules that its file has to keep."""
