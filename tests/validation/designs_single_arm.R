# Single-arm designs: base R only, by enumeration, `integrate` and `uniroot`.
# Run once: Rscript tests/validation/designs_single_arm.R > tests/validation/designs_single_arm.json
library(jsonlite)

# Every two-stage rule of up to `top` patients, one after the other.
simon <- function(p0, p1, alpha, power, top) {
  found <- NULL
  for (n in 2:top) for (n1 in 1:(n - 1)) for (r1 in 0:(n1 - 1)) {
    x <- (r1 + 1):n1
    for (r in (r1 + 1):(n - 1)) {
      a <- sum(dbinom(x, n1, p0) * pbinom(r - x, n - n1, p0, lower.tail = FALSE))
      if (a > alpha) next
      b <- sum(dbinom(x, n1, p1) * pbinom(r - x, n - n1, p1, lower.tail = FALSE))
      if (b >= power) {
        pet <- pbinom(r1, n1, p0)
        found <- rbind(found, data.frame(r1, n1, r, n, alpha = a, power = b, pet, en = n1 + (1 - pet) * (n - n1)))
      }
      break
    }
  }
  found
}
corners <- function(f) {  # rules that are best for some weight, tried on a fine grid of weights
  w <- seq(0, 1, length.out = 20001)
  best <- unique(sapply(w, function(v) which.min(v * (f$n + 1e-9 * f$en) + (1 - v) * (f$en + 1e-9 * f$n))))
  f[best[order(f$n[best])], ]
}
two <- lapply(list(c(0.1, 0.35, 0.1, 0.8, 26), c(0.2, 0.5, 0.05, 0.8, 26), c(0.05, 0.3, 0.05, 0.85, 24)), function(v) {
  f <- corners(simon(v[1], v[2], v[3], v[4], v[5]))
  list(p0 = v[1], p1 = v[2], alpha = v[3], power = v[4], top = v[5], rules = f)
})

# After two stages: p-value, limits and estimate. `m2` is the attained size of the second stage.
p_of <- function(x1, x2, r1, n1, r, n, m2, p) {
  if (is.na(x2)) return(1 - pbinom(x1 - 1, n1, p))
  k <- (r1 + 1):n1; n2 <- n - n1
  if (m2 == n2) return(sum(dbinom(k, n1, p) * (1 - pbinom(x1 + x2 - k - 1, n2, p))))
  need <- r + 1 - x1
  star <- uniroot(function(q) (1 - pbinom(need - 1, n2, q)) - (1 - pbinom(x2 - 1, m2, p)), c(0, 1), tol = 1e-15)$root
  sum(dbinom(k, n1, p) * (1 - pbinom(r - k, n2, star)))
}
ends <- function(x1, x2, r1, n1, r, n, m2, level = 0.95) {
  a <- (1 - level) / 2
  nx <- if (is.na(x2)) c(x1 + 1, NA) else c(x1, x2 + 1)
  low <- uniroot(function(p) p_of(x1, x2, r1, n1, r, n, m2, p) - a, c(1e-9, 1 - 1e-9), tol = 1e-13)$root
  high <- uniroot(function(p) p_of(nx[1], nx[2], r1, n1, r, n, m2, p) - (1 - a), c(1e-9, 1 - 1e-9), tol = 1e-13)$root
  c(low, high)
}
umvue <- function(x1, x2, r1, n1, m2) {
  if (is.na(x2)) return(x1 / n1)
  s <- x1 + x2; k <- max(r1 + 1, s - m2):min(s, n1)
  sum(choose(n1 - 1, k - 1) * choose(m2, s - k)) / sum(choose(n1, k) * choose(m2, s - k))
}
after <- lapply(list(c(1, 10, 5, 29, 3, 4, 19, 0.1), c(1, 10, 5, 29, 1, NA, 19, 0.1), c(1, 10, 5, 29, 2, 4, 15, 0.1),
                     c(1, 10, 5, 29, 4, 3, 22, 0.1), c(3, 13, 12, 43, 5, 9, 30, 0.2), c(3, 13, 12, 43, 6, 7, 24, 0.2)),
  function(v) list(r1 = v[1], n1 = v[2], r = v[3], n = v[4], first = v[5], second = v[6],
                   n2 = v[7], p0 = v[8], p = p_of(v[5], v[6], v[1], v[2], v[3], v[4], v[7], v[8]),
                   limits = ends(v[5], v[6], v[1], v[2], v[3], v[4], v[7]), estimate = umvue(v[5], v[6], v[1], v[2], v[7])))

