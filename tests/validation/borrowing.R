# Borrowed priors and the trials that use them: nested `integrate`, sums over `dbinom`, one size after another.
# Run once: Rscript tests/validation/borrowing.R > tests/validation/borrowing.json
library(jsonlite)
area <- function(f, a, b, cuts = numeric(0), tol = 1e-11) {
  at <- sort(unique(c(a, cuts[cuts > a & cuts < b], b)))
  sum(mapply(function(l, h) integrate(f, l, h, rel.tol = tol, abs.tol = 0, subdivisions = 2000L)$value, head(at, -1), tail(at, -1)))
}

# What k studies predict of the proportion in one more. Study j has logit mu + tau z_j; the predicted one mu + tau z.
# The mean of a study's likelihood over z, and of p and p^2 over z, are integrals of their own.
normal_mean <- function(g) integrate(function(z) g(z) * dnorm(z), -9, 9, rel.tol = 1e-10, subdivisions = 500L)$value
predicted <- function(x, n, between, centre) {
  peak <- sum(dbinom(x, n, x / n, log = TRUE))
  moments <- function(mu, tau) {
    like <- exp(sum(mapply(function(e, m) log(normal_mean(function(z) dbinom(e, m, plogis(mu + tau * z)) / dbinom(e, m, e / m))), x, n)))
    like * dnorm(mu, 0, centre) * c(1, tau, normal_mean(function(z) plogis(mu + tau * z)), normal_mean(function(z) plogis(mu + tau * z)^2))
  }
  known <- new.env()
  at <- function(mu, tau) {  # the four integrals share their points
    key <- sprintf("%.15e %.15e", mu, tau)
    if (is.null(known[[key]])) known[[key]] <- moments(mu, tau)
    known[[key]]
  }
  whole <- sapply(1:4, function(i) {
    over_tau <- function(mu) sapply(mu, function(m)
      integrate(function(tau) sapply(tau, function(t) at(m, t)[i]) * 2 * dnorm(tau, 0, between), 0, 8 * between, rel.tol = 1e-8)$value)
    middle <- qlogis((sum(x) + 0.5) / (sum(n) + 1))
    sum(sapply(list(c(-10, -3), c(-3, -1), c(-1, -0.3), c(-0.3, 0.3), c(0.3, 1), c(1, 3), c(3, 10)), function(v)
      integrate(over_tau, middle + v[1], middle + v[2], rel.tol = 1e-8)$value))
  })
  mean <- whole[3] / whole[1]; variance <- whole[4] / whole[1] - mean^2
  list(mean = mean, spread = sqrt(variance), size = mean * (1 - mean) / variance - 1, between = whole[2] / whole[1])
}
proportions <- lapply(list(list(x = c(23, 12, 19), n = c(107, 44, 51), scale = 0.5, centre = 2),
                           list(x = c(2, 5), n = c(13, 11), scale = 1, centre = 2)),
  function(v) c(v, predicted(v$x, v$n, v$scale, v$centre)))

# The same of a rate: the common mean has a flat prior, and is integrated numerically, not in closed form.
rate <- function(y, s, between) {
  y <- log(y)
  joint <- function(mu, tau, g) sapply(mu, function(m) prod(dnorm(y, m, sqrt(s^2 + tau^2))) * g(m))
  reach <- c(min(y) - 12 * (max(s) + between), max(y) + 12 * (max(s) + between))
  over <- function(g) integrate(function(tau) sapply(tau, function(t)
    area(function(mu) joint(mu, t, function(m) g(m, t)), reach[1], reach[2], c(mean(y), mean(y) - 2 * max(s), mean(y) + 2 * max(s)), 1e-10) *
      2 * dnorm(t, 0, between)), 0, 8 * between, rel.tol = 1e-9)$value
  whole <- over(function(m, t) 1)
  mean <- over(function(m, t) m) / whole
  variance <- over(function(m, t) t^2 + (m - mean)^2) / whole
  list(mean = mean, spread = sqrt(variance), size = 1 / variance, between = over(function(m, t) t) / whole)
}
rates <- lapply(list(list(y = c(1, 1.2, 0.6), s = c(0.1, 0.15, 0.3), scale = 0.5), list(y = c(0.5, 1.5), s = c(0.2, 0.2), scale = 0.3)),
  function(v) c(v, rate(v$y, v$s, v$scale)))

