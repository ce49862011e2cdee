"""Abbreviations of time zones that have one meaning in publishers' dates: one row each, minutes east of UTC.

Absent on purpose, because they have several: IST (India, Israel, Ireland), BST (Britain, Bangladesh), AST (Halifax,
Riyadh), GST, SST, and the military letters, which RFC 822 printed with the wrong signs.  EST, CST, MST and PST are
the American zones by RFC 822, 5.1.
"""

from __future__ import annotations

ZONES = {
    "z": 0,
    "ut": 0,
    "utc": 0,
    "gmt": 0,
    # America
    "est": -300,
    "edt": -240,
    "cst": -360,
    "cdt": -300,
    "mst": -420,
    "mdt": -360,
    "pst": -480,
    "pdt": -420,
    "akst": -540,
    "akdt": -480,
    "hst": -600,
    "nst": -210,
    "ndt": -150,
    "brt": -180,
    "brst": -120,
    "art": -180,
    "clt": -240,
    "pet": -300,
    # Europe
    "wet": 0,
    "west": 60,
    "cet": 60,
    "cest": 120,
    "mez": 60,
    "mesz": 120,
    "eet": 120,
    "eest": 180,
    "msk": 180,
    "msd": 240,
    "trt": 180,
    # Africa
    "wat": 60,
    "cat": 120,
    "sast": 120,
    "eat": 180,
    # Asia
    "pkt": 300,
    "npt": 345,
    "ict": 420,
    "wib": 420,
    "wita": 480,
    "hkt": 480,
    "sgt": 480,
    "myt": 480,
    "pht": 480,
    "wit": 540,
    "jst": 540,
    "kst": 540,
    # Oceania
    "awst": 480,
    "acst": 570,
    "acdt": 630,
    "aest": 600,
    "aedt": 660,
    "nzst": 720,
    "nzdt": 780,
}
"""Lower-case abbreviation → minutes east of UTC."""
