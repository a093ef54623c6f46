"""Variables without which programs of the time look for a display, where there is none."""

from __future__ import annotations

HEADLESS = {
    "MPLBACKEND": "Agg",
    "QT_QPA_PLATFORM": "offscreen",
    "SDL_VIDEODRIVER": "dummy",
    "SDL_AUDIODRIVER": "dummy",
    "PYGLET_HEADLESS": "true",
    "PYVISTA_OFF_SCREEN": "true",
}
"""By the documentation of matplotlib, Qt, SDL, pyglet 2 and pyvista. Before matplotlib 3.1 the default is a window."""
