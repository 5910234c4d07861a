# Randomised trials of other kinds than a log-rank test: restricted means, orders of treatment, SMART, promising zone, blinded
# re-estimation. `integrate`, `uniroot`, every outcome of a patient listed; conditional power by rpact.
# Run once: Rscript tests/validation/randomised_trials.R > tests/validation/randomised_trials.json
suppressMessages({library(jsonlite); library(rpact)})
setLogLevel("DISABLED")
area <- function(f, a, b, cuts = numeric(0), tol = 1e-11) {
  at <- sort(unique(c(a, cuts[cuts > a & cuts < b], b)))
  sum(mapply(function(l, h) integrate(f, l, h, rel.tol = tol, subdivisions = 1000L)$value, head(at, -1), tail(at, -1)))
}
each <- function(f) function(x) sapply(x, f)

# Variance for one patient of the area under the Kaplan-Meier curve, n patients entering at `rate` a month.
mean_to <- function(S, tau) area(S, 0, tau)
variance <- function(S, h, tau, n, rate, follow, lost) {
  end <- n / rate
  followed <- function(t) pmin(1, (end + follow - t) / end) * exp(-lost * t)
  area(each(function(t) area(S, t, tau, tol = 1e-10)^2 * h(t) / (S(t) * followed(t))), 0, tau, follow, 1e-9)
}
compare <- function(S0, h0, S1, h1, tau, rate, follow, lost, alpha, power, sided, margin = 0) {
  effect <- mean_to(S1, tau) - mean_to(S0, tau)
  error <- function(n) sqrt(2 * (variance(S0, h0, tau, n, rate, follow, lost) + variance(S1, h1, tau, n, rate, follow, lost)) / n)
  z <- qnorm(1 - alpha / sided) + qnorm(power)
  most <- (tau - follow) * rate + 0.5  # fewer are not followed to the horizon
  exact <- uniroot(function(n) error(n) - (effect + margin) / z, c(max(most, 4), 1500), tol = 1e-7)$root
  n <- 2 * ceiling(exact / 2)
  list(means = c(mean_to(S0, tau), mean_to(S1, tau)), n = n, error = error(n), power_reached = pnorm((effect + margin) / error(n) - qnorm(1 - alpha / sided)))
}
means <- lapply(list(list(median = 10, hr = 0.5, rate = 3, follow = 12, lost = 0, tau = 24, alpha = 0.05, power = 0.8, sided = 2, margin = 0),
                     list(median = 8, hr = 0.9, rate = 6, follow = 9, lost = 0.1, tau = 18, alpha = 0.05, power = 0.85, sided = 1, margin = 2)),
  function(v) with(v, {
    l0 <- log(2) / median; l1 <- hr * l0
    c(v, compare(function(t) exp(-l0 * t), each(function(t) l0), function(t) exp(-l1 * t), each(function(t) l1), tau, rate, follow, -log(1 - lost) / 12, alpha, power, sided, margin))
  }))

# Orders of treatment: survival is that on the first treatment, or alive after progression at u, on the second or without one.
course <- function(s) {
  a <- log(2) / s$first; b <- log(2) / s$second; d <- log(2) / s$without; p <- a * (1 - s$die)
  left <- function(t, rate) integrate(function(u) p * exp(-a * u) * exp(-rate * (t - u)), 0, t, rel.tol = 1e-12)$value
  alive <- function(t) if (t == 0) c(1, 0, 0) else c(exp(-a * t), s$get * left(t, b), (1 - s$get) * left(t, d))
  list(S = each(function(t) sum(alive(t))), h = each(function(t) { x <- alive(t); sum(x * c(a * s$die, b, d)) / sum(x) }))
}
orders <- local({
  first <- list(first = 8, die = 0.1, get = 0.6, second = 9, without = 3); later <- list(first = 4, die = 0.1, get = 0.5, second = 10, without = 3)
  x <- course(later); y <- course(first)
  at <- c(3, 12, 24)
  list(first = first, later = later, tau = 24, rate = 3, follow = 12, alpha = 0.05, power = 0.8, sided = 2, at = at, survival = list(later = x$S(at), first = y$S(at)),
       trial = compare(x$S, x$h, y$S, y$h, 24, 3, 12, 0, 0.05, 0.8, 2))
})

