"""Amorphous models from scattering data: the parts of which refinement is made.

``model`` holds atoms and reads and writes them; ``scattering`` turns them into partials, F(Q) and G(r) and holds data
sets against them; ``potential`` gives energies and forces; ``monte_carlo`` moves the atoms of a model by what data and
energies say.
"""
