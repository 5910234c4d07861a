# Group sequential boundaries, events and calendar time of survival trials by rpact.
# Run once: Rscript tests/validation/group_sequential.R > tests/validation/group_sequential.json
suppressMessages({library(jsonlite); library(rpact)})
setLogLevel("DISABLED")
design <- function(label, ...) {
  d <- getDesignGroupSequential(...)
  ch <- getDesignCharacteristics(d)
  list(label = label, type = d$typeOfDesign, beta_type = d$typeBetaSpending, alpha = d$alpha, beta = d$beta, sided = d$sided,
       binding = d$bindingFutility, gamma = d$gammaA, gamma_beta = d$gammaB, time = d$informationRates,
       futility_given = ifelse(is.na(d$futilityBounds), NA, d$futilityBounds),
       upper = d$criticalValues, lower = d$futilityBounds, alpha_spent = d$alphaSpent, beta_spent = d$betaSpent,
       shift = ch$shift, inflation = ch$inflationFactor, asn1 = ch$averageSampleNumber1, asn0 = ch$averageSampleNumber0,
       power = ch$power, reject = as.vector(ch$rejectionProbabilities), stop_futility = as.vector(ch$futilityProbabilities))
}
g <- function(...) c(...)
designs <- list(
  design("asOF3", typeOfDesign = "asOF", kMax = 3, alpha = 0.025, beta = 0.2, sided = 1),
  design("asOF unequal", typeOfDesign = "asOF", informationRates = c(0.4, 0.7, 1), alpha = 0.025, beta = 0.1, sided = 1),
  design("asP4", typeOfDesign = "asP", kMax = 4, alpha = 0.05, beta = 0.2, sided = 1),
  design("asKD", typeOfDesign = "asKD", gammaA = 2.5, kMax = 3, alpha = 0.025, beta = 0.2, sided = 1),
  design("asHSD-4", typeOfDesign = "asHSD", gammaA = -4, kMax = 3, alpha = 0.025, beta = 0.2, sided = 1),
  design("asHSD1", typeOfDesign = "asHSD", gammaA = 1, kMax = 2, alpha = 0.05, beta = 0.1, sided = 1),
  design("OF2", typeOfDesign = "OF", kMax = 2, alpha = 0.025, beta = 0.2, sided = 1),
  design("P3", typeOfDesign = "P", kMax = 3, alpha = 0.025, beta = 0.2, sided = 1),
  design("OF3 two-sided", typeOfDesign = "OF", kMax = 3, alpha = 0.05, beta = 0.2, sided = 2),
  design("asOF3 two-sided", typeOfDesign = "asOF", kMax = 3, alpha = 0.05, beta = 0.2, sided = 2),
  design("P2 two-sided", typeOfDesign = "P", kMax = 2, alpha = 0.1, beta = 0.2, sided = 2),
  design("asOF bsOF non-binding", typeOfDesign = "asOF", typeBetaSpending = "bsOF", kMax = 3, alpha = 0.025, beta = 0.2, sided = 1, bindingFutility = FALSE),
  design("asOF bsOF binding", typeOfDesign = "asOF", typeBetaSpending = "bsOF", kMax = 3, alpha = 0.025, beta = 0.2, sided = 1, bindingFutility = TRUE),
  design("asP bsP non-binding", typeOfDesign = "asP", typeBetaSpending = "bsP", informationRates = c(0.5, 1), alpha = 0.05, beta = 0.2, sided = 1, bindingFutility = FALSE),
  design("asP bsP binding", typeOfDesign = "asP", typeBetaSpending = "bsP", kMax = 3, alpha = 0.05, beta = 0.1, sided = 1, bindingFutility = TRUE),
  design("asHSD bsHSD", typeOfDesign = "asHSD", gammaA = -4, typeBetaSpending = "bsHSD", gammaB = -2, kMax = 3, alpha = 0.025, beta = 0.1, sided = 1, bindingFutility = FALSE),
  design("asKD bsKD binding", typeOfDesign = "asKD", gammaA = 3, typeBetaSpending = "bsKD", gammaB = 2, kMax = 4, alpha = 0.025, beta = 0.1, sided = 1, bindingFutility = TRUE),
  design("OF fixed futility binding", typeOfDesign = "OF", futilityBounds = c(0, 0.5), kMax = 3, alpha = 0.025, beta = 0.2, sided = 1, bindingFutility = TRUE),
  design("asOF fixed futility non-binding", typeOfDesign = "asOF", futilityBounds = c(0), kMax = 2, alpha = 0.025, beta = 0.2, sided = 1, bindingFutility = FALSE)
)
size <- function(label, design = NULL, ...) {
  s <- if (is.null(design)) getSampleSizeSurvival(...) else getSampleSizeSurvival(design, ...)
  v <- function(x) as.vector(x)
  list(label = label, events = v(s$eventsFixed), max_events = v(s$maxNumberOfEvents), n = v(s$maxNumberOfSubjects), n_fixed = v(s$nFixed),
       accrual_time = v(s$accrualTime), follow_up = v(s$followUpTime), analysis_time = v(s$analysisTime), duration = v(s$studyDuration),
       max_duration = v(s$maxStudyDuration), events_at = v(s$eventsPerStage), subjects_at = v(s$numberOfSubjects),
       expected_events_h0 = v(s$expectedEventsH0), expected_events_h1 = v(s$expectedEventsH1), expected_n_h1 = v(s$expectedNumberOfSubjectsH1),
       critical_hr = v(s$criticalValuesEffectScale), lambda2 = v(s$lambda2))
}
two <- getDesignGroupSequential(typeOfDesign = "asOF", informationRates = c(0.6, 1), alpha = 0.025, beta = 0.2, sided = 1)
fut <- getDesignGroupSequential(typeOfDesign = "asOF", typeBetaSpending = "bsOF", kMax = 3, alpha = 0.025, beta = 0.2, sided = 1, bindingFutility = FALSE)
sizes <- list(
  size("fixed", alpha = 0.025, beta = 0.2, sided = 1, hazardRatio = 0.6, median2 = 10, accrualTime = 24, followUpTime = 12),
  size("fixed freedman", alpha = 0.025, beta = 0.2, sided = 1, hazardRatio = 0.6, median2 = 10, accrualTime = 24, followUpTime = 12, typeOfComputation = "Freedman"),
  size("dropout", alpha = 0.05, beta = 0.2, sided = 1, hazardRatio = 0.5, median2 = 8, accrualTime = 18, followUpTime = 6, dropoutRate1 = 0.1, dropoutRate2 = 0.1, dropoutTime = 12),
  size("two to one", alpha = 0.025, beta = 0.1, sided = 1, hazardRatio = 0.65, median2 = 12, accrualTime = 30, followUpTime = 12, allocationRatioPlanned = 2),
  size("freedman two to one", alpha = 0.025, beta = 0.1, sided = 1, hazardRatio = 0.65, median2 = 12, accrualTime = 30, followUpTime = 12, allocationRatioPlanned = 2, typeOfComputation = "Freedman"),
  size("two-sided", alpha = 0.05, beta = 0.2, sided = 2, hazardRatio = 0.6, median2 = 10, accrualTime = 24, followUpTime = 12),
  size("non-inferiority", alpha = 0.05, beta = 0.2, sided = 1, hazardRatio = 0.9, thetaH0 = 1.4, median2 = 10, accrualTime = 24, followUpTime = 12),
  size("piecewise", alpha = 0.025, beta = 0.2, sided = 1, hazardRatio = 0.6, lambda2 = c(0.1, 0.04, 0.02), piecewiseSurvivalTime = c(0, 6, 18), accrualTime = 24, followUpTime = 12),
  size("ramp", alpha = 0.025, beta = 0.2, sided = 1, hazardRatio = 0.55, median2 = 10, accrualTime = c(0, 6, 12), accrualIntensity = c(2, 4, 8), followUpTime = 12),
  size("ramp dropout", alpha = 0.05, beta = 0.2, sided = 1, hazardRatio = 0.5, lambda2 = c(0.1, 0.05), piecewiseSurvivalTime = c(0, 8), accrualTime = c(0, 12), accrualIntensity = c(1, 3), followUpTime = 9, dropoutRate1 = 0.05, dropoutRate2 = 0.05, dropoutTime = 12),
  size("group sequential", design = two, hazardRatio = 0.6, median2 = 10, accrualTime = 24, followUpTime = 12, dropoutRate1 = 0.1, dropoutRate2 = 0.1, dropoutTime = 12),
  size("group sequential futility", design = fut, hazardRatio = 0.5, median2 = 10, accrualTime = c(0, 6, 24), accrualIntensity = c(2, 5))
)
probability <- getEventProbabilities(time = c(6, 12, 24, 36, 48), accrualTime = 24, maxNumberOfSubjects = 100, lambda2 = c(0.1, 0.05), piecewiseSurvivalTime = c(0, 8), hazardRatio = 0.5, dropoutRate1 = 0.1, dropoutRate2 = 0.1, dropoutTime = 12)
chance <- list(time = probability$time, first = probability$eventProbabilities1, second = probability$eventProbabilities2, overall = probability$cumulativeEventProbabilities)
inference <- local({
  d <- getDesignGroupSequential(typeOfDesign = "asOF", kMax = 3, alpha = 0.025, sided = 1, informationRates = c(1, 2, 3) / 3)
  run <- function(events, ranks, stage) {
    x <- getDataset(cumulativeEvents = events, cumulativeLogRanks = ranks, cumulativeAllocationRatios = rep(1, length(events)))
    r <- getAnalysisResults(d, x, stage = stage, directionUpper = FALSE, thetaH0 = 1)
    list(events = events, z = ranks, stage = stage, p = r$finalPValues, low = r$finalConfidenceIntervalLowerBounds,
         high = r$finalConfidenceIntervalUpperBounds, median = r$medianUnbiasedEstimates,
         repeated_low = r$repeatedConfidenceIntervalLowerBounds, repeated_high = r$repeatedConfidenceIntervalUpperBounds,
         repeated_p = r$repeatedPValues)
  }
  list(run(c(30, 60), c(-1.2, -2.9), 2), run(c(30, 60, 90), c(-0.5, -1.5, -2.3), 3), run(c(30, 60, 90), c(-0.5, -1.0, -1.1), 3))
})
cat(toJSON(list(producer = list(R = R.version.string, rpact = as.character(packageVersion("rpact"))), designs = designs,
                sizes = sizes, event_probability = chance, inference = inference), auto_unbox = TRUE, digits = 15, na = "null"), "\n")
