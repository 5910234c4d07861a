"""What is reported of an ablation.

After Ahmed M, Solbiati L, Brace CL, et al. Image-guided tumor ablation: standardization of terminology and reporting
criteria, a 10-year update. Radiology 2014;273:241-260. The selection and the words are ours.
"""

from __future__ import annotations

from glisson.clinical.standards.fields import SIZE, StandardField

TITLE = "Ablation"
FAMILIES = ("ablation",)

_NAMED = ("ablation_mwa", "ablation_rfa", "ablation_cryo", "ablation_ire")
_THERMAL = ("ablation_mwa", "ablation_rfa")

FIELDS: tuple[StandardField, ...] = (
    StandardField(label="Modality", columns=("method",), values=_NAMED),
    StandardField(label="Device", columns=("device",)),
    StandardField(label="Power, W (microwave, radiofrequency)", columns=("power_w",), methods=_THERMAL),
    StandardField(label="Time, min", columns=("ablation_min",), methods=(*_THERMAL, "ablation_cryo")),
    StandardField(label="Applicators", columns=("applicators",)),
    StandardField(label="Applications in the session", columns=("n_ablations",)),
    StandardField(label="Guidance", columns=("guidance",)),
    StandardField(label="Approach", columns=("approach",)),
    StandardField(label="Adjunct, e.g. hydrodissection", columns=("adjunct",)),
    StandardField(label="Size of the lesion, mm", columns=(SIZE,), table="session_lesion"),
    StandardField(label="Coverage of the lesion", columns=("coverage",), table="session_lesion"),
    StandardField(label="Smallest margin, mm", columns=("margin_mm",), table="session_lesion"),
    StandardField(label="Technical success", columns=("technical_success",)),
)
