"""References that the methods text can cite, and the words in an estimator's name that call for them."""

from __future__ import annotations

#: (short name, words in the name of a method or rule that cite it, citation).
REFERENCES: tuple[tuple[str, tuple[str, ...], str], ...] = (
    (
        "kaplan-meier",
        ("kaplan-meier",),
        "Kaplan EL, Meier P. Nonparametric estimation from incomplete observations. J Am Stat Assoc 1958;53:457-481.",
    ),
    (
        "brookmeyer-crowley",
        ("brookmeyer",),
        "Brookmeyer R, Crowley J. A confidence interval for the median survival time. Biometrics 1982;38:29-41.",
    ),
    (
        "aalen-johansen",
        ("aalen-johansen", "aalen–johansen"),
        "Aalen OO, Johansen S. An empirical transition matrix for non-homogeneous Markov chains based on censored "
        "observations. Scand J Stat 1978;5:141-150.",
    ),
    (
        "reverse",
        ("reverse kaplan-meier",),
        "Schemper M, Smith TL. A note on quantifying follow-up in studies of failure time. Control Clin Trials "
        "1996;17:343-346.",
    ),
    (
        "rmst",
        ("restricted mean", "rmst"),
        "Royston P, Parmar MKB. Restricted mean survival time: an alternative to the hazard ratio for the design and "
        "analysis of randomized trials with a time-to-event outcome. BMC Med Res Methodol 2013;13:152.",
    ),
    (
        "logrank",
        ("log-rank", "logrank"),
        "Mantel N. Evaluation of survival data and two new rank order statistics arising in its consideration. Cancer "
        "Chemother Rep 1966;50:163-170.",
    ),
    (
        "gray",
        ("gray",),
        "Gray RJ. A class of K-sample tests for comparing the cumulative incidence of a competing risk. Ann Stat "
        "1988;16:1141-1154.",
    ),
    (
        "clopper-pearson",
        ("clopper-pearson", "clopper–pearson", "exact interval"),
        "Clopper CJ, Pearson ES. The use of confidence or fiducial limits illustrated in the case of the binomial. "
        "Biometrika 1934;26:404-413.",
    ),
    (
        "zero",
        ("upper bound", "one-sided exact"),
        "Hanley JA, Lippman-Hand A. If nothing goes wrong, is everything all right? Interpreting zero numerators. JAMA "
        "1983;249:1743-1745.",
    ),
    (
        "smd",
        ("standardised difference",),
        "Austin PC. Balance diagnostics for comparing the distribution of baseline covariates between treatment groups "
        "in propensity-score matched samples. Stat Med 2009;28:3083-3107.",
    ),
    (
        "recist",
        ("recist 1.1", "recist11"),
        "Eisenhauer EA, Therasse P, Bogaerts J, et al. New response evaluation criteria in solid tumours: revised "
        "RECIST guideline (version 1.1). Eur J Cancer 2009;45:228-247.",
    ),
    (
        "endpoints",
        ("time origin", "first liver-directed"),
        "Puijk RS, Ahmed M, Adam A, et al. Consensus guidelines for the definition of time-to-event end points in "
        "image-guided tumor ablation. Radiology 2021;301:533-540.",
    ),
    (
        "kmunicate",
        ("numbers at risk",),
        "Morris TP, Jarvis CI, Cragg W, et al. Proposals on Kaplan-Meier plots in medical research and a survey of "
        "stakeholder views: KMunicate. BMJ Open 2019;9:e030215.",
    ),
    (
        "strobe",
        ("strobe",),
        "von Elm E, Altman DG, Egger M, et al. The Strengthening the Reporting of Observational Studies in "
        "Epidemiology (STROBE) statement. Lancet 2007;370:1453-1457.",
    ),
)


def cited(text: str) -> tuple[str, ...]:
    """Return the citations that a text calls for, in the order in which they are listed.

    Examples
    --------
    >>> len(cited("Kaplan-Meier estimates with Brookmeyer-Crowley limits"))
    2
    """
    low = text.lower()
    return tuple(citation for _, words, citation in REFERENCES if any(w in low for w in words))
