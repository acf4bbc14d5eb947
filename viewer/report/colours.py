"""Colour maps of reports; viewer/web/scripts/colours.py writes them.

Scientific colour maps 8 by Fabio Crameri, doi 10.5281/zenodo.1243862, MIT licence,
Copyright (c) 2023 Fabio Crameri.
"""

COLOUR_MAPS = {
    "vik": (
        "001261011865021f6902256d022b71023175023779033e7d034481034a8505518907578d"
        "0c5e921366971c6d9c2575a1337fa83f87ad4b90b35798b964a0be71a8c47db0c98ab8ce"
        "97c0d4a3c7d9b0cfdebdd6e3c9dde7d5e3e9e0e6e9e8e7e5eee3dceeddd3edd5c8eacebd"
        "e7c6b2e4bea8e0b69dddae93daa688d69f7ed39774d0906bcd8961ca8258c77b4fc47445"
        "c06b3abd6431b85c28b3531fad4a16a5400f9c3709942f068b27068321067c1b06741506"
        "6d1007670a07600408590008"
    ),
}
