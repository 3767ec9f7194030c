"""The bundle that a page needs to run Python."""
