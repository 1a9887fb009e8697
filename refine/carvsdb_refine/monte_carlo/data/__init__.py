"""What data sets say of a move.

``scattering_state`` keeps pair counts, curves and chi²; ``pair_changes`` says how pair counts change, ``sine_sums`` how
curves follow, ``curves`` that they are linear in pair counts, ``fitting`` finds scale and offset.
"""
