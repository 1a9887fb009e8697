"""Trajectories: frames read one after another, and their nets described with what did not change kept.

``frame_slice`` says which frames, ``blocks`` cuts a text file into frames without reading it whole, ``frames`` makes
structures or nets of them, ``thermo`` reads temperatures and times beside them, ``describing`` describes their nets.
"""
