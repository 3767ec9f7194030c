"""A server of the feed, and everything that it and the wire can do wrong."""
