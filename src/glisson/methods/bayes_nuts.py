"""The partial pooling models by NumPyro's sampler: slower, for checking the fast fits and where they do not suffice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glisson.errors import InputError
from glisson.methods.partial_pooling import PROPORTION_PRIOR, RATE_PRIOR, Grouped, Prior, grouped_proportions
from glisson.methods.piecewise_pooling import CUTS, Cells, cells
from glisson.tables import CountTable, Endpoint, RiskTable

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sampled:
    """Draws of a sampler with their diagnostics.

    Parameters
    ----------
    names
        Q names of the quantities, e.g. ``effect[0]``, ``tau``.
    draws
        Shape (chains, B, Q).
    mean, sd, error
        Shape (Q,): posterior mean and standard deviation, and Monte Carlo standard error of the mean.
    effective, r_hat
        Shape (Q,): effective number of draws and split R-hat; near 1 if chains agree.
    divergent
        Transitions that diverged; any makes the result doubtful.
    """

    names: tuple[str, ...]
    draws: Floats
    mean: Floats
    sd: Floats
    error: Floats
    effective: Floats
    r_hat: Floats
    divergent: int


def sample_piecewise(
    data: RiskTable | Endpoint,
    by: str | Sequence[str] = "method",
    *,
    cuts: Sequence[int] = CUTS,
    covariates: Mapping[str, ArrayLike] | None = None,
    prior: Prior = RATE_PRIOR,
    chains: int = 4,
    draws: int = 1000,
    seed: int = 20200101,
) -> Sampled:
    """Draw from the model of ``pooled_piecewise``, which is that of ``pooled_rates`` where there are no cut-points.

    Parameters
    ----------
    data, by, cuts, covariates, prior
        As for ``pooled_piecewise``.
    chains, draws, seed
        Chains, draws of each after as many to warm up, and seed.

    Returns
    -------
    Sampled
        ``base`` of each interval (log hazard per year), ``effect`` of each group (log hazard ratio to the common
        hazard), ``slope`` of each covariate, ``tau``.

    Raises
    ------
    InputError
        If NumPyro is not installed.

    Notes
    -----
    Hoffman MD, Gelman A. J Mach Learn Res 2014;15:1593-1623 (the sampler).

    Examples
    --------
    >>> from glisson.methods.bayes_nuts import installed
    >>> installed() in (True, False)
    True
    """
    found = cells(data, by, cuts, covariates)
    model = _piecewise_model(found, prior)
    return _sample(model, chains=chains, draws=draws, seed=seed)


def sample_proportions(
    table: CountTable,
    category: str | Sequence[str],
    by: str | Sequence[str] = "method",
    *,
    prior: Prior = PROPORTION_PRIOR,
    chains: int = 4,
    draws: int = 1000,
    seed: int = 20200101,
) -> Sampled:
    """Draw from the model of ``pooled_proportions``.

    Parameters
    ----------
    table, category, by, prior
        As for ``pooled_proportions``.
    chains, draws, seed
        As for ``sample_piecewise``.

    Returns
    -------
    Sampled
        ``base`` (common logit), ``effect`` of each group (difference from it), ``tau``.

    Raises
    ------
    InputError
        If NumPyro is not installed.

    Examples
    --------
    >>> from glisson.methods.bayes_nuts import installed
    >>> installed() in (True, False)
    True
    """
    return _sample(_binomial_model(grouped_proportions(table, category, by), prior), chains=chains, draws=draws,
                   seed=seed)  # fmt: skip


def installed() -> bool:
    """Whether NumPyro can be imported.

    Examples
    --------
    >>> isinstance(installed(), bool)
    True
    """
    try:
        import_module("numpyro")
    except ImportError:
        return False
    return True


def _numpyro() -> ModuleType:
    if not installed():
        raise InputError(
            "sampling needs NumPyro, which is not installed",
            todo="pip install 'glisson[bayes]', or use pooled_piecewise and pooled_proportions, which need nothing",
        )
    return import_module("numpyro")


def _piecewise_model(found: Cells, prior: Prior) -> Callable[[], None]:
    """Return the model over cells with time at risk."""
    pyro, d = _numpyro(), import_module("numpyro.distributions")
    jnp: Any = import_module("jax.numpy")
    kept = found.years > 0
    events, years = found.events[kept], found.years[kept]
    group, interval, x = found.group[kept], found.interval[kept], found.covariates[kept]
    j, k, p = len(found.groups), len(found.starts), x.shape[1]

    def model() -> None:
        base = pyro.sample("base", d.Normal(prior.centre, prior.spread).expand([k]).to_event(1))
        tau = pyro.sample("tau", d.HalfNormal(prior.scale))
        raw = pyro.sample("raw", d.Normal(0.0, 1.0).expand([j]).to_event(1))
        effect = pyro.deterministic("effect", tau * raw)
        eta = base[interval] + effect[group]
        if p:
            slope = pyro.sample("slope", d.Normal(0.0, 1.0).expand([p]).to_event(1))
            eta = eta + jnp.asarray(x) @ slope
        pyro.sample("events", d.Poisson(years * jnp.exp(eta)).to_event(1), obs=jnp.asarray(events))

    return model


def _binomial_model(found: Grouped, prior: Prior) -> Callable[[], None]:
    pyro, d = _numpyro(), import_module("numpyro.distributions")
    jnp: Any = import_module("jax.numpy")
    size, events, j = found.size.astype(np.int64), found.events, len(found.groups)

    def model() -> None:
        base = pyro.sample("base", d.Normal(prior.centre, prior.spread).expand([1]).to_event(1))
        tau = pyro.sample("tau", d.HalfNormal(prior.scale))
        raw = pyro.sample("raw", d.Normal(0.0, 1.0).expand([j]).to_event(1))
        effect = pyro.deterministic("effect", tau * raw)
        pyro.sample(
            "events", d.Binomial(total_count=size, logits=base[0] + effect).to_event(1), obs=jnp.asarray(events)
        )

    return model


def _sample(model: Callable[[], None], *, chains: int, draws: int, seed: int) -> Sampled:
    """Run the sampler in double precision, one chain after the other, and summarise."""
    pyro, jax = _numpyro(), import_module("jax")
    infer, diagnostics = import_module("numpyro.infer"), import_module("numpyro.diagnostics")
    pyro.enable_x64()
    kernel = infer.NUTS(model, target_accept_prob=0.99)
    run = infer.MCMC(
        kernel, num_warmup=draws, num_samples=draws, num_chains=chains, chain_method="sequential", progress_bar=False
    )
    run.run(jax.random.PRNGKey(seed))
    sampled = run.get_samples(group_by_chain=True)
    names: list[str] = []
    columns: list[Floats] = []
    for name in ("base", "effect", "slope", "tau"):
        if name not in sampled:
            continue
        values = np.asarray(sampled[name], dtype=np.float64)
        values = values[..., None] if values.ndim == 2 else values
        names += [name] if name == "tau" else [f"{name}[{i}]" for i in range(values.shape[-1])]
        columns.append(values)
    every = np.concatenate(columns, axis=-1)
    flat = every.reshape(-1, every.shape[-1])
    effective = np.asarray(diagnostics.effective_sample_size(every), dtype=np.float64)
    return Sampled(
        names=tuple(names), draws=every, mean=flat.mean(axis=0), sd=flat.std(axis=0, ddof=1),
        error=flat.std(axis=0, ddof=1) / np.sqrt(effective), effective=effective,
        r_hat=np.asarray(diagnostics.split_gelman_rubin(every), dtype=np.float64),
        divergent=int(np.sum(run.get_extra_fields()["diverging"])),
    )  # fmt: skip
