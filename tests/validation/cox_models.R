# Cox models with covariates: coefficients, tests, residuals, proportionality, concordance, robust covariance.
suppressPackageStartupMessages({library(survival); library(jsonlite)})
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))
tight <- coxph.control(eps = 1e-11, toler.chol = 1e-14, iter.max = 60)

summed <- function(f, zph = TRUE) {
  out <- list(beta = unname(coef(f)), se = unname(sqrt(diag(f$naive.var %||% vcov(f)))), robust = unname(sqrt(diag(vcov(f)))),
              loglik = f$loglik, score = f$score, concordance = unname(concordance(f)$concordance))
  if (zph) for (scale in c("km", "identity", "log")) out$zph[[scale]] <- unname(cox.zph(f, scale)$table[, 1])
  out
}
`%||%` <- function(a, b) if (is.null(a)) b else a

l <- lung[complete.cases(lung[, c("time", "status", "age", "sex", "ph.karno", "inst")]), ]
l$dead <- l$status - 1
l$w <- rep(c(0.5, 1.25, 2), length.out = nrow(l))
h <- heart[, c("start", "stop", "event", "age", "transplant", "surgery", "id")]
h$transplant <- as.integer(h$transplant) - 1
h$start <- 2 * h$start; h$stop <- 2 * h$stop  # whole numbers

models <- list()
for (ties in c("efron", "breslow")) {
  f <- coxph(Surv(time, dead) ~ age + sex + ph.karno, l, ties = ties, control = tight)
  m <- summed(f)
  m$martingale <- unname(residuals(f)); m$deviance <- unname(residuals(f, "deviance"))
  m$score_residuals <- unname(residuals(f, "score")); m$schoenfeld <- unname(residuals(f, "schoenfeld"))
  b <- basehaz(f, centered = FALSE); m$hazard <- b$hazard; m$hazard_time <- b$time
  models[[paste0("lung_", ties)]] <- m
  models[[paste0("lung_strata_", ties)]] <- summed(coxph(Surv(time, dead) ~ age + ph.karno + strata(sex), l, ties = ties, control = tight))
  models[[paste0("lung_weighted_", ties)]] <- summed(coxph(Surv(time, dead) ~ age + sex + ph.karno, l, weights = w, robust = TRUE, ties = ties, control = tight), zph = FALSE)
  models[[paste0("lung_cluster_", ties)]] <- summed(coxph(Surv(time, dead) ~ age + sex + ph.karno, l, cluster = inst, ties = ties, control = tight), zph = FALSE)
  models[[paste0("heart_", ties)]] <- summed(coxph(Surv(start, stop, event) ~ age + transplant, h, ties = ties, control = tight))
  models[[paste0("heart_strata_", ties)]] <- summed(coxph(Surv(start, stop, event) ~ age + transplant + strata(surgery), h, ties = ties, control = tight))
}
out <- list(producer = list(R = as.character(getRversion()), survival = as.character(packageVersion("survival"))),
            data = list(lung = as.list(l[, c("time", "dead", "age", "sex", "ph.karno", "inst", "w")]), heart = as.list(h)),
            models = models)
write(toJSON(out, auto_unbox = TRUE, digits = 14), file.path(here, "cox_models.json"))
