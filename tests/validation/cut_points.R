# Reference values of maximally selected log-rank statistics (Lausen & Schumacher 1992).
# Run once: Rscript tests/validation/cut_points.R    (writes cut_points.json beside this file)
suppressMessages({library(survival); library(coin); library(jsonlite)})
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
e <- 0.1

# By definition: martingale residuals of the model without covariates are the log-rank scores.
by_definition <- function(d) {
  a <- residuals(coxph(Surv(time, status) ~ 1, data = d, ties = "breslow"), type = "martingale")
  n <- length(a)
  q <- quantile(d$x, c(e, 1 - e), type = 1)
  cuts <- sort(unique(d$x))
  cuts <- cuts[cuts >= q[1] & cuts <= q[2] & cuts < max(d$x)]
  t <- sapply(cuts, function(cut) {
    low <- d$x <= cut
    m <- sum(low)
    (sum(a[low]) - m * mean(a)) / sqrt(m * (n - m) / (n * (n - 1)) * sum((a - mean(a))^2))
  })
  b <- max(abs(t))
  p <- 4 * dnorm(b) / b + dnorm(b) * (b - 1 / b) * log((1 - e)^2 / e^2)
  list(statistic = b, cut = cuts[which.max(abs(t))], p = if (b <= 1) 1 else min(1, p))
}

one <- function(name, d, ties) {
  out <- c(list(name = name, time = d$time, status = d$status, x = d$x), by_definition(d))
  if (!ties) {
    fit <- maxstat_test(Surv(time, status) ~ x, data = d, minprob = e, maxprob = 1 - e,
                        ytrafo = function(data) trafo(data, surv_trafo = logrank_trafo))
    out$coin <- as.numeric(statistic(fit))
  }
  out
}

set.seed(1992)
small <- data.frame(time = sample(1000, 24), status = rbinom(24, 1, 0.8), x = round(rnorm(24, 50, 15), 1))
effect <- data.frame(time = sample(2000, 60), status = rbinom(60, 1, 0.7), x = round(runif(60, 10, 90)))
effect$time <- rank(ifelse(effect$x > 55, effect$time / 4, effect$time), ties.method = "first") * 10
tied <- na.omit(data.frame(time = lung$time, status = lung$status - 1, x = lung$age))

write_json(list(
  producer = list(R = R.version.string, survival = as.character(packageVersion("survival")),
                  coin = as.character(packageVersion("coin"))),
  smallest = e,
  cases = list(one("24 patients", small, FALSE), one("60 patients with an effect", effect, FALSE),
               one("lung by age, ties", tied, TRUE))
), file.path(here, "cut_points.json"), digits = NA, auto_unbox = TRUE, na = "null")
