"""Active learning: a potential that is made while it refines.

Each iteration fits a potential to all labels so far, refines with it as an ordinary run that watches the extrapolation
grade of every atom, and labels the structures in which it was too high. The loop ends when a whole run stays below.

Floors, each importing only from below: ``loop`` / ``lineage`` / ``iteration`` / ``to_label`` /
``candidates | fitting | initial | cutting | before_labels | loop_labels`` / ``run_config | config_file | record``.

References
----------
.. [1] Podryabinkin & Shapeev, Comput. Mater. Sci. 140, 171 (2017), doi:10.1016/j.commatsci.2017.08.031
.. [2] Lysogorskiy et al., Phys. Rev. Mater. 7, 043801 (2023), doi:10.1103/PhysRevMaterials.7.043801
"""

from carvsdb_refine.active_learning.config_file import LearnFile, read_learn_config
from carvsdb_refine.active_learning.loop import learn

__all__ = ["LearnFile", "learn", "read_learn_config"]
