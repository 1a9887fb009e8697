"""The explorer: a catalogue, or a net, as one HTML file that needs no server and asks for nothing.

``points`` chooses the map, ``columns`` what points are coloured and filtered by, ``nearest`` finds their neighbours,
``about`` tells what is known of each, ``scenes`` draws its net. ``packing`` makes blocks of that, ``html`` the page
around them, ``map_file`` writes it. ``page/`` holds the sources of the page's script, ``built/`` what its `build.mjs`
makes of them.
"""

from carvsdb.explorer.map_file import ExplorerOptions, ExplorerReport, write_explorer

__all__ = ["ExplorerOptions", "ExplorerReport", "write_explorer"]
