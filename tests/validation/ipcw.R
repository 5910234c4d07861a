# Kaplan-Meier with inverse probability of censoring weights: Cox model of leaving, weights day by day, robust variance.
suppressPackageStartupMessages({library(survival); library(jsonlite)})
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))
tight <- coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 60)

d <- lung[!is.na(lung$ph.ecog), c("time", "status", "sex", "ph.ecog", "age")]
d$dead <- d$status == 2; d$sex <- ifelse(d$sex == 1, "m", "f"); d$ecog <- c("0", "1", "2+", "2+")[d$ph.ecog + 1]
d$id <- seq_len(nrow(d))
# Events precede censorings: half a day before.
leaving <- coxph(Surv(ifelse(dead, time - .5, time), !dead) ~ sex + ecog + age, d, ties = "breslow", control = tight)
d$effect <- as.numeric(exp(model.matrix(~ sex + ecog + age, d)[, -1] %*% coef(leaving)))
base <- basehaz(leaving, centered = FALSE)
before <- function(t) vapply(t, function(s) max(c(0, base$hazard[base$time < s])), 0)

days <- sort(unique(d$time))
long <- survSplit(Surv(time, dead) ~ ., d, cut = days, id = "row", episode = "part")
long$w <- exp(before(long$time) * long$effect)  # 1 / P(not censored before the end of the interval)
at <- c(90, 180, 365, 730)
curve <- function(rows) {
  s <- survfit(Surv(tstart, time, dead) ~ 1, rows, weights = w, id = id, robust = TRUE, conf.type = "log-log")
  a <- summary(s, times = at)
  list(surv = a$surv, low = a$lower, high = a$upper, median = unname(quantile(s, .5)$quantile))
}
plain <- survfit(Surv(time, dead) ~ 1, d)
out <- list(producer = list(R = as.character(getRversion()), survival = as.character(packageVersion("survival"))),
            data = as.list(d[, c("time", "dead", "sex", "ecog", "age")]), at = at,
            beta = unname(coef(leaving)), all = curve(long), f = curve(long[long$sex == "f", ]),
            m = curve(long[long$sex == "m", ]), unweighted = summary(plain, times = at)$surv)
write(toJSON(out, auto_unbox = TRUE, digits = 15), file.path(here, "ipcw.json"))
