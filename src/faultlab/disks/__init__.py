"""A disk and a database in memory that know what a crash leaves of them."""
