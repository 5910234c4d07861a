# Proportions with published series borrowed from: predictive prior by quadrature on grids of its own, robust mixture
# with a uniform part, medians, weights, sizes by moments, Box's P, power priors.
suppressPackageStartupMessages(library(jsonlite))
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))

hermite <- function(k) {  # probabilists' nodes by Golub and Welsch
  j <- matrix(0, k, k); i <- seq_len(k - 1); j[cbind(i, i + 1)] <- j[cbind(i + 1, i)] <- sqrt(i)
  e <- eigen(j, symmetric = TRUE); list(x = e$values, w = e$vectors[1, ]^2)
}
simpson <- function(a, b, m) {
  x <- seq(a, b, length.out = m); w <- rep(c(2, 4), length.out = m); w <- c(1, rep(c(4, 2), (m - 3) / 2), 4, 1)
  list(x = x, w = w * (b - a) / (m - 1) / 3)
}
predictive <- function(x, n, scale = 0.5, centre = 2) {
  h <- hermite(160); tau <- simpson(0, 8 * scale, 301); p <- (sum(x) + 0.5) / (sum(n) + 1)
  mu <- simpson(qlogis(p) - 10, qlogis(p) + 10, 801)
  mass <- m1 <- m2 <- 0
  for (k in seq_along(tau$x)) {
    eta <- outer(mu$x, tau$x[k] * h$x, "+"); like <- rep(1, length(mu$x))
    for (i in seq_along(x)) like <- like * as.vector(exp(x[i] * (eta - qlogis(p)) - n[i] * (log1p(exp(eta)) - log1p(exp(qlogis(p))))) %*% h$w)
    g <- mu$w * dnorm(mu$x, 0, centre) * like * tau$w[k] * dnorm(tau$x[k], 0, scale); th <- plogis(eta)
    mass <- mass + sum(g); m1 <- m1 + sum(g * (th %*% h$w)); m2 <- m2 + sum(g * (th^2 %*% h$w))
  }
  m <- m1 / mass; v <- m2 / mass - m^2; s <- m * (1 - m) / v - 1
  list(mean = m, size = s, a = m * s, b = (1 - m) * s)
}
mixq <- function(q, w, a, b) uniroot(function(t) sum(w * pbeta(t, a, b)) - q, c(0, 1), tol = 1e-14)$root
bb <- function(x, n, a, b) exp(lchoose(n, x) + lbeta(a + x, b + n - x) - lbeta(a, b))
moments <- function(w, a, b) { m <- sum(w * a / (a + b)); v <- sum(w * a * (a + 1) / ((a + b) * (a + b + 1))) - m^2; m * (1 - m) / v - 1 }
one <- function(x0, n0, x, n) {
  prior <- predictive(x0, n0); a <- c(prior$a, 1); b <- c(prior$b, 1)
  update <- function(x) { w <- c(0.8, 0.2) * bb(x, n, a, b); w <- w / sum(w); list(w = w, a = a + x, b = b + n - x) }
  u <- update(x); q3 <- function(u) sapply(c(0.5, 0.025, 0.975), mixq, w = u$w, a = u$a, b = u$b)
  marginal <- bb(0:n, n, prior$a, prior$b); box <- sapply(0:n, function(y) sum(marginal[marginal <= marginal[y + 1] * (1 + 1e-9)]))
  top <- which.max(box) - 1; above <- which(box < 0.05) - 1; above <- above[above > top]
  power <- function(w) { s <- 1 + w * sum(x0) + x; t <- 1 + w * sum(n0 - x0) + n - x; qbeta(c(0.5, 0.025, 0.975), s, t) }
  norm <- function(w) lbeta(1 + w * sum(x0) + x, 1 + w * sum(n0 - x0) + n - x) - lbeta(1 + w * sum(x0), 1 + w * sum(n0 - x0))
  w0 <- norm(seq(0, 1, 0.001)); ref <- max(w0); f <- function(w) exp(norm(w) - ref)
  list(older_events = I(x0), older_sizes = I(n0), events = x, n = n, prior_mean = prior$mean, prior_size = prior$size,
       observed = as.vector(binom.test(x, n)$conf.int), alone = qbeta(c(0.5, 0.025, 0.975), 1 + x, 1 + n - x), borrowed = q3(u),
       weight = u$w[1], size_borrowed = moments(u$w, u$a, u$b) - (n + 2), p = box[x + 1],
       conflict_above = if (length(above)) min(above) else NULL, if_above = if (length(above)) q3(update(min(above))) else NULL,
       power_half = power(0.5), power = integrate(function(w) w * f(w), 0, 1, rel.tol = 1e-10)$value / integrate(f, 0, 1, rel.tol = 1e-10)$value)
}
cases <- list(one(c(25, 10), c(129, 76), 9, 24), one(14, 39, 2, 6), one(9, 65, 0, 13), one(34, 65, 8, 13),
              one(c(23, 12, 19, 9, 39, 6, 9, 10), c(107, 44, 51, 39, 139, 20, 78, 35), 15, 24))
out <- list(producer = list(R = as.character(getRversion())), cases = cases)
writeLines(toJSON(out, digits = NA, auto_unbox = TRUE, null = "null"), file.path(here, "borrowed_rates.json"))
