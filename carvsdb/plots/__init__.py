"""Figures from arrays.

``map`` draws an embedding; ``labels`` finds room for the names of its points. Nothing is imported here:
matplotlib comes with the module that draws.
"""
