"""Reference values of the sampler. Run once, with NumPyro: ``python -m tests.validation.bayes_nuts``."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

from glisson.methods.bayes_nuts import Sampled, sample_piecewise, sample_proportions
from tests.validation.bayes_cases import SURVIVAL, endpoint, responses

CHAINS, DRAWS, SEED = 4, 10_000, 20200101


def main() -> None:
    cases = {
        name: _summary(sample_piecewise(endpoint(), cuts=cuts, covariates=x, chains=CHAINS, draws=DRAWS, seed=SEED))
        for name, cuts, x in SURVIVAL
    }
    cases["binomial"] = _summary(sample_proportions(responses(), "yes", chains=CHAINS, draws=DRAWS, seed=SEED))
    producer = {name: version(name) for name in ("numpyro", "jax", "numpy")}
    data = {"producer": producer, "chains": CHAINS, "draws": DRAWS, "seed": SEED, "cases": cases}
    Path(__file__).with_suffix(".json").write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def _summary(s: Sampled) -> dict[str, object]:
    return {
        "names": s.names, "mean": s.mean.tolist(), "sd": s.sd.tolist(), "error": s.error.tolist(),
        "effective": s.effective.tolist(), "r_hat": s.r_hat.tolist(), "divergent": s.divergent,
    }  # fmt: skip


if __name__ == "__main__":
    main()
