"""The image that a link's preview shows."""
