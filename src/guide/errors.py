"""The error of the site's build."""


class BuildError(Exception):
    """The site cannot be built; the message names the file and says what to do."""
