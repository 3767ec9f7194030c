"""What all tests share: no test of properties waits on a wall clock, and each tries the same examples in every run."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "calm", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("calm")
