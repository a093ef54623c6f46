"""Tables of facts about the outside world, with their sources."""
