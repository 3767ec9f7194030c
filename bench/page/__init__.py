"""The page, measured: `python -m bench.page [ROUNDS]`, after `make build`, on a quiet machine. See bench/README.md."""
