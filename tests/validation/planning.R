# Assurance, precision and monitoring: `integrate`, Poisson sums, `binom.test`, and every sequence of patients listed.
# Run once: Rscript tests/validation/planning.R > tests/validation/planning.json
library(jsonlite)
area <- function(f, a, b) integrate(f, a, b, rel.tol = 1e-12, subdivisions = 1000L)$value

# Assurance: power of a rule that counts responders, averaged over beta(x + 1/2, n - x + 1/2); the log of a ratio, over a normal.
one_stage <- function(p, n, need) sapply(p, function(q) sum(dbinom(need:n, n, q)))
two_stage <- function(p, r1, n1, r, n) sapply(p, function(q) sum(sapply((r1 + 1):n1, function(x) dbinom(x, n1, q) * sum(dbinom(0:(n - n1), n - n1, q)[0:(n - n1) > r - x]))))
over <- function(f, x, n) area(function(v) f(v^2) * dbeta(v^2, x + 0.5, n - x + 0.5) * 2 * v, 0, 0.7) + area(function(v) f(v^2) * dbeta(v^2, x + 0.5, n - x + 0.5) * 2 * v, 0.7, 1)
assurance <- lapply(list(c(9, 24), c(2, 6), c(0, 5)), function(v)
  list(x = v[1], n = v[2], one = over(function(p) one_stage(p, 25, 6), v[1], v[2]), two = over(function(p) two_stage(p, 1, 10, 5, 29), v[1], v[2]),
       beyond = area(function(p) dbeta(p, v[1] + 0.5, v[2] - v[1] + 0.5), 0.2, 1 - 1e-12)))
ratio <- lapply(list(c(log(0.6), 0.4, 80, 0.5, 0.025), c(log(0.75), 0.2, 200, 1 / 3, 0.05)), function(v)
  list(mean = v[1], sd = v[2], events = v[3], share = v[4], alpha = v[5],
       value = area(function(l) pnorm(-l * sqrt(v[3] * v[4] * (1 - v[4])) - qnorm(1 - v[5])) * dnorm(l, v[1], v[2]), v[1] - 10 * v[2], v[1] + 10 * v[2])))

# Precision of a median: d events in T months; P(gamma(d) > y) = P(Poisson(y) < d). Sizes one after another.
median_plan <- function(v) with(v, {
  rate <- log(2) / median; null <- log(2) / excluded; a <- (1 - level) / 2
  for (n in 1:400) {
    accrual <- n / speed * 12
    seen <- area(function(e) 1 - exp(-rate * (accrual - e + follow)), 0, accrual) / accrual
    d <- floor(n * seen)
    if (d == 0) next
    # The interval excludes the value from this many months at risk on: then the upper limit of the rate is the excluded one.
    y <- uniroot(function(y) ppois(d + before - 1, y) - a, c(1e-6, 10 * (d + before) + 50), tol = 1e-13)$root
    needed <- y / null - months
    reached <- if (needed > 0) ppois(d - 1, rate * needed) else 1
    if (reached >= assured) break
  }
  c(v, list(n = n, events = d, reached = reached, duration = (accrual + follow) * 30.4375))
})
medians <- lapply(list(list(median = 9, excluded = 5, level = 0.95, assured = 0.8, before = 0, months = 0, speed = 12, follow = 12),
                       list(median = 12, excluded = 6, level = 0.9, assured = 0.9, before = 5, months = 60, speed = 8, follow = 18)), median_plan)
half <- function(n, p, level) sum(dbinom(0:n, n, p) * sapply(0:n, function(x) diff(binom.test(x, n, conf.level = level)$conf.int))) / 2
widths <- lapply(list(c(0.375, 0.15, 0.95), c(0.1, 0.1, 0.9)), function(v) {
  w <- sapply(1:60, half, p = v[1], level = v[3])
  n <- which(w <= v[2])[1]
  stopifnot(all(diff(w) < 0))
  list(p = v[1], wanted = v[2], level = v[3], n = n, half = w[n])
})

# Toxicity: every one of 2^n sequences. Bounds of a posterior threshold; thresholds tried from the lowest up.
n <- 14
every <- as.matrix(expand.grid(rep(list(0:1), n)))
counts <- t(apply(every, 1, cumsum))
harmed <- rowSums(every)
watch <- function(bounds, p) {
  hit <- apply(counts >= rep(bounds, each = nrow(counts)), 1, function(h) which(h)[1])
  chance <- p^harmed * (1 - p)^(n - harmed)
  list(stop = sum(chance[!is.na(hit)]), expected = sum(chance * ifelse(is.na(hit), n, hit)))
}
posterior_above <- function(x, k, p, prior) {  # by the substitution s = (1 - t)^b, under which the density has no pole at 1
  a <- prior[1] + x; b <- prior[2] + k - x
  area(function(s) (1 - s^(1 / b))^(a - 1), 0, (1 - p)^b) / (b * beta(a, b))
}
bayes <- function(p, high, alpha, prior, looks) {
  value <- lapply(looks, function(k) sapply(0:k, posterior_above, k = k, p = p, prior = prior))
  bounds_at <- function(t) { b <- (1:n) + 1; b[looks] <- sapply(seq_along(looks), function(i) { w <- which(value[[i]] > t * (1 + 1e-10)); if (length(w)) w[1] - 1 else looks[i] + 1 }); b }
  for (t in sort(unique(unlist(value)))) { b <- bounds_at(t); if (watch(b, p)$stop <= alpha) break }
  list(p = p, high = high, alpha = alpha, prior = prior, looks = looks, threshold = t, bounds = b[looks], null = watch(b, p), high_rate = watch(b, high))
}
pocock <- function(p, high, alpha, looks) {
  tail_of <- function(x, k) sum(dbinom(x:k, k, p))
  best <- NULL
  for (level in sort(unique(unlist(lapply(looks, function(k) sapply(1:k, tail_of, k = k)))))) {
    b <- (1:n) + 1
    b[looks] <- sapply(looks, function(k) { w <- which(sapply(1:k, tail_of, k = k) <= level * (1 + 1e-10)); if (length(w)) w[1] else k + 1 })
    if (watch(b, p)$stop > alpha) break
    best <- b
  }
  list(p = p, high = high, alpha = alpha, looks = looks, bounds = best[looks], null = watch(best, p), high_rate = watch(best, high))
}
monitoring <- list(bayes = list(bayes(0.2, 0.4, 0.05, c(0.2, 0.8), 1:n), bayes(0.3, 0.5, 0.1, c(1, 1), c(4, 8, 14))),
                   pocock = list(pocock(0.2, 0.4, 0.05, 1:n), pocock(0.25, 0.5, 0.1, c(5, 10, 14))))

