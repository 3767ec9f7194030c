"""Every crash at every point, what must hold then, and the bugs that have to be found."""
