# A cohort against a control whose curve was read several times: Cox and restricted means for each reading, and both
# pooled by Rubin's rules as the package mice does.
suppressPackageStartupMessages({library(survival); library(mice); library(jsonlite)})
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))
set.seed(5)
ours <- list(time = c(41, 77, 120, 164, 210, 233, 301, 340, 395, 420, 505, 610, 640, 700), event = c(1, 1, 1, 0, 1, 1, 1, 1, 0, 1, 1, 0, 1, 1))
base <- sort(ceiling(rexp(24, 1 / 260))) + 5; status <- c(1, 1, 0, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 0, 1, 1, 1, 1, 0)
case <- function(sd, m, move) {
  readings <- lapply(seq_len(m), function(j) list(time = pmax(1, base + round(rnorm(24, 0, sd))), event = if (move) sample(status) else status))
  tau <- min(max(ours$time), sapply(readings, function(r) max(r$time)))
  one <- function(r) {
    d <- data.frame(time = c(r$time, ours$time), event = c(r$event, ours$event), side = rep(0:1, c(24, 14)))
    f <- coxph(Surv(time, event) ~ side, d, ties = "efron")
    s <- summary(survfit(Surv(time, event) ~ side, d), rmean = tau)$table
    c(coef(f), vcov(f), s[2, "rmean"] - s[1, "rmean"], sum(s[, "se(rmean)"]^2))
  }
  e <- sapply(readings, one); pool <- function(i) { p <- pool.scalar(e[i, ], e[i + 1, ], n = Inf, k = 1); list(value = p$qbar, total = p$t, between = p$b, within = p$ubar, df = p$df) }
  list(readings = readings, tau = tau, ratio = pool(1), gap = pool(3))
}
out <- list(producer = list(R = as.character(getRversion()), mice = as.character(packageVersion("mice")), survival = as.character(packageVersion("survival"))),
            ours = ours, cases = list(case(3, 5, FALSE), case(25, 8, FALSE), case(40, 6, TRUE)))
writeLines(toJSON(out, digits = NA, auto_unbox = TRUE), file.path(here, "reading_error.json"))
