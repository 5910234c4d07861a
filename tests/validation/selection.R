# Picking the winner. Responders: ties broken by lot are ties broken by a uniform number added to each count, which is integrated;
# small trials by every outcome. Survival times: a multivariate normal probability (mvtnorm), events by `integrate`.
# Run once: Rscript tests/validation/selection.R > tests/validation/selection.json
suppressMessages({library(jsonlite); library(mvtnorm)})
right <- function(n, best, other, k) {
  x <- 0:n
  below <- pbinom(x - 1, n, other); at <- dbinom(x, n, other)
  sum(dbinom(x, n, best) * mapply(function(b, a) integrate(function(u) (b + a * u)^(k - 1), 0, 1, rel.tol = 1e-13)$value, below, at))
}
listed <- function(n, best, other, k) {  # every outcome of every arm
  all <- as.matrix(expand.grid(rep(list(0:n), k)))
  top <- apply(all, 1, max)
  chance <- dbinom(all[, 1], n, best) * apply(all[, -1, drop = FALSE], 1, function(v) prod(dbinom(v, n, other)))
  sum(chance * (all[, 1] == top) / rowSums(all == top))
}
small <- lapply(list(c(7, 0.5, 0.3, 3), c(5, 0.35, 0.2, 4), c(9, 0.95, 0.8, 2), c(1, 0.6, 0.3, 3)),
                function(v) list(n = v[1], best = v[2], other = v[3], k = v[4], right = do.call(listed, as.list(v)), by_integral = do.call(right, as.list(v))))
# Fewest patients a treatment for 90% and a difference of 15 points; never less from there to twice as many.
table <- lapply(2:4, function(k) {
  n <- sapply(1:8 / 10, function(p) {
    chance <- sapply(1:140, right, best = p + 0.15, other = p, k = k)
    first <- which(chance >= 0.9)[1]
    stopifnot(all(diff(chance) > 0))
    first
  })
  list(k = k, response = 1:8 / 10, n = n, right = mapply(right, n, 1:8 / 10 + 0.15, 1:8 / 10, k), one_less = mapply(right, n - 1, 1:8 / 10 + 0.15, 1:8 / 10, k))
})
events_of <- function(hazard, lost, accrual, follow) {  # chance of an event seen, entry uniform
  seen <- function(entry) sapply(entry, function(e) integrate(function(t) hazard * exp(-(hazard + lost) * t), 0, accrual - e + follow, rel.tol = 1e-12)$value)
  integrate(seen, 0, accrual, rel.tol = 1e-12)$value / accrual
}
lowest <- function(d1, d0, ratio, k) {  # log hazard of every other less that of the best: normal, all sharing the best's error
  m <- k - 1
  v <- matrix(1 / d1, m, m) + diag(1 / d0, m)
  if (m == 1) pnorm(log(ratio) / sqrt(v[1, 1])) else pmvnorm(lower = rep(0, m), mean = rep(log(ratio), m), sigma = v, algorithm = Miwa(steps = 4096))[1]
}
survival <- lapply(list(list(median = 10, hr = 2 / 3, rate = 3, follow = 12, lost = 0, k = 3, correct = 0.9), list(median = 8, hr = 0.5, rate = 2, follow = 6, lost = 0.1, k = 2, correct = 0.85)),
  function(v) with(v, {
    h <- log(2) / median; d <- -log(1 - lost) / 12
    for (n in 1:200) {
      e <- n * c(events_of(h * hr, d, n * k / rate, follow), events_of(h, d, n * k / rate, follow))
      chance <- lowest(e[1], e[2], 1 / hr, k)
      if (chance >= correct) break
    }
    c(v, list(n = n * k, right = chance, events = e[1] + (k - 1) * e[2], events_null = k * e[2]))
  }))
normal <- lapply(list(c(30, 30, 1.5, 3), c(20, 35, 1.8, 4), c(12, 15, 1.4, 2)), function(v) list(d1 = v[1], d0 = v[2], ratio = v[3], k = v[4], right = do.call(lowest, as.list(v))))
cat(toJSON(list(producer = list(R = R.version.string, mvtnorm = as.character(packageVersion("mvtnorm"))), small = small, table = table,
                survival = survival, normal = normal), auto_unbox = TRUE, digits = NA, na = "null"), "\n")
