"""What is reported of a chemoembolization.

After Gaba RC, Lewandowski RJ, Hickey R, et al. Transcatheter therapy for hepatic malignancy: standardization of
terminology and reporting criteria. J Vasc Interv Radiol 2016;27:457-473. The selection and the words are ours.
"""

from __future__ import annotations

from glisson.clinical.standards.fields import StandardField

TITLE = "Chemoembolization and bland embolization"
FAMILIES = ("deb_tace", "ctace", "tae")

_DRUG = ("deb_tace", "ctace")
_BEADS = ("deb_tace", "tae")

FIELDS: tuple[StandardField, ...] = (
    StandardField(label="Type: drug-eluting, conventional or bland", columns=("method",)),
    StandardField(label="Drug", columns=("drug",), methods=_DRUG),
    StandardField(label="Dose of the drug, mg", columns=("drug_mg",), methods=_DRUG),
    StandardField(label="Bead or carrier", columns=("bead_name",), methods=_BEADS),
    StandardField(label="Bead size, µm", columns=("bead_min_um", "bead_max_um"), methods=_BEADS),
    StandardField(label="Vials", columns=("vials",), methods=("deb_tace",)),
    StandardField(label="Lipiodol, mL", columns=("lipiodol_ml",), methods=("ctace",)),
    StandardField(label="Territory", columns=("target_territory",)),
    StandardField(label="Selectivity of the catheter", columns=("selectivity",)),
    StandardField(label="Angiographic endpoint: stasis", columns=("stasis_endpoint",)),
    StandardField(label="Date, for the number of sessions and their interval", columns=("date",)),
    StandardField(label="Cone-beam CT", columns=("cone_beam_ct",)),
    StandardField(label="Antibiotics", columns=("antibiotics",)),
    StandardField(label="Technical success", columns=("technical_success",)),
)
