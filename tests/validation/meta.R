# Meta-analysis. Estimates with variances: metafor (rma by REML, PM and DL; Wald, Knapp-Hartung with and without the
# safeguard; prediction with k - 2 degrees of freedom; Q-profile; leave one out; Egger). Counts: the likelihood of lme4
# (glmer) at given numbers of nodes, maximised here until its slope is gone, with profile limits by root search;
# likelihood ratio against one value a study from metafor (rma.glmm). One study: exact intervals of base R.
suppressPackageStartupMessages({library(metafor); library(lme4); library(numDeriv); library(jsonlite)})
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))

# ---- data, drawn once and rounded -------------------------------------------------------------------------------
set.seed(20190601)
sizes <- c(1, 2, 3, 5, 10, 20)
normal <- list()
for (k in sizes) {
  v <- round(1 / sample(8:60, k, replace = TRUE), 4)
  normal[[paste0(k, "_homogeneous")]] <- list(y = round(0.4 + rnorm(k) * sqrt(v), 4), v = v)
  normal[[paste0(k, "_heterogeneous")]] <- list(y = round(0.4 + 0.8 * rnorm(k) + rnorm(k) * sqrt(v), 4), v = v)
  normal[[paste0(k, "_alike")]] <- list(y = round(0.4 + 0.05 * rnorm(k) * sqrt(v), 4), v = v)
}
counts <- list()
for (k in sizes) {
  n <- sample(6:45, k, replace = TRUE)
  t <- round(n * runif(k, 0.5, 2.5), 2)
  draw <- function(mu, tau) mu + tau * rnorm(k)
  one <- function(kind, mu, tau) {
    repeat {
      x <- if (kind == "binomial") rbinom(k, n, plogis(draw(mu, tau))) else rpois(k, t * exp(draw(mu, tau)))
      if (sum(x) > 0 && (kind == "poisson" || sum(x) < sum(n))) return(x)
    }
  }
  for (kind in c("binomial", "poisson")) {
    size <- if (kind == "binomial") n else t
    counts[[paste(kind, k, "homogeneous", sep = "_")]] <- list(kind = kind, x = one(kind, -0.6, 0), n = size)
    counts[[paste(kind, k, "heterogeneous", sep = "_")]] <- list(kind = kind, x = one(kind, -0.6, 1.4), n = size)
    low <- one(kind, -1.2, 0.9)
    if (k > 1) low[seq_len(max(1, k %/% 3))] <- 0
    if (sum(low) == 0) low[k] <- 2
    counts[[paste(kind, k, "zeros", sep = "_")]] <- list(kind = kind, x = low, n = size)
  }
}

# ---- estimates with variances -----------------------------------------------------------------------------------
fit <- function(d, method, test = "z") suppressWarnings(rma(d$y, d$v, method = method, test = test,
  control = list(threshold = 1e-14, maxiter = 20000, stepadj = 0.5, tol = 1e-13, tau2.max = 1e5)))
limits <- function(m) { p <- predict(m); list(low = p$ci.lb, high = p$ci.ub, se = m$se) }
pooled <- function(d, method) {
  k <- length(d$y)
  m <- fit(d, method)
  out <- list(mu = as.numeric(m$beta), tau2 = m$tau2, i2 = m$I2 / 100, h2 = m$H2, q = m$QE, p = m$QEp,
              wald = limits(m))
  if (k > 1) {
    out$knha <- limits(fit(d, method, "knha"))
    out$adhoc <- limits(fit(d, method, "adhoc"))
    ci <- suppressWarnings(confint(m, control = list(tol = 1e-13, tau2.max = 1e7)))
    out$profile <- list(empty = isTRUE(ci$ci.null), low = ci$random[c("tau^2", "I^2(%)", "H^2"), "ci.lb"],
                        high = ci$random[c("tau^2", "I^2(%)", "H^2"), "ci.ub"])
    out$weight <- as.numeric(weights(m)) / 100
  }
  if (k > 2) {
    for (test in c("z", "knha", "adhoc")) {
      p <- predict(fit(d, method, test), pi.type = "riley")
      out$prediction[[test]] <- list(low = p$pi.lb, high = p$pi.ub)
    }
    out$without <- sapply(seq_len(k), function(i) as.numeric(fit(list(y = d$y[-i], v = d$v[-i]), method)$beta))
  }
  if (k > 3 && method == "REML")
    stopifnot(max(abs(leave1out(m)$estimate - out$without)) < 1e-6)
  out
}
analysed <- lapply(normal, function(d) {
  out <- list(REML = pooled(d, "REML"), PM = pooled(d, "PM"), DL = pooled(d, "DL"))
  common <- rma(d$y, d$v, method = "FE")
  out$common <- list(mu = as.numeric(common$beta), low = common$ci.lb, high = common$ci.ub)
  if (length(d$y) >= 10) {
    e <- regtest(d$y, d$v, model = "lm", predictor = "sei")
    out$egger <- list(t = e$zval, p = e$pval)
  }
  out
})
# Two subgroups of the 20 heterogeneous studies, each with its own variance between studies.
d <- normal[["20_heterogeneous"]]
halves <- lapply(list(1:8, 9:20), function(i) fit(list(y = d$y[i], v = d$v[i]), "REML"))
between <- rma(sapply(halves, function(m) as.numeric(m$beta)), sei = sapply(halves, function(m) m$se), method = "FE")
subgroups <- list(first = 8, mu = sapply(halves, function(m) as.numeric(m$beta)), q = between$QE, p = between$QEp)