# Posterior of a mixture: densities multiplied by the likelihood, areas by `integrate`, limits by `uniroot`.
mix <- function(w, a, b) function(p) rowSums(sapply(seq_along(w), function(j) w[j] * dbeta(p, a[j], b[j])))
limits <- function(f, whole, low, high, cuts, level = 0.95) sapply(c((1 - level) / 2, (1 + level) / 2), function(q)
  uniroot(function(v) area(f, low, v, cuts) / whole - q, c(low + 1e-9, high - 1e-9), tol = 1e-13)$root)
mixed <- lapply(list(list(w = c(0.8, 0.2), a = c(12, 1), b = c(88, 1), x = 3, n = 10), list(w = c(0.5, 0.3, 0.2), a = c(9.5, 3, 1), b = c(15.5, 2, 1), x = 0, n = 13)),
  function(v) with(v, {
    f <- function(p) sapply(p, function(q) mix(w, a, b)(c(q, q))[1]) * dbinom(x, n, p)
    cuts <- c(0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7)
    whole <- area(f, 0, 1, cuts)
    parts <- sapply(seq_along(w), function(j) area(function(p) w[j] * dbeta(p, a[j], b[j]) * dbinom(x, n, p), 0, 1, cuts)) / whole
    counts <- sapply(0:n, function(k) area(function(p) sapply(p, function(q) mix(w, a, b)(c(q, q))[1]) * dbinom(k, n, p), 0, 1, cuts))
    c(v, list(mean = area(function(p) p * f(p), 0, 1, cuts) / whole, limits = limits(f, whole, 0, 1, cuts), weights = parts,
              p = sum(counts[counts <= counts[x + 1] * (1 + 1e-7)])))
  }))

# The same of a rate: normal on its log, Poisson counts.
logs <- lapply(list(list(w = c(0.8, 0.2), m = c(0.09, 0.09), s = c(0.45, 1.5), x = 4, t = 5), list(w = 1, m = -0.5, s = 0.3, x = 12, t = 8.5)),
  function(v) with(v, {
    prior <- function(u, j = seq_along(w)) rowSums(sapply(c(j, j), function(i) w[i] * dnorm(u, m[i], s[i]))) / 2
    at <- function(u, k, j = seq_along(w)) sapply(u, function(y) sum(w[j] * dnorm(y, m[j], s[j]))) * sapply(u, function(y) dpois(k, t * exp(y)))
    low <- min(m - 9 * s); high <- max(m + 6 * s); cuts <- seq(-3, 3, 0.5)
    whole <- area(function(u) at(u, x), low, high, cuts)
    f <- function(u) at(u, x)
    c(v, list(mean = area(function(u) exp(u) * f(u), low, high, cuts) / whole, limits = exp(limits(f, whole, low, high, cuts)),
              weights = sapply(seq_along(w), function(j) area(function(u) at(u, x, j), low, high, cuts)) / whole,
              p = { counts <- sapply(0:400, function(k) area(function(u) at(u, k), low, high, cuts, 1e-9))
                    sum(counts[counts <= counts[x + 1] * (1 + 1e-7)]) + 1 - sum(counts) }))
  }))

# Power priors: likelihood of the older data to a power, areas by `integrate`; the normalised one integrates the power too.
power_prior <- function(x, n, x0, n0, counts) {
  old <- if (counts) function(p, w) exp(w * (x0 * log(p) + (n0 - x0) * log1p(-p)))
         else function(p, w) exp(w * (x0 * log(p) - n0 * p)) / sqrt(p)
  new <- if (counts) function(p) dbinom(x, n, p) else function(p) dpois(x, n * p)
  high <- if (counts) 1 else (x + x0 + 20) / n * 3
  cuts <- if (counts) c(0.01, 0.1, 0.2, 0.3, 0.4, 0.6) else c(0.05, 0.2, 0.5, 1, 2, 4)
  fixed <- function(w) {
    f <- function(p) old(p, w) * new(p)
    whole <- area(f, 0, high, cuts)
    c(area(function(p) p * f(p), 0, high, cuts) / whole, limits(f, whole, 0, high, cuts))
  }
  # For a rate the power 0 has no proper prior: the normaliser is an integral to infinity that grows as it goes to 0.
  norm <- function(w) if (counts) area(function(p) old(p, w), 0, high, cuts, 1e-10)
          else integrate(function(y) old(y^2, w) * 2 * y, 0, Inf, rel.tol = 1e-10, subdivisions = 2000L)$value
  marginal <- function(w) area(function(p) old(p, w) * new(p), 0, high, cuts, 1e-10) / norm(w)
  over <- function(g) integrate(function(w) sapply(w, g), 0, 1, rel.tol = 1e-9, subdivisions = 500L)$value
  whole <- over(marginal)
  list(fixed = lapply(c(0, 0.25, 1), fixed), power = over(function(w) w * marginal(w)) / whole,
       mean = over(function(w) area(function(p) p * old(p, w) * new(p), 0, high, cuts, 1e-10) / norm(w)) / whole)
}
powers <- lapply(list(list(x = 3, n = 10, x0 = 30, n0 = 100, counts = TRUE), list(x = 9, n = 13, x0 = 6, n0 = 20, counts = TRUE),
                      list(x = 4, n = 5, x0 = 40, n0 = 20, counts = FALSE)),
  function(v) c(v, with(v, power_prior(x, n, x0, n0, counts))))

