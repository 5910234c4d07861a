# Kaplan-Meier curves of public data as a careful reader would digitise them, with the truth behind them.
# Corners of every step, survival rounded to three decimals; numbers at risk at round times.
# Run once: Rscript tests/validation/reconstruction.R    (writes reconstruction.json beside this file)
suppressMessages({library(survival); library(MASS); library(jsonlite)})
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))

one <- function(label, time, status, unit, ticks, digits) {
  time <- round(time, digits)
  f <- survfit(Surv(time, status) ~ 1)
  steps <- f$time[f$n.event > 0]
  s <- round(summary(f, times = steps)$surv, 3)
  before <- c(1, s[-length(s)])
  list(label = label, unit = unit,
       time = c(0, as.vector(rbind(steps, steps)), max(time)),
       survival = c(1, as.vector(rbind(before, s)), s[length(s)]),
       risk_time = ticks, at_risk = sapply(ticks, function(t) sum(time >= t)),
       n = length(time), events = sum(status), median = unname(quantile(f, 0.5)$quantile),
       true_time = time, true_status = status)
}
g <- gehan[gehan$treat == "6-MP", ]
v <- veteran[veteran$trt == 1, ]
p <- pbc[which(pbc$trt == 1), ]
l <- lung[lung$sex == 2, ]
cases <- list(
  one("gehan 6-MP", g$time, g$cens, "week", seq(0, 30, 6), 0),
  one("veteran standard", v$time / 30.4375, v$status, "month", seq(0, 12, 3), 3),
  one("pbc D-penicillamine", p$time / 365.25, as.integer(p$status == 2), "year", 0:10, 3),
  one("lung women", l$time, l$status - 1, "day", seq(0, 900, 150), 0)
)
out <- list(versions = list(R = as.character(getRversion()), survival = as.character(packageVersion("survival")),
                            MASS = as.character(packageVersion("MASS"))), cases = cases)
writeLines(toJSON(out, digits = 10, auto_unbox = TRUE), file.path(here, "reconstruction.json"))
