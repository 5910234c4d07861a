"""Figures: what they show as data (``data``, ``forest``, ``flow``, of single patients ``waterfall``, ``spider``,
``swimmer``, ``patient_timeline``, ``courses``), then how they are drawn (``draw_*``, ``render``).

matplotlib is imported by the ``draw_*`` and ``render`` modules alone, and only when something is drawn.
"""