# ---- counts -----------------------------------------------------------------------------------------------------
deviance_of <- function(d, nodes) {
  flat <- if (d$kind == "binomial") qlogis(sum(d$x) / sum(d$n)) else log(sum(d$x) / sum(d$n))
  d <- data.frame(x = d$x, n = d$n, study = factor(seq_along(d$x)), kind = d$kind)
  made <- function(tolerance) {
    control <- glmerControl(tolPwrss = tolerance, check.conv.singular = "ignore", check.conv.grad = "ignore",
                            check.conv.hess = "ignore", check.nobs.vs.nlev = "ignore", check.nobs.vs.nRE = "ignore")
    m <- suppressWarnings(if (d$kind[1] == "binomial")
      glmer(cbind(x, n - x) ~ 1 + (1 | study), d, binomial, nAGQ = nodes, control = control)
    else glmer(x ~ 1 + offset(log(n)) + (1 | study), d, poisson, nAGQ = nodes, control = control))
    list(m = m, f = suppressWarnings(update(m, devFunOnly = TRUE)))
  }
  # The conditional modes are found the better the smaller the tolerance, until rounding keeps them from settling.
  steps <- lapply(c(1e-10, 1e-8), function(t) try(made(t), silent = TRUE))
  steps <- Filter(function(s) !inherits(s, "try-error"), steps)
  f <- function(tau, mu) {
    for (s in steps) {
      value <- try(s$f(c(abs(tau), mu)), silent = TRUE)
      if (!inherits(value, "try-error")) return(value)
    }
    stop("no tolerance works")
  }
  list(f = f, tau = getME(steps[[1]]$m, "theta"), mu = fixef(steps[[1]]$m), flat = flat)
}
best <- function(dev) {
  f <- function(b) dev$f(b[1], b[2])
  flat <- dev$flat
  starts <- list(c(dev$tau, dev$mu), c(0.5, dev$mu), c(1.5, flat))
  found <- lapply(starts, function(s) optim(s, f, method = "Nelder-Mead", control = list(reltol = 1e-14, maxit = 4000)))
  top <- found[[which.min(sapply(found, function(o) o$value))]]
  b <- abs(top$par[1]); mu <- top$par[2]
  if (dev$f(0, flat) <= top$value + 1e-9) return(list(tau = 0, mu = flat, value = dev$f(0, flat), flat = flat))
  b <- c(b, mu)
  for (i in 1:30) {
    step <- -solve(hessian(f, b), grad(f, b))
    b <- b + step
    if (max(abs(step)) < 1e-10) break
  }
  list(tau = b[1], mu = b[2], value = f(b), flat = flat)
}
counted <- function(d, nodes) {
  dev <- deviance_of(d, nodes)
  b <- best(dev)
  if (b$tau == 0) {  # at the boundary the maximum in mu is that of the plain model, which glm finds exactly
    b$mu <- if (d$kind == "binomial") qlogis(sum(d$x) / sum(d$n)) else log(sum(d$x) / sum(d$n))
    se <- if (d$kind == "binomial") sqrt(1 / (sum(d$n) * dlogis(b$mu))) else sqrt(1 / sum(d$x))
  } else se <- sqrt(2 * solve(hessian(function(p) dev$f(p[1], p[2]), c(b$tau, b$mu)))[2, 2])
  profile <- function(mu) {
    at <- c(0, exp(seq(log(0.02), log(60), length.out = 40)))
    h <- sapply(at, dev$f, mu = mu)
    i <- which.min(h)
    min(h[i], optimize(dev$f, c(at[max(i - 1, 1)], at[min(i + 1, 41)]), mu = mu, tol = 1e-9)$objective)
  }
  limit <- function(side, drop = qchisq(0.95, 1)) {
    g <- function(mu) profile(mu) - b$value - drop
    far <- b$mu + side * 2 * se
    while (g(far) < 0 && abs(far - b$mu) < 30) far <- b$mu + side * min(30, abs(far - b$mu) * 1.5)
    if (g(far) < 0) return(NULL)
    uniroot(g, sort(c(b$mu, far)), tol = 1e-11)$root
  }
  list(mu = b$mu, tau = b$tau, se = se, lr = dev$f(0, b$flat) - b$value, low = limit(-1), high = limit(1))
}
fitted <- lapply(counts, function(d) {
  if (length(d$x) == 1) {
    e <- if (d$kind == "binomial") binom.test(d$x, d$n) else poisson.test(d$x, d$n)
    return(list(exact = list(value = as.numeric(e$estimate), low = e$conf.int[1], high = e$conf.int[2])))
  }
  m <- suppressWarnings(if (d$kind == "binomial") rma.glmm(measure = "PLO", xi = d$x, ni = d$n, nAGQ = 1)
                        else rma.glmm(measure = "IRLN", xi = d$x, ti = d$n, nAGQ = 1))
  list(n25 = counted(d, 25), n15 = counted(d, 15), lrt = list(q = m$QE.LRT, p = m$QEp.LRT))
})

versions <- list(R = R.version.string, metafor = as.character(packageVersion("metafor")),
                 lme4 = as.character(packageVersion("lme4")), numDeriv = as.character(packageVersion("numDeriv")))
out <- list(producer = versions, sizes = sizes, normal = normal, counts = counts, analysed = analysed,
            subgroups = subgroups, fitted = fitted)
write(toJSON(out, auto_unbox = TRUE, digits = NA, pretty = TRUE, null = "null"), file.path(here, "meta.json"))
