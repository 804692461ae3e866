collect_ignore = ["hostile"]  # plugins that would take pytest along; only child processes import them