# One arm, after 9 of 24 and after 4 of 24: sizes one after another, the posterior probability above p0 as a ratio of areas.
above <- function(w, a, b, x, n, p0) {
  f <- function(p) sapply(p, function(q) mix(w, a, b)(c(q, q))[1]) * dbinom(x, n, p)
  area(f, p0, 1, c(0.3, 0.5, 0.7), 1e-10) / area(f, 0, 1, c(0.05, 0.1, p0, 0.3, 0.5, 0.7), 1e-10)
}
one <- lapply(list(list(w = c(0.5, 0.5), a = c(9.5, 1), b = c(15.5, 1), p0 = 0.2, p1 = 0.4, certainty = 0.95, power = 0.8),
                   list(w = c(0.8, 0.2), a = c(4.5, 1), b = c(20.5, 1), p0 = 0.2, p1 = 0.45, certainty = 0.975, power = 0.85)),
  function(v) with(v, {
    needed_of <- function(w, a, b, n) which(sapply(0:n, function(x) above(w, a, b, x, n, p0)) > certainty)[1] - 1
    for (n in 1:60) {
      needed <- needed_of(w, a, b, n)
      if (!is.na(needed) && sum(dbinom(needed:n, n, p1)) >= power) break
    }
    flat <- needed_of(1, 1, 1, n)
    tails <- function(k, p) if (is.na(k)) 0 else sum(dbinom(k:n, n, p))
    c(v, list(n = n, needed = needed, size = tails(needed, p0), reached = tails(needed, p1), flat_size = tails(flat, p0), flat_power = tails(flat, p1)))
  }))

# Two arms, beside 12 of 100 and 6 of 20 controls: P(treated rate above control rate) by a nested integral of the two unnormalised densities.
two <- lapply(list(list(treated = 12, controls = 5, w = c(0.8, 0.2), a = c(12.5, 1), b = c(88.5, 1), hoped = 0.45, certainty = 0.975),
                   list(treated = 10, controls = 0, w = c(0.5, 0.5), a = c(6.5, 1), b = c(14.5, 1), hoped = 0.6, certainty = 0.9)),
  function(v) with(v, {
    better <- outer(0:treated, 0:controls, Vectorize(function(x, y) {
      control <- function(q) sapply(q, function(r) mix(w, a, b)(c(r, r))[1]) * dbinom(y, controls, q)
      upper <- function(q) sapply(q, function(r) integrate(function(p) dbinom(x, treated, p) * (treated + 1), r, 1, rel.tol = 1e-9)$value)
      cuts <- c(0.05, 0.1, 0.15, 0.25, 0.4, 0.6)
      area(function(q) control(q) * upper(q), 0, 1, cuts, 1e-8) / area(control, 0, 1, cuts, 1e-9)
    }))
    centre <- sum(w * a / (a + b))
    drifts <- c(-0.1, 0, 0.1, 0.2)
    rows <- lapply(drifts, function(d) {
      rate <- centre + d
      if (rate <= 0) return(NULL)
      chance <- function(p) sum(outer(dbinom(0:treated, treated, p), dbinom(0:controls, controls, rate)) * (better > certainty))
      list(drift = d, size = chance(rate), power = chance(hoped))
    })
    c(v, list(better = better, rows = Filter(Negate(is.null), rows)))
  }))

cat(toJSON(list(producer = list(R = R.version.string), proportions = proportions, rates = rates, mixed = mixed, logs = logs,
                powers = powers, one = one, two = two), auto_unbox = TRUE, digits = NA, na = "null"), "\n")
