# Narrowest usual interval of a share, and z and P behind a hazard ratio with its limits: base R and survival.
# Run once: Rscript tests/validation/consistency.R > tests/validation/consistency.json
suppressMessages({library(jsonlite); library(survival)})
midp <- function(x, n, a = 0.025) {
  below <- function(p) pbinom(x - 1, n, p) + dbinom(x, n, p) / 2
  c(if (x == 0) 0 else uniroot(function(p) below(p) - (1 - a), c(0, 1), tol = 1e-15)$root,
    if (x == n) 1 else uniroot(function(p) below(p) - a, c(0, 1), tol = 1e-15)$root)
}
jeffreys <- function(x, n, a = 0.025)
  c(if (x == 0) 0 else qbeta(a, x + 0.5, n - x + 0.5), if (x == n) 1 else qbeta(1 - a, x + 0.5, n - x + 0.5))
curves <- function(x, n) {
  if (x == 0 || x == n) return(list())
  # n - x die on day 1, the others are seen to day 2: Greenwood's variance without censoring.
  data <- data.frame(time = c(rep(1, n - x), rep(2, x)), status = c(rep(1, n - x), rep(0, x)))
  lapply(setNames(nm = c("plain", "log", "log-log", "logit", "arcsin")), function(type) {
    s <- summary(survfit(Surv(time, status) ~ 1, data, conf.type = type), times = 1)
    c(max(s$lower, 0), min(s$upper, 1))
  })
}
share <- function(x, n) {
  limits <- c(list(wilson = as.numeric(prop.test(x, n, correct = FALSE)$conf.int), jeffreys = jeffreys(x, n),
                   midp = midp(x, n), exact = as.numeric(binom.test(x, n)$conf.int)), curves(x, n))
  widths <- sapply(limits, diff)
  list(x = x, n = n, narrowest = min(widths), by = names(which.min(widths)))
}
cases <- list(c(0, 13), c(1, 5), c(3, 24), c(8, 24), c(10, 20), c(19, 36), c(23, 24), c(24, 24), c(61, 128), c(2, 400))
cox <- function(name, formula, data) {
  fit <- summary(coxph(formula, data))
  list(name = name, ratio = fit$conf.int[1, 1], low = fit$conf.int[1, 3], high = fit$conf.int[1, 4],
       events = fit$nevent, z = abs(fit$coefficients[1, 4]), p = fit$coefficients[1, 5], se = fit$coefficients[1, 3])
}
ratios <- list(
  cox("aml", Surv(time, status) ~ x, aml), cox("ovarian", Surv(futime, fustat) ~ rx, ovarian),
  cox("veteran", Surv(time, status) ~ trt, veteran), cox("lung", Surv(time, status) ~ sex, lung),
  cox("kidney", Surv(time, status) ~ sex, kidney)
)
cat(toJSON(list(
  producer = list(R = paste(R.version$major, R.version$minor, sep = "."), survival = as.character(packageVersion("survival"))),
  shares = lapply(cases, function(v) suppressWarnings(share(v[1], v[2]))), ratios = ratios
), auto_unbox = TRUE, digits = NA, pretty = TRUE), "\n", sep = "")