# Response and toxicity, associated: every bound tried; patients between two looks by `dmultinom`.
cells_of <- function(e, t, odds) {
  b <- if (odds == 1) e * t else uniroot(function(b) b * (1 - e - t + b) - odds * (e - b) * (t - b), c(max(0, e + t - 1), min(e, t)), tol = 1e-15)$root
  c(b, e - b, t - b, 1 - e - t + b)
}
walk <- function(few, many, looks, cells) {
  state <- matrix(1, 1, 1); before <- 0; stops <- NULL
  for (i in seq_along(looks)) {
    m <- looks[i] - before
    new <- matrix(0, looks[i] + 1, looks[i] + 1)
    for (b in 0:m) for (e in 0:(m - b)) for (t in 0:(m - b - e)) {
      rows <- (b + e) + seq_len(nrow(state)); cols <- (b + t) + seq_len(ncol(state))
      new[rows, cols] <- new[rows, cols] + dmultinom(c(b, e, t, m - b - e - t), prob = cells) * state
    }
    keep <- outer(0:looks[i] > few[i], 0:looks[i] < many[i], "&")
    stops <- c(stops, sum(new[!keep])); state <- new * keep; before <- looks[i]
  }
  list(go = sum(state), expected = sum(stops[-length(stops)] * looks[-length(looks)]) + (1 - sum(stops[-length(stops)])) * max(looks))
}
both <- function(v) with(v, {
  up <- lapply(looks, function(k) sapply(0:k, function(x) 1 - pbeta(e0, e0 + x, 1 - e0 + k - x)))
  down <- lapply(looks, function(k) sapply(0:k, function(x) pbeta(t0, t0 + x, 1 - t0 + k - x)))
  best <- NULL; seen <- character(0)
  for (g in (0:20) / 20) for (l in (1:99) / 100) {
    need <- l * (looks / max(looks))^g
    few <- mapply(function(u, c) sum(u < c) - 1, up, need); many <- mapply(function(d, c) sum(d >= c), down, need)
    key <- paste(c(few, many), collapse = ","); if (key %in% seen) next
    seen <- c(seen, key)
    null <- walk(few, many, looks, cells_of(e0, t0, odds))
    errors <- null$go
    if (null$go > alpha) next
    if (each) {
      errors <- max(null$go, walk(few, many, looks, cells_of(e1, t0, odds))$go, walk(few, many, looks, cells_of(e0, t1, odds))$go)
      if (errors > alpha) next
    }
    alt <- walk(few, many, looks, cells_of(e1, t1, odds))
    if (is.null(best) || alt$go > best$power + 1e-10 || (abs(alt$go - best$power) <= 1e-10 && null$expected < best$expected_null))
      best <- list(few = few, many = many, size = null$go, power = alt$go, expected_null = null$expected, expected = alt$expected)
  }
  c(v, best)
})
associated <- lapply(list(list(e0 = 0.2, e1 = 0.5, t0 = 0.4, t1 = 0.15, looks = c(8, 16), alpha = 0.1, odds = 3, each = FALSE),
                          list(e0 = 0.2, e1 = 0.6, t0 = 0.5, t1 = 0.1, looks = c(8, 16), alpha = 0.2, odds = 0.5, each = TRUE)), both)
# One stage: every size, with the fewest responders that alpha allows.
single <- lapply(list(c(0.1, 0.3, 0.05, 0.8), c(0.2, 0.4, 0.05, 0.9), c(0.05, 0.2, 0.1, 0.8), c(0.5, 0.7, 0.025, 0.85)), function(v) {
  need <- sapply(1:400, function(n) which(sapply(0:(n + 1), function(k) sum(dbinom(k:n, n, v[1]) * (k <= n))) <= v[3])[1] - 1)
  size <- mapply(function(k, n) sum(dbinom(k:n, n, v[1]) * (k <= n)), need, 1:400)
  reached <- mapply(function(k, n) if (k > n) 0 else sum(dbinom(k:n, n, v[2])), need, 1:400)
  one <- which(reached >= v[4])[1]; all <- max(which(reached < v[4])) + 1
  list(p0 = v[1], p1 = v[2], alpha = v[3], power = v[4], smallest = c(one, need[one], size[one], reached[one]), stable = c(all, need[all], size[all], reached[all]))
})
cat(toJSON(list(producer = list(R = R.version.string), single = single, assurance = assurance, ratio = ratio, medians = medians, widths = widths,
                monitoring = monitoring, associated = associated), auto_unbox = TRUE, digits = NA, na = "null"), "\n")