# SMART: every path of one patient (first treatment, controlled, second, alive); the influence of a patient on each weighted mean.
arms <- list(TACE = list(controlled = 0.6, alive = 0.75, salvage = c(doxorubicin = 0.4, other = 0.35)),
             doxorubicin = list(controlled = 0.4, alive = 0.6, salvage = c(TACE = 0.3, other = 0.25)),
             ablation = list(controlled = 0.5, alive = 0.7, salvage = c(doxorubicin = 0.45)))
smart <- lapply(list(list(names = c("TACE", "doxorubicin"), a = c("TACE", "doxorubicin"), b = c("doxorubicin", "TACE"), alpha = 0.05, power = 0.8, sided = 2),
                     list(names = c("TACE", "doxorubicin"), a = c("TACE", "doxorubicin"), b = c("TACE", "other"), alpha = 0.1, power = 0.9, sided = 1),
                     list(names = names(arms), a = c("ablation", "doxorubicin"), b = c("doxorubicin", "other"), alpha = 0.05, power = 0.9, sided = 2)),
  function(v) {
    paths <- do.call(rbind, lapply(v$names, function(f) { s <- arms[[f]]; k <- length(s$salvage); rbind(
      data.frame(first = f, second = NA, chance = s$controlled / length(v$names), alive = s$alive, weight = length(v$names)),
      data.frame(first = f, second = names(s$salvage), chance = (1 - s$controlled) / k / length(v$names), alive = unname(s$salvage), weight = length(v$names) * k)) }))
    paths <- rbind(transform(paths, y = 1, p = chance * alive), transform(paths, y = 0, p = chance * (1 - alive)))
    stopifnot(abs(sum(paths$p) - 1) < 1e-12)
    follows <- function(r) paths$first == r[1] & (is.na(paths$second) | paths$second == r[2])
    value <- function(r) sum((paths$p * paths$weight * paths$y)[follows(r)])
    influence <- function(r) ifelse(follows(r), paths$weight * (paths$y - value(r)), 0)
    V <- sum(paths$p * (influence(v$a) - influence(v$b))^2)
    delta <- value(v$a) - value(v$b)
    n <- ceiling((qnorm(1 - v$alpha / v$sided) + qnorm(v$power))^2 * V / delta^2)
    c(v, list(n = n, values = c(value(v$a), value(v$b)), reached = pnorm(delta / sqrt(V / n) - qnorm(1 - v$alpha / v$sided)),
              followers = n * c(sum(paths$p[follows(v$a)]), sum(paths$p[follows(v$b)]))))
  })

# Promising zone. Conditional power of the trend by rpact; the second stage that reaches it, and the zone, by `uniroot`.
combined <- getDesignInverseNormal(kMax = 2, alpha = 0.025, typeOfDesign = "noEarlyEfficacy", informationRates = c(0.5, 1))
trend <- lapply(c(0.8, 1.3, 1.9), function(z) {
  events <- 33; log_ratio <- 2 * z / sqrt(events)
  stage <- getStageResults(combined, getDataset(cumulativeEvents = events, cumulativeLogRanks = z, cumulativeAllocationRatios = 1), stage = 1, directionUpper = TRUE)
  more <- c(33, 50)
  list(z = z, second = more / 66, power = sapply(more, function(m) getConditionalPower(stage, nPlanned = m, thetaH1 = exp(log_ratio))$conditionalPower[2]))
})
promising <- function(v) with(v, {
  cp <- function(z, w, drift) pnorm(drift * sqrt(w) - (crit - sqrt(t) * z) / sqrt(1 - t))
  edge <- function(p) uniroot(function(z) cp(z, 1 - t, z / sqrt(t)) - p, c(0, 6), tol = 1e-14)$root
  low <- edge(least); high <- edge(target)
  second <- function(z) {
    if (z < low || z >= high) return(1 - t)
    if (cp(z, most - t, z / sqrt(t)) <= target) return(most - t)
    uniroot(function(w) cp(z, w, z / sqrt(t)) - target, c(1 - t, most - t), tol = 1e-14)$root
  }
  enough <- uniroot(function(z) cp(z, most - t, z / sqrt(t)) - target, c(0.1, 6), tol = 1e-13)$root
  behave <- function(drift) {
    over <- function(g) area(each(function(z) g(z) * dnorm(z, drift * sqrt(t))), drift * sqrt(t) - 9, drift * sqrt(t) + 9, c(low, high, enough, drift * sqrt(t)), 1e-10)
    c(over(function(z) cp(z, second(z), drift)), over(function(z) t + second(z)), pnorm(high, drift * sqrt(t)) - pnorm(low, drift * sqrt(t)))
  }
  c(v, list(low = low, high = high, null = behave(0), alternative = behave(drift)))
})
zones <- lapply(list(list(t = 0.5, crit = qnorm(0.975), most = 1.5, target = 0.8, least = 0.36, drift = log(2) * sqrt(66) / 2),
                     list(t = 0.4, crit = qnorm(0.95), most = 2, target = 0.9, least = 0.2, drift = 2.2)), promising)

