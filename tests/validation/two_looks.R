# One-sample log-rank tests with a look for futility: moments by nested `integrate`, probabilities by mvtnorm.
# Run once: Rscript tests/validation/two_looks.R > tests/validation/two_looks.json
library(jsonlite)
library(mvtnorm)
area <- function(f, a, b) if (b <= a) 0 else integrate(f, a, b, rel.tol = 1e-11, abs.tol = 1e-14, subdivisions = 2000L)$value
# With t = a s^power the pole of a hazard at 0 (shape below 1) goes away.
smooth <- function(f, a, b, power) if (a > 0) area(f, a, b) else area(function(s) f(s^power) * power * s^(power - 1), 0, b^(1 / power))

looks <- function(v) with(v, {
  scale <- at / (-log(s0))^(1 / shape)
  L <- function(t) (t / scale)^shape
  l <- function(t) shape / scale * (t / scale)^(shape - 1)
  power <- max(1, 1 / shape)
  # One patient under the hazard `hr * l`, followed to `a`: events less expected ones, U = N - L(X).
  alive <- function(t, hr) exp(-hr * L(t) - lost * t)
  first <- function(a, hr) c(N = smooth(function(t) hr * l(t) * alive(t, hr), 0, a, power), E = smooth(function(t) l(t) * alive(t, hr), 0, a, power))
  # E[U(a) U(b)], a <= b: what ends by a counts as a square; what outlives a has U(a) = -L(a).
  product <- function(a, b, hr) {
    squares <- smooth(function(t) ((1 - L(t))^2 * hr * l(t) + L(t)^2 * lost) * alive(t, hr), 0, a, power)
    later <- if (b > a) smooth(function(t) ((1 - L(t)) * hr * l(t) - L(t) * lost) * alive(t, hr), a, b, power) else 0
    squares - L(a) * (later - L(b) * alive(b, hr))
  }
  mean_over <- function(f, to) area(function(e) sapply(e, f), 0, to) / to
  moments <- function(u, hr) {
    to <- min(u, accrual)
    N <- mean_over(function(e) first(u - e, hr)[["N"]], to); E <- mean_over(function(e) first(u - e, hr)[["E"]], to)
    square <- mean_over(function(e) product(u - e, u - e, hr), to)
    list(E = E, drift = E - N, variance = square - (N - E)^2)
  }
  accrual <- n / rate; until <- accrual + follow
  end0 <- moments(until, 1); end1 <- moments(until, ratio)
  above <- function(a, b, rho) as.numeric(pmvnorm(c(a, b), c(Inf, Inf), corr = matrix(c(1, rho, rho, 1), 2), algorithm = Miwa(steps = 4096)))
  one <- function(n1) {
    look <- n1 / rate
    early0 <- moments(look, 1); early1 <- moments(look, ratio)
    both <- mean_over(function(e) product(look - e, until - e, ratio), look)
    mean_end <- mean_over(function(e) { p <- first(until - e, ratio); p[["N"]] - p[["E"]] }, look)
    joint <- both - (-early1$drift) * mean_end
    rho0 <- sqrt(n1 * early0$variance / (n * end0$variance))
    m1 <- sqrt(n1 / early1$E) * early1$drift; s1 <- sqrt(early1$variance / early1$E)
    m <- sqrt(n / end1$E) * end1$drift; s <- sqrt(end1$variance / end1$E)
    rho1 <- sqrt(n1 / n) * joint / sqrt(early1$variance * end1$variance)
    last <- function(c1) uniroot(function(c) above(c1, c, rho0) - alpha, c(-3, 4), tol = 1e-12)$root
    reached <- function(c1) above((c1 - m1) / s1, (last(c1) - m) / s, rho1)
    if (reached(-4) < wanted) return(NULL)
    top <- qnorm(1 - alpha) - 0.1  # stopping alone must not spend all of alpha
    c1 <- if (reached(top) >= wanted) top else uniroot(function(x) reached(x) - wanted, c(-4, top), tol = 1e-11)$root
    list(n1 = n1, c1 = c1, c = last(c1), stop0 = pnorm(c1), stop1 = pnorm((c1 - m1) / s1), power = reached(c1), expected = n1 + (1 - pnorm(c1)) * (n - n1))
  }
  found <- Filter(Negate(is.null), lapply(tried, one))
  best <- found[[which.min(sapply(found, `[[`, "expected"))]]
  c(v[names(v) != "tried"], list(best = best))
})
cases <- list(
  list(s0 = 0.6, at = 3, ratio = 0.5, shape = 0.5, rate = 5, follow = 1, lost = 0, alpha = 0.05, wanted = 0.85, n = 50, tried = 12:30),
  list(s0 = 0.3, at = 12, ratio = 0.6, shape = 1, rate = 1.5, follow = 6, lost = 0.01, alpha = 0.05, wanted = 0.8, n = 45, tried = 12:30),
  list(s0 = 0.5, at = 9, ratio = 0.55, shape = 1.4, rate = 2, follow = 9, lost = 0.02, alpha = 0.1, wanted = 0.8, n = 27, tried = 7:24)
)
cat(toJSON(list(versions = list(R = paste(R.version$major, R.version$minor, sep = "."), mvtnorm = as.character(packageVersion("mvtnorm"))),
                two_looks = lapply(cases, looks)), auto_unbox = TRUE, digits = 15, pretty = FALSE), "\n")
