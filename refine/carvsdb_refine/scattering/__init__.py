"""Total scattering of atomic models, and the measured curves it is compared with.

Floors, each importing only from below: ``without_data`` / ``calculation`` / ``data_file`` /
``data_set | totals | box_cut`` /
``functions | partials`` / ``pair_counts`` /
``distance_bins | sine_transform | goodness | lengths | form_factors | windows``. The way is: model ->
`pair_histogram` -> `partial_distributions` -> `neutron_f`, `xray_f` -> `DataSet.score`. What a refinement compares
with each data set is prepared by `Calculation`.
"""

from carvsdb_refine.scattering.box_cut import cut_beyond
from carvsdb_refine.scattering.calculation import Calculation, Composition, Scatterer
from carvsdb_refine.scattering.data_file import read_data
from carvsdb_refine.scattering.data_set import DataScore, DataSet
from carvsdb_refine.scattering.form_factors import form_factors
from carvsdb_refine.scattering.functions import Q_FUNCTIONS, Normalisation, unit_of
from carvsdb_refine.scattering.goodness import best_fit, best_scale, chi2, rw
from carvsdb_refine.scattering.lengths import complex_lengths, scattering_lengths
from carvsdb_refine.scattering.pair_counts import PairHistogram, pair_histogram, species_pairs
from carvsdb_refine.scattering.partials import Partials, partial_distributions, structure_factors
from carvsdb_refine.scattering.sine_transform import SineTransform
from carvsdb_refine.scattering.totals import neutron_f, neutron_g, neutron_level, xray_f
from carvsdb_refine.scattering.windows import window
from carvsdb_refine.scattering.without_data import calculate as calculate_curve
from carvsdb_refine.scattering.without_data import composition_of_partials, grids

__all__ = [
    "Q_FUNCTIONS",
    "Calculation",
    "Composition",
    "DataScore",
    "DataSet",
    "Normalisation",
    "PairHistogram",
    "Partials",
    "Scatterer",
    "SineTransform",
    "best_fit",
    "best_scale",
    "calculate_curve",
    "chi2",
    "complex_lengths",
    "composition_of_partials",
    "cut_beyond",
    "form_factors",
    "grids",
    "neutron_f",
    "neutron_g",
    "neutron_level",
    "pair_histogram",
    "partial_distributions",
    "read_data",
    "rw",
    "scattering_lengths",
    "species_pairs",
    "structure_factors",
    "unit_of",
    "window",
    "xray_f",
]
