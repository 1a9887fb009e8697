"""Amorphous models from scattering data: the parts of which refinement is made.

``model`` holds atoms and reads and writes them; ``scattering`` turns them into partials, F(Q) and G(r) and holds data
sets against them; ``potential`` gives energies and forces of atomic cluster expansions. The Monte Carlo engine that
joins them, and its command line, are not here yet.
"""
