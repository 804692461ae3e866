from hypothesis import settings

# The first call of a kernel compiles it, so no deadline; the same examples every time, so that a failure stays.
settings.register_profile("suite", deadline=None, derandomize=True, database=None)
settings.load_profile("suite")
