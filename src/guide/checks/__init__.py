"""What is wrong in pages, claims and links, each with what to do."""
