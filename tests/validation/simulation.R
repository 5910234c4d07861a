# Power and stopping of two-arm trials, simulated by rpact and, for what rpact does not do, by a loop over survdiff.
# Run once: Rscript tests/validation/simulation.R > tests/validation/simulation.json
suppressPackageStartupMessages({library(rpact); library(survival); library(jsonlite)})
month <- 30.4375; n_sim <- 20000
design <- getDesignGroupSequential(kMax = 2, alpha = 0.025, sided = 1, typeOfDesign = "OF", informationRates = c(0.5, 1))
run <- function(hr, kappa = 1, lambda = log(2) / 9) {
  s <- getSimulationSurvival(design, lambda2 = lambda, hazardRatio = hr, kappa = kappa, directionUpper = FALSE,
    plannedEvents = c(45, 90), maxNumberOfSubjects = 120, accrualTime = c(0, 24), dropoutRate1 = 1 - exp(-0.12),
    dropoutRate2 = 1 - exp(-0.12), dropoutTime = 12, maxNumberOfIterations = n_sim, seed = 20260101)
  list(hr = hr, kappa = kappa, power = s$overallReject, stop = s$rejectPerStage[1, 1],
       duration = as.numeric(s$studyDuration) * month)
}
median_scale <- 9 / log(2)^(1 / 1.3)
exponential <- list(run(0.6), run(1), run(0.75))
# In this version of rpact the ratio multiplies the hazard of a Weibull distribution, as in glisson.
weibull <- list(run(0.6, 1.3, 1 / median_scale))
set.seed(20260102)
loop <- function(draw, n, accrual, day, reps) {
  z <- replicate(reps, {
    arm <- rep(0:1, length.out = n); entry <- runif(n, 0, accrual)
    t <- draw(arm); f <- day - entry; x <- pmin(t, f); e <- as.integer(t <= f)
    s <- survdiff(Surv(x, e) ~ arm); -(s$obs[2] - s$exp[2]) / sqrt(s$var[2, 2])
  })
  list(trials = reps, power = mean(z >= qnorm(0.975)), mean = mean(z), sd = sd(z))
}
late <- function(arm) {  # hazard 0.004 a day; after day 90 half of that in the second arm
  e <- rexp(length(arm)); h <- 0.004
  ifelse(arm == 0 | e < 90 * h, e / h, 90 + (e - 90 * h) / (h / 2))
}
cured <- function(arm) {  # 20% cured, the others exponential with median 180 days; whole hazard times 0.6 in arm 2
  s <- exp(-rexp(length(arm)) / ifelse(arm == 1, 0.6, 1))
  ifelse(s <= 0.2, 1e9, -log((s - 0.2) / 0.8) * 180 / log(2))
}
delayed <- loop(late, 100, 300, 700, 4000)
cure <- loop(cured, 100, 300, 900, 4000)
cat(toJSON(list(producer = list(R = R.version.string, rpact = as.character(packageVersion("rpact")),
  survival = as.character(packageVersion("survival"))), trials = n_sim, critical = design$criticalValues,
  exponential = exponential, weibull = weibull, delayed = delayed, cured = cure), auto_unbox = TRUE, digits = NA, pretty = 1), "\n")
