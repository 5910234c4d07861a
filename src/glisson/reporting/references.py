"""References that the methods and the pitfalls can cite, and the words that call for them."""

from __future__ import annotations

from glisson.reporting.references_further import FURTHER

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
        ("standardised difference", "austin 2009"),
        "Austin PC. Balance diagnostics for comparing the distribution of baseline covariates between treatment groups "
        "in propensity-score matched samples. Stat Med 2009;28:3083-3107.",
    ),
    (
        "recist",
        ("recist 1.1", "recist11", "eisenhauer 2009"),
        "Eisenhauer EA, Therasse P, Bogaerts J, et al. New response evaluation criteria in solid tumours: revised "
        "RECIST guideline (version 1.1). Eur J Cancer 2009;45:228-247.",
    ),
    (
        "mrecist",
        ("mrecist",),
        "Lencioni R, Llovet JM. Modified RECIST (mRECIST) assessment for hepatocellular carcinoma. Semin Liver Dis "
        "2010;30:52-60.",
    ),
    (
        "choi",
        ("modified choi", " choi,", " choi;", "by choi"),
        "Choi H, Charnsangavej C, Faria SC, et al. Correlation of computed tomography and positron emission tomography "
        "in patients with metastatic gastrointestinal stromal tumor treated at a single institution with imatinib "
        "mesylate: proposal of new computed tomography response criteria. J Clin Oncol 2007;25:1753-1759.",
    ),
    (
        "kappa",
        ("cohen's kappa",),
        "Fleiss JL, Cohen J, Everitt BS. Large sample standard errors of kappa and weighted kappa. Psychol Bull "
        "1969;72:323-327.",
    ),
    (
        "technique-efficacy",
        ("technique efficacy", "reporting standard of ablation"),
        "Ahmed M, Solbiati L, Brace CL, et al. Image-guided tumor ablation: standardization of terminology and "
        "reporting criteria - a 10-year update. Radiology 2014;273:241-260.",
    ),
    (
        "endpoints",
        ("time origin", "first liver-directed", "puijk 2021"),
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
        "radioembolization-standard",
        ("reporting standard of radioembolization",),
        "Salem R, Lewandowski RJ, Gates VL, et al. Research reporting standards for radioembolization of hepatic "
        "malignancies. J Vasc Interv Radiol 2011;22:265-278.",
    ),
    (
        "chemoembolization-standard",
        ("reporting standard of chemoembolization",),
        "Gaba RC, Lewandowski RJ, Hickey R, et al. Transcatheter therapy for hepatic malignancy: standardization of "
        "terminology and reporting criteria. J Vasc Interv Radiol 2016;27:457-473.",
    ),
    (
        "strobe",
        ("strobe",),
        "von Elm E, Altman DG, Egger M, et al. The Strengthening the Reporting of Observational Studies in "
        "Epidemiology (STROBE) statement. Lancet 2007;370:1453-1457.",
    ),
    (
        "robins-i",
        ("robins-i",),
        "Sterne JAC, Hernán MA, Reeves BC, et al. ROBINS-I: a tool for assessing risk of bias in non-randomised "
        "studies of interventions. BMJ 2016;355:i4919.",
    ),
    (
        "guarantee-time",
        ("anderson 1983",),
        "Anderson JR, Cain KC, Gelber RD. Analysis of survival by tumor response. J Clin Oncol 1983;1:710-719.",
    ),
    (
        "mantel-byar",
        ("mantel & byar",),
        "Mantel N, Byar DP. Evaluation of response-time data involving transient states: an illustration using "
        "heart-transplant data. J Am Stat Assoc 1974;69:81-86.",
    ),
    (
        "simon-makuch",
        ("simon & makuch",),
        "Simon R, Makuch RW. A non-parametric graphical representation of the relationship between survival and the "
        "occurrence of an event: application to responder versus non-responder bias. Stat Med 1984;3:35-44.",
    ),
    (
        "cox",
        ("cox's model", "cox model"),
        "Cox DR. Regression models and life-tables. J R Stat Soc B 1972;34:187-220.",
    ),
    (
        "fine-gray",
        ("fine & gray", "fine-gray"),
        "Fine JP, Gray RJ. A proportional hazards model for the subdistribution of a competing risk. J Am Stat Assoc "
        "1999;94:496-509.",
    ),
    (
        "robust-cox",
        ("lin & wei",),
        "Lin DY, Wei LJ. The robust inference for the Cox proportional hazards model. J Am Stat Assoc "
        "1989;84:1074-1078.",
    ),
    (
        "proportional-hazards",
        ("score test of proportional hazards", "proportional hazards were tested"),
        "Grambsch PM, Therneau TM. Proportional hazards tests and diagnostics based on weighted residuals. Biometrika "
        "1994;81:515-526.",
    ),
    (
        "guarantee-time-review",
        ("giobbie-hurder",),
        "Giobbie-Hurder A, Gelber RD, Regan MM. Challenges of guarantee-time bias. J Clin Oncol 2013;31:2963-2969.",
    ),
    (
        "competing-risks",
        ("gooley 1999",),
        "Gooley TA, Leisenring W, Crowley J, Storer BE. Estimation of failure probabilities in the presence of "
        "competing risks: new representations of old estimators. Stat Med 1999;18:695-706.",
    ),
    (
        "clustered-binary",
        ("rao & scott",),
        "Rao JNK, Scott AJ. A simple method for the analysis of clustered binary data. Biometrics 1992;48:577-585.",
    ),
    (
        "ctcae",
        ("ctcae",),
        "National Cancer Institute. Common Terminology Criteria for Adverse Events (CTCAE). US Department of Health "
        "and Human Services; version 5.0, 2017; version 6.0, 2025.",
    ),
    (
        "sir",
        ("sir 2017",),
        "Khalilzadeh O, Baerlocher MO, Shyn PB, et al. Proposal of a new adverse event classification by the Society "
        "of Interventional Radiology Standards of Practice Committee. J Vasc Interv Radiol 2017;28:1432-1437.",
    ),
    (
        "sir-letters",
        ("sir letters",),
        "Sacks D, McClenny TE, Cardella JF, et al. Society of Interventional Radiology clinical practice guidelines. "
        "J Vasc Interv Radiol 2003;14:S199-S202.",
    ),
    (
        "cirse",
        ("cirse 2017", "cirse 2026"),
        "Filippiadis DK, Binkert C, Pellerin O, et al. CIRSE quality assurance document and standards for "
        "classification of complications: the CIRSE classification system. Cardiovasc Intervent Radiol "
        "2017;40:1141-1146.",
    ),
    (
        "reild",
        ("radioembolization-induced liver disease",),
        "Sangro B, Gil-Alzugaray B, Rodriguez J, et al. Liver disease induced by radioembolization of liver tumors: "
        "description and possible risk factors. Cancer 2008;112:1538-1546.",
    ),
    (
        "effective-size",
        ("korn & graubard", "korn-graubard"),
        "Korn EL, Graubard BI. Confidence intervals for proportions with small expected number of positive counts "
        "estimated from survey data. Surv Methodol 1998;24:193-201.",
    ),
    (
        "jackknife",
        ("lipsitz", "jackknife over patients"),
        "Lipsitz SR, Dear KBG, Zhao L. Jackknife estimators of variance for parameter estimates from estimating "
        "equations with applications to clustered survival data. Biometrics 1994;50:842-846.",
    ),
    (
        "events-per-variable",
        ("peduzzi 1995",),
        "Peduzzi P, Concato J, Feinstein AR, Holford TR. Importance of events per independent variable in proportional "
        "hazards regression analysis. II. J Clin Epidemiol 1995;48:1503-1510.",
    ),
    (
        "ten-events",
        ("vittinghoff & mcculloch",),
        "Vittinghoff E, McCulloch CE. Relaxing the rule of ten events per variable in logistic and Cox regression. Am "
        "J Epidemiol 2007;165:710-718.",
    ),
    (
        "separation",
        ("heinze & schemper",),
        "Heinze G, Schemper M. A solution to the problem of monotone likelihood in Cox regression. Biometrics "
        "2001;57:114-119.",
    ),
    (
        "poisson-limits",
        ("garwood",),
        "Garwood F. Fiducial limits for the Poisson distribution. Biometrika 1936;28:437-442.",
    ),
    (
        "half-normal",
        ("gelman 2006",),
        "Gelman A. Prior distributions for variance parameters in hierarchical models. Bayesian Anal 2006;1:515-534.",
    ),
    (
        "weakly-informative",
        ("half-normal",),
        "Röver C, Bender R, Dias S, et al. On weakly informative prior distributions for the heterogeneity parameter "
        "in Bayesian random-effects meta-analysis. Res Synth Methods 2021;12:448-474.",
    ),
    (
        "power",
        ("schoenfeld's formula",),
        "Schoenfeld DA. Sample-size formula for the proportional-hazards regression model. Biometrics 1983;39:499-503.",
    ),
    (
        "target-trial",
        ("hernan 2016",),
        "Hernán MA, Sauer BC, Hernández-Díaz S, Platt R, Shrier I. Specifying a target trial prevents immortal time "
        "bias and other self-inflicted injuries in observational analyses. J Clin Epidemiol 2016;79:70-75.",
    ),
    (
        "positivity",
        ("cole & hernan",),
        "Cole SR, Hernán MA. Constructing inverse probability weights for marginal structural models. Am J Epidemiol "
        "2008;168:656-664.",
    ),
    (
        "follow-up",
        ("clark 2002",),
        "Clark TG, Altman DG, De Stavola BL. Quantification of the completeness of follow-up. Lancet "
        "2002;359:1309-1310.",
    ),
    (
        "survival-plots",
        ("pocock 2002",),
        "Pocock SJ, Clayton TC, Altman DG. Survival plots of time-to-event outcomes in clinical trials: good practice "
        "and pitfalls. Lancet 2002;359:1686-1689.",
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
    every = (*REFERENCES, *FURTHER)
    return tuple(dict.fromkeys(citation for _, words, citation in every if any(w in low for w in words)))