# Blinded rates: events and months at risk expected of all patients by a month; patients whose events are those needed.
blinded <- lapply(list(c(18, 10, 400), c(12, 15, 150)), function(v) {
  at <- v[1]; l <- log(2) / 10 * c(1, 0.5); lost <- 0
  rate_at <- function(f) { over <- function(g) sum(sapply(f * l, function(h) area(function(e) g(h, at - e), 0, at)))
    over(function(h, s) 1 - exp(-h * s)) / over(function(h, s) (1 - exp(-h * s)) / h) }
  f <- uniroot(function(x) rate_at(exp(x)) - v[2] / v[3], c(-4, 4), tol = 1e-14)$root
  events <- function(n, k) { end <- n / 3; n / 2 * sum(sapply(k * l, function(h) area(function(e) 1 - exp(-h * (end - e + 12)), 0, end) / end)) }
  size <- function(k) 2 * ceiling(uniroot(function(n) events(n, k) - 66, c(30, 2000), tol = 1e-9)$root / 2)
  list(at = at, seen = v[2], months = v[3], factor = exp(f), n = size(exp(f)), planned = size(1))
})
# Strata: events add up, log ratios are averaged over them; strata ignored are mixtures of exponential times.
strata <- lapply(list(list(share = c(0.6, 0.4), median = c(16, 5), hr = c(0.5, 0.5), rate = 3, follow = 12, lost = 0, alpha = 0.05, power = 0.8, sided = 2),
                      list(share = c(0.5, 0.3, 0.2), median = c(18, 9, 4), hr = c(0.5, 0.6, 0.7), rate = 5, follow = 9, lost = 0.05, alpha = 0.025, power = 0.85, sided = 1)),
  function(v) with(v, {
    h0 <- log(2) / median; h1 <- h0 * hr; d <- -log(1 - lost) / 12
    # Events by month t of n patients entering until n / rate: entry and time integrated.
    by <- function(n, t, h) { end <- n / rate; area(function(e) h / (h + d) * (1 - exp(-(h + d) * (t - e))), 0, min(end, t)) / end * n / 2 }
    parts <- function(n, t) share * (sapply(h0, by, n = n, t = t) + sapply(h1, by, n = n, t = t))
    average <- function(n, t) sum(parts(n, t) * log(hr)) / sum(parts(n, t))
    z <- qnorm(1 - alpha / sided) + qnorm(power)
    needed <- function(n) 4 * z^2 / average(n, n / rate + follow)^2
    first <- uniroot(function(n) sum(parts(n, n / rate + follow)) - needed(n), c(10, 2000), tol = 1e-9)$root
    events <- ceiling(needed(first) - 1e-9)
    n <- 2 * ceiling(uniroot(function(n) sum(parts(n, n / rate + follow)) - events, c(10, 2000), tol = 1e-9)$root / 2)
    month <- uniroot(function(t) sum(parts(n, t)) - events, c(1, n / rate + follow + 50), tol = 1e-11)$root
    ratio <- average(n, month)
    S <- function(u, h) colSums(share * exp(-outer(h, u))); f <- function(u, h) colSums(share * h * exp(-outer(h, u)))
    inside <- function(u) pmin(pmax(month - u, 0), n / rate) * exp(-d * u)
    seen <- function(u) (f(u, h0) + f(u, h1)) * inside(u)
    cut <- max(month - n / rate, 0)
    marginal <- area(function(u) seen(u) * log((f(u, h1) / S(u, h1)) / (f(u, h0) / S(u, h0))), 0, month, cut) / area(seen, 0, month, cut)
    c(v, list(n = n, events = events, month = month, ratio = exp(ratio), marginal = exp(marginal),
              power_reached = pnorm(-ratio * sqrt(events) / 2 - qnorm(1 - alpha / sided))))
  }))
cat(toJSON(list(producer = list(R = R.version.string, rpact = as.character(packageVersion("rpact"))), means = means, orders = orders, smart = smart,
                trend = trend, zones = zones, strata = strata, blinded = blinded), auto_unbox = TRUE, digits = NA, na = "null"), "\n")