# Survival: Weibull through s at time at, uniform accrual over a, analysis at u, drop-out hazard d.
quad <- function(f, a, b, cuts = NULL) {
  at <- sort(unique(c(a, cuts[cuts > a & cuts < b], b)))
  sum(mapply(function(l, h) integrate(f, l, h, rel.tol = 1e-12, subdivisions = 2000L)$value, head(at, -1), tail(at, -1)))
}
# By the substitution t = y^4, under which the hazard of a shape below 1 stays finite.
smooth <- function(g, b, cuts = NULL) quad(function(y) g(y^4) * 4 * y^3, 0, b^0.25, if (is.null(cuts)) NULL else cuts^0.25)
still <- function(t, a, u, d) { w <- min(a, u); pmin(pmax((u - t) / w, 0), 1) * exp(-d * t) }
moments <- function(v) with(v, {
  rate <- (-log(s0))^(1 / shape) / at
  big <- function(t) (rate * t)^shape
  haz <- function(t) shape * rate * (rate * t)^(shape - 1)
  seen <- function(t) still(t, a, u, d) * exp(-hr * big(t)) * haz(t)
  kink <- u - min(a, u)
  p0 <- smooth(seen, u, kink); p00 <- smooth(function(t) seen(t) * big(t), u, kink)
  p1 <- hr * p0; p01 <- hr * p00
  list(expected = p0, observed = p1, variance = p1 - p1^2 + 2 * p00 - p0^2 - 2 * p01 + 2 * p0 * p1)
})
cases <- list(
  list(s0 = 0.6, at = 3, shape = 0.5, hr = 0.5, a = 9, u = 10, d = 0), list(s0 = 0.5, at = 9, shape = 1, hr = 0.6, a = 24, u = 36, d = 0.01),
  list(s0 = 0.3, at = 12, shape = 1.7, hr = 0.7, a = 20, u = 26, d = 0.02), list(s0 = 0.5, at = 9, shape = 0.8, hr = 1, a = 24, u = 10, d = 0.05))
logrank <- lapply(cases, function(v) {
  m <- moments(v)
  c(v, m, list(n = if (v$hr < 1) ((sqrt(m$expected) * qnorm(0.95) + sqrt(m$variance) * qnorm(0.8)) / (m$expected - m$observed))^2 else NA))
})
greenwood <- lapply(list(list(s1 = 0.6, at = 6, shape = 1, a = 24, u = 27, d = 0.02), list(s1 = 0.45, at = 12, shape = 0.7, a = 18, u = 24, d = 0),
                         list(s1 = 0.7, at = 6, shape = 1.4, a = 12, u = 18, d = 0.03)), function(v) with(v, {
  rate <- (-log(s1))^(1 / shape) / at
  big <- function(t) (rate * t)^shape
  haz <- function(t) shape * rate * (rate * t)^(shape - 1)
  kink <- u - min(a, u)
  value <- smooth(function(t) haz(t) / (exp(-big(t)) * still(t, a, u, d)), at, kink)
  area <- smooth(function(t) exp(-big(t)), at)
  rest <- function(t) sapply(t, function(s) integrate(function(x) exp(-big(x)), s, at, rel.tol = 1e-12)$value)
  spread <- smooth(function(t) rest(t)^2 * haz(t) / (exp(-big(t)) * still(t, a, u, d)), at, kink)
  c(v, list(log_survival = value, mean = area, mean_variance = spread))
}))

