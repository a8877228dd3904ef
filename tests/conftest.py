"""Settings of all tests: property tests repeat themselves exactly, and no machine is too slow for them."""

from hypothesis import settings

settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")
