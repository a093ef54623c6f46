"""The time machine: package indexes as they stood at an instant, served on loopback to any installer.

`asof` hides what is newer; `releases` chooses what a target would install of each version; `repair` mends metadata that
tools of today refuse; `sources` reads what source distributions say of themselves; `pages` renders. These are pure.
`kept` is the cache on disk, `metadata` fetches, `index` puts them together, and `server` answers.
"""
