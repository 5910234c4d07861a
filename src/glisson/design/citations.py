"""What the randomised designs rest on, as cited in a protocol."""

from __future__ import annotations

SCHOENFELD = (
    "Schoenfeld D. The asymptotic properties of nonparametric tests for comparing survival distributions. "
    "Biometrika 1981;68:316-319."
)
FREEDMAN = (
    "Freedman LS. Tables of the number of patients required in clinical trials using the logrank test. "
    "Stat Med 1982;1:121-129."
)
LACHIN = (
    "Lachin JM, Foulkes MA. Evaluation of sample size and power for analyses of survival with allowance for nonuniform "
    "patient entry, losses to follow-up, noncompliance, and stratification. Biometrics 1986;42:507-519."
)
LAKATOS = (
    "Lakatos E. Sample sizes based on the log-rank statistic in complex clinical trials. Biometrics 1988;44:229-241."
)
JENNISON = (
    "Jennison C, Turnbull BW. Group sequential methods with applications to clinical trials. "
    "Boca Raton: Chapman & Hall, 2000."
)
LAN = "Lan KKG, DeMets DL. Discrete sequential boundaries for clinical trials. Biometrika 1983;70:659-663."
OBRIEN = "O'Brien PC, Fleming TR. A multiple testing procedure for clinical trials. Biometrics 1979;35:549-556."
POCOCK = (
    "Pocock SJ. Group sequential methods in the design and analysis of clinical trials. Biometrika 1977;64:191-199."
)
HWANG = "Hwang IK, Shih WJ, DeCani JS. Group sequential designs using a family of type I error probability spending functions. Stat Med 1990;9:1439-1445."  # noqa: E501
KIM = "Kim K, DeMets DL. Design and analysis of group sequential tests based on the type I error spending rate function. Biometrika 1987;74:149-154."  # noqa: E501
WANG = "Wang SK, Tsiatis AA. Approximately optimal one-parameter boundaries for group sequential trials. Biometrics 1987;43:193-199."  # noqa: E501
PAMPALLONA = (
    "Pampallona S, Tsiatis AA, Kim K. Interim monitoring of group sequential trials using spending functions for the "
    "type I and type II error probabilities. Drug Inf J 2001;35:1113-1121."
)
TSIATIS = (
    "Tsiatis AA, Rosner GL, Mehta CR. Exact confidence intervals following a group sequential test. "
    "Biometrics 1984;40:797-803."
)
REPEATED = (
    "Jennison C, Turnbull BW. Interim analyses: the repeated confidence interval approach. "
    "J R Stat Soc B 1989;51:305-361."
)
ROYSTON = (
    "Royston P, Parmar MKB. Restricted mean survival time: an alternative to the hazard ratio for the design and "
    "analysis of randomized trials with a time-to-event outcome. BMC Med Res Methodol 2013;13:152."
)
UNO = (
    "Uno H, Claggett B, Tian L, et al. Moving beyond the hazard ratio in quantifying the between-group difference in "
    "survival analysis. J Clin Oncol 2014;32:2380-2385."
)
MEHTA = (
    "Mehta CR, Pocock SJ. Adaptive increase in sample size when interim results are promising: a practical guide with "
    "examples. Stat Med 2011;30:3267-3284."
)
LEHMACHER = (
    "Lehmacher W, Wassmer G. Adaptive sample size calculations in group sequential trials. "
    "Biometrics 1999;55:1286-1290."
)
GOULD = "Gould AL. Planning and revising the sample size for a trial. Stat Med 1995;14:1039-1051."
SIMON = "Simon R, Wittes RE, Ellenberg SS. Randomized phase II clinical trials. Cancer Treat Rep 1985;69:1375-1381."
LIU = (
    "Liu PY, Dahlberg S, Crowley J. Selection designs for pilot studies based on survival. Biometrics 1993;49:391-398."
)
OETTING = (
    "Oetting AI, Levy JA, Weiss RD, Murphy SA. Statistical methodology for a SMART design in the development of "
    "adaptive treatment strategies. In: Causality and psychopathology. Oxford University Press, 2011:179-205."
)
KIDWELL = (
    "Kidwell KM, Wahed AS. Weighted log-rank statistic to compare shared-path adaptive treatment strategies. "
    "Biostatistics 2013;14:299-312."
)
MURPHY = (
    "Murphy SA. An experimental design for the development of adaptive treatment strategies. "
    "Stat Med 2005;24:1455-1481."
)