# Toxicity: the highest pointwise level, tried one after the other; chances by every path of counts.
stops <- function(bounds, p) {
  state <- 1; total <- 0
  for (k in seq_along(bounds)) {
    state <- c(state * (1 - p), 0) + c(0, state * p)
    out <- (0:k) >= bounds[k]
    total <- total + sum(state[out]); state[out] <- 0
  }
  total
}
toxicity <- lapply(list(c(0.2, 20, 0.05), c(0.3, 24, 0.1), c(0.15, 30, 0.05)), function(v) {
  n <- v[2]; p <- v[1]
  bounds_at <- function(level) sapply(1:n, function(k) { t <- which(pbinom((0:(k + 1)) - 1, k, p, lower.tail = FALSE) <= level * (1 + 1e-9)); t[1] - 1 })
  levels <- sort(unique(unlist(lapply(1:n, function(k) pbinom((1:k) - 1, k, p, lower.tail = FALSE)))))
  best <- NULL
  for (l in levels) { b <- bounds_at(l); if (stops(b, p) > v[3]) break; best <- b }
  list(p = p, n = n, alpha = v[3], bounds = best, stop = stops(best, p))
})

# Response and toxicity: every lambda and gamma, all outcomes of the patients between two looks.
go <- function(few, many, looks, cells) {
  state <- matrix(1, 1, 1); before <- 0
  for (i in seq_along(looks)) {
    m <- looks[i] - before
    new <- matrix(0, looks[i] + 1, looks[i] + 1)
    for (b in 0:m) for (e in 0:(m - b)) for (t in 0:(m - b - e)) {
      w <- dmultinom(c(b, e, t, m - b - e - t), prob = cells)
      rows <- (b + e) + seq_len(nrow(state)); cols <- (b + t) + seq_len(ncol(state))
      new[rows, cols] <- new[rows, cols] + w * state
    }
    keep <- outer(0:looks[i] > few[i], 0:looks[i] < many[i], "&")
    state <- new * keep; before <- looks[i]
  }
  sum(state)
}
bop <- lapply(list(list(e0 = 0.2, e1 = 0.5, t0 = 0.4, t1 = 0.15, looks = c(8, 16), alpha = 0.1),
                   list(e0 = 0.3, e1 = 0.6, t0 = 0.3, t1 = 0.1, looks = c(6, 12, 18), alpha = 0.05)), function(v) {
  n <- max(v$looks); tried <- NULL; best <- NULL
  for (g in (0:20) / 20) for (l in (1:99) / 100) {
    need <- l * (v$looks / n)^g
    few <- mapply(function(k, c) sum(1 - pbeta(v$e0, v$e0 + 0:k, 1 - v$e0 + k - 0:k) < c) - 1, v$looks, need)
    many <- mapply(function(k, c) sum(pbeta(v$t0, v$t0 + 0:k, 1 - v$t0 + k - 0:k) >= c), v$looks, need)
    key <- paste(c(few, many), collapse = ",")
    if (key %in% tried) next
    tried <- c(tried, key)
    cell <- function(e, t) c(e * t, e * (1 - t), (1 - e) * t, (1 - e) * (1 - t))
    size <- go(few, many, v$looks, cell(v$e0, v$t0))
    if (size > v$alpha) next
    power <- go(few, many, v$looks, cell(v$e1, v$t1))
    if (is.null(best) || power > best$power) best <- list(power = power, size = size, few = few, many = many,
      toxic = go(few, many, v$looks, cell(v$e1, v$t0)), weak = go(few, many, v$looks, cell(v$e0, v$t1)))
  }
  c(v, best)
})
cat(toJSON(list(producer = list(R = R.version.string), two_stage = two, after = after, logrank = logrank, greenwood = greenwood,
                toxicity = toxicity, efficacy_toxicity = bop), auto_unbox = TRUE, digits = NA, na = "null"), "\n")
