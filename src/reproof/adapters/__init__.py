"""The only code that talks to the outside: engine, git, pip's configuration, indexes, registries, apt."""
