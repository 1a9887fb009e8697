"""The explorer: a catalogue, or a net, as one HTML file that needs no server and asks for nothing.

``points`` chooses the map, ``columns`` what points are coloured and filtered by, ``nearest`` finds their neighbours,
``about`` tells what is known of each, ``scenes`` draws its net. ``packing`` makes blocks of that, ``html`` the page
around them, ``map_file`` writes it, ``same_page`` compares two. ``net_page`` makes the page of a single net,
``chemiscope`` what that one reads. ``page/`` holds the sources of the page's script, ``built/`` what its `build.mjs`
makes of them.
"""

from carvsdb.explorer.chemiscope import write_chemiscope
from carvsdb.explorer.map_file import ExplorerOptions, ExplorerReport, write_explorer
from carvsdb.explorer.net_page import net_page
from carvsdb.explorer.same_page import same_page

__all__ = ["ExplorerOptions", "ExplorerReport", "net_page", "same_page", "write_chemiscope", "write_explorer"]
