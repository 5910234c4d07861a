"""References that only the pitfalls and the comparison with published treatments call for."""

from __future__ import annotations

#: Key, words that call for it, citation.
FURTHER: tuple[tuple[str, tuple[str, ...], str], ...] = (
    (
        "cutpoints",
        ("altman 1994",),
        'Altman DG, Lausen B, Sauerbrei W, Schumacher M. Dangers of using "optimal" cutpoints in the '
        "evaluation of prognostic factors. J Natl Cancer Inst 1994;86:829-835.",
    ),
    (
        "best-cut",
        ("lausen & schumacher",),
        "Lausen B, Schumacher M. Maximally selected rank statistics. Biometrics 1992;48:73-85.",
    ),
    (
        "predictive-check",
        ("box 1980",),
        "Box GEP. Sampling and Bayes' inference in scientific modelling and robustness. J R Stat Soc A "
        "1980;143:383-430.",
    ),
    (
        "robust-prior",
        ("schmidli 2014",),
        "Schmidli H, Gsteiger S, Roychoudhury S, et al. Robust meta-analytic-predictive priors in clinical "
        "trials with historical control information. Biometrics 2014;70:1023-1032.",
    ),
    (
        "imputation-rules",
        ("rubin 1987",),
        "Rubin DB. Multiple Imputation for Nonresponse in Surveys. New York: Wiley; 1987.",
    ),
    (
        "missing-data",
        ("carpenter & smuk",),
        "Carpenter JR, Smuk M. Missing data: a statistical framework for practice. Biom J 2021;63:915-947.",
    ),
    (
        "chained-equations",
        ("white 2011",),
        "White IR, Royston P, Wood AM. Multiple imputation using chained equations: issues and guidance for "
        "practice. Stat Med 2011;30:377-399.",
    ),
    (
        "imputing-survival",
        ("white & royston 2009",),
        "White IR, Royston P. Imputing missing covariate values for the Cox model. Stat Med 2009;28:1982-1998.",
    ),
    (
        "multiplicity",
        ("holm 1979",),
        "Holm S. A simple sequentially rejective multiple test procedure. Scand J Stat 1979;6:65-70.",
    ),
    (
        "subgroups",
        ("wang 2007",),
        "Wang R, Lagakos SW, Ware JH, et al. Statistics in medicine: reporting of subgroup analyses in "
        "clinical trials. N Engl J Med 2007;357:2189-2194.",
    ),
    (
        "fda-endpoints",
        ("fda 2018",),
        "Food and Drug Administration (FDA). Clinical trial endpoints for the approval of cancer drugs and "
        "biologics: guidance for industry. 2018.",
    ),
    (
        "overlap-weights",
        ("li & li",),
        "Li F, Li F. Propensity score weighting for causal inference with multiple treatments. Ann Appl Stat "
        "2019;13:2389-2415.",
    ),
    (
        "e-value",
        ("vanderweele & ding",),
        "VanderWeele TJ, Ding P. Sensitivity analysis in observational research: introducing the E-value. Ann "
        "Intern Med 2017;167:268-274.",
    ),
    (
        "proportional-hazards",
        ("grambsch & therneau",),
        "Grambsch PM, Therneau TM. Proportional hazards tests and diagnostics based on weighted residuals. "
        "Biometrika 1994;81:515-526.",
    ),
    (
        "restricted-mean-trials",
        ("royston & parmar 2013",),
        "Royston P, Parmar MKB. Restricted mean survival time: an alternative to the hazard ratio for the "
        "design and analysis of randomized trials with a time-to-event outcome. BMC Med Res Methodol "
        "2013;13:152.",
    ),
    (
        "scan-intervals",
        ("panageas 2007",),
        "Panageas KS, Ben-Porat L, Dickler MN, et al. When you look matters: the effect of assessment "
        "schedule on progression-free survival. J Natl Cancer Inst 2007;99:428-432.",
    ),
    (
        "historical-controls",
        ("pocock 1976",),
        "Pocock SJ. The combination of randomized and historical controls in clinical trials. J Chronic Dis "
        "1976;29:175-188.",
    ),
    (
        "indirect-comparison",
        ("signorovitch 2012",),
        "Signorovitch JE, Sikirica V, Erder MH, et al. Matching-adjusted indirect comparisons: a new tool for "
        "timely comparative effectiveness research. Value Health 2012;15:940-947.",
    ),
    (
        "left-truncation",
        ("tsai 1987",),
        "Tsai WY, Jewell NP, Wang MC. A note on the product-limit estimator under right censoring and left "
        "truncation. Biometrika 1987;74:883-886.",
    ),
    (
        "reconstruction",
        ("guyot 2012",),
        "Guyot P, Ades AE, Ouwens MJNM, Welton NJ. Enhanced secondary analysis of survival data: "
        "reconstructing the data from published Kaplan-Meier survival curves. BMC Med Res Methodol 2012;12:9.",
    ),
    (
        "outcome-reporting",
        ("dwan 2013",),
        "Dwan K, Gamble C, Williamson PR, Kirkham JJ. Systematic review of the empirical evidence of study "
        "publication bias and outcome reporting bias: an updated review. PLoS One 2013;8:e66844.",
    ),
    (
        "one-sample-test",
        ("breslow 1975",),
        "Breslow NE. Analysis of survival data under the proportional hazards model. Int Stat Rev 1975;43:45-57.",
    ),
    (
        "standard-population",
        ("finkelstein 2003",),
        "Finkelstein DM, Muzikansky A, Schoenfeld DA. Comparing survival of a sample to that of a standard "
        "population. J Natl Cancer Inst 2003;95:1434-1439.",
    ),
    (
        "censoring-weights",
        ("robins & finkelstein 2000",),
        "Robins JM, Finkelstein DM. Correcting for noncompliance and dependent censoring in an AIDS clinical trial "
        "with inverse probability of censoring weighted (IPCW) log-rank tests. Biometrics 2000;56:779-788.",
    ),
    (
        "pseudo-values",
        ("andersen 2004",),
        "Andersen PK, Hansen MG, Klein JP. Regression analysis of restricted mean survival time based on "
        "pseudo-observations. Lifetime Data Anal 2004;10:335-350.",
    ),
    (
        "pooled-proportions",
        ("stijnen 2010",),
        "Stijnen T, Hamza TH, Ozdemir P. Random effects meta-analysis of event outcome in the framework of the "
        "generalized linear mixed model with applications in sparse data. Stat Med 2010;29:3046-3067.",
    ),
    (
        "restricted-likelihood",
        ("viechtbauer 2005",),
        "Viechtbauer W. Bias and efficiency of meta-analytic variance estimators in the random-effects model. J Educ "
        "Behav Stat 2005;30:261-293.",
    ),
    (
        "knapp-hartung",
        ("knapp-hartung",),
        "Hartung J, Knapp G. A refined method for the meta-analysis of controlled clinical trials with binary outcome. "
        "Stat Med 2001;20:3875-3889.",
    ),
    (
        "bross",
        ("bross 1966",),
        "Bross IDJ. Spurious effects from an extraneous variable. J Chronic Dis 1966;19:637-647.",
    ),
    (
        "exact-unconditional",
        ("chan & zhang", "chan and zhang"),
        "Chan ISF, Zhang Z. Test-based exact confidence intervals for the difference of two binomial "
        "proportions. Biometrics 1999;55:1202-1209.",
    ),
    (
        "berger-boos",
        ("berger & boos",),
        "Berger RL, Boos DD. P values maximized over a confidence set for the nuisance parameter. J Am Stat Assoc "
        "1994;89:1012-1016.",
    ),
    (
        "power-prior",
        ("ibrahim & chen",),
        "Ibrahim JG, Chen MH. Power prior distributions for regression models. Stat Sci 2000;15:46-60.",
    ),
    (
        "normalised-power-prior",
        ("duan 2006",),
        "Duan Y, Ye K, Smith EP. Evaluating water quality using power priors to incorporate historical "
        "information. Environmetrics 2006;17:95-106.",
    ),
)
