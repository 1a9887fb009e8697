"""``entry`` is one analysed net, ``refinement_run`` how a model was made; ``keys``, ``rows`` keep them."""
