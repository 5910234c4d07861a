# Parametric survival. survreg where it fits the distribution (no late entry); the likelihood written out for all, with
# optim and Newton steps on numDeriv's derivatives; functions of the parameters with standard errors by the delta method.
suppressPackageStartupMessages({library(survival); library(numDeriv); library(jsonlite)})
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))

# Cumulative hazard and log hazard; positive parameters are logarithms.
dist <- list(
  exponential = list(start = 0, H = function(p, t) exp(p[1]) * t, h = function(p, t) rep(p[1], length(t))),
  weibull = list(start = c(0, 0), H = function(p, t) (t / exp(p[2]))^exp(p[1]),
    h = function(p, t) p[1] - p[2] + (exp(p[1]) - 1) * (log(t) - p[2])),
  `log-logistic` = list(start = c(0.3, -0.4), H = function(p, t) log1p((t / exp(p[2]))^exp(p[1])),
    h = function(p, t) p[1] - p[2] + (exp(p[1]) - 1) * (log(t) - p[2]) - log1p((t / exp(p[2]))^exp(p[1]))),
  `log-normal` = list(start = c(-0.4, 0), H = function(p, t) -plnorm(t, p[1], exp(p[2]), lower.tail = FALSE, log.p = TRUE),
    h = function(p, t) dlnorm(t, p[1], exp(p[2]), log = TRUE) - plnorm(t, p[1], exp(p[2]), lower.tail = FALSE, log.p = TRUE)),
  gompertz = list(start = c(0.01, 0), H = function(p, t) exp(p[2]) * expm1(p[1] * t) / p[1], h = function(p, t) p[2] + p[1] * t),
  `generalised gamma` = list(start = c(-0.2, 0, 0.5),
    H = function(p, t) { k <- p[3]^-2; u <- k * exp(p[3] * (log(t) - p[1]) / exp(p[2])); -pgamma(u, k, lower.tail = p[3] < 0, log.p = TRUE) },
    h = function(p, t) { k <- p[3]^-2; u <- k * exp(p[3] * (log(t) - p[1]) / exp(p[2]))
      dgamma(u, k, log = TRUE) + log(u * abs(p[3]) / exp(p[2]) / t) - pgamma(u, k, lower.tail = p[3] < 0, log.p = TRUE) }))

fit <- function(d, time, event, entry, at, tau) {
  s <- sum(time - entry) / sum(event); t <- time / s; e <- entry / s
  minus <- function(p) { v <- -sum(d$h(p, t)[event == 1]) + sum(d$H(p, t)) - if (any(e > 0)) sum(d$H(p, e[e > 0])) else 0
    if (is.finite(v)) v else 1e10 }
  p <- d$start
  if (length(p) > 1) for (i in 1:6) p <- optim(p, minus, control = list(reltol = 1e-14, maxit = 5000))$par
  for (i in 1:30) { step <- drop(solve(hessian(minus, p), grad(minus, p))); p <- p - step; if (max(abs(step)) < 1e-11) break }
  V <- if (length(p) > 1) solve(hessian(minus, p)) else matrix(1 / sum(event)) # of a log rate: one over the events
  S <- function(p, u) exp(-d$H(p, u / s))
  median <- function(p) uniroot(function(u) d$H(p, exp(u)) - log(2), log(c(1e-4, 1e5)), tol = 1e-15)$root + log(s)
  area <- function(p) integrate(function(x) S(p, tau * x^4) * 4 * x^3, 0, 1, rel.tol = 1e-12, subdivisions = 500)$value
  delta <- function(f) { g <- grad(f, p); list(value = f(p), se = sqrt(drop(g %*% V %*% g))) }
  list(theta = p, se = sqrt(diag(V)), unit = s, loglik = -minus(p) - sum(event) * log(s),
       log_median = tryCatch(delta(median), error = function(e) NULL),
       loglog_survival = lapply(at, function(u) delta(function(p) log(d$H(p, u / s)))),
       logit_rmst = delta(function(p) qlogis(area(p))))
}
reg <- function(time, event, name) {
  f <- survreg(Surv(time, event) ~ 1, dist = gsub("-", "", name), control = survreg.control(rel.tolerance = 1e-13, maxiter = 200))
  list(intercept = unname(coef(f)), scale = f$scale, var = unname(f$var), loglik = f$loglik[1])
}
case <- function(time, event, entry = rep(0, length(time)), at, tau) {
  models <- lapply(dist, fit, time = time, event = event, entry = entry, at = at, tau = tau)
  out <- list(time = time, event = event, entry = entry, at = at, tau = tau, models = models)
  if (all(entry == 0)) out$survreg <- sapply(c("exponential", "weibull", "log-normal", "log-logistic"), reg, time = time, event = event, simplify = FALSE)
  out
}
set.seed(11)
few <- data.frame(time = ceiling(rweibull(24, 1.3, 420)), stop = sample(200:900, 24, TRUE))
late <- data.frame(time = ceiling(rlnorm(120, 6, 0.8)), entry = sample(0:300, 120, TRUE), stop = sample(400:1500, 120, TRUE))
late <- late[pmin(late$time, late$stop) > late$entry, ]
cases <- list(
  lung = case(lung$time, lung$status - 1, at = c(100, 365, 730), tau = 700),
  aml = case(aml$time, aml$status, at = c(10, 40), tau = 50),
  few = case(pmin(few$time, few$stop), as.integer(few$time <= few$stop), at = c(90, 365), tau = 365),
  veteran = case(veteran$time, veteran$status, at = c(30, 180), tau = 365),
  late = case(pmin(late$time, late$stop), as.integer(late$time <= late$stop), late$entry, at = c(365, 730), tau = 730))

# Constant hazards between cuts: Poisson regression of events on pieces of follow-up.
cuts <- c(90, 270)
pieces <- survSplit(Surv(time, status == 2) ~ 1, lung, cut = cuts, episode = "piece")
g <- glm(event ~ factor(piece) - 1 + offset(log(time - tstart)), poisson, pieces, control = glm.control(epsilon = 1e-14))
piecewise <- list(cuts = cuts, log_rate = unname(coef(g)), se = unname(sqrt(diag(vcov(g)))),
                  loglik = sum(pieces$event * coef(g)[pieces$piece] - exp(coef(g)[pieces$piece]) * (pieces$time - pieces$tstart)))
out <- list(producer = list(R = as.character(getRversion()), survival = as.character(packageVersion("survival")),
                            numDeriv = as.character(packageVersion("numDeriv"))), cases = cases, piecewise = piecewise)
write(toJSON(out, auto_unbox = TRUE, digits = 14, null = "null"), file.path(here, "parametric.json"))
