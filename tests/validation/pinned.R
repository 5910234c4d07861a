# Values that single tests use: boundaries of even looks (rpact), two-stage designs by enumeration, adjusted P values, E-values
# by root search, survival with late entry, odds ratios of the demonstration cohort with Firth's penalty (brglm2).
# Run once: Rscript tests/validation/pinned.R > tests/validation/pinned.json
suppressMessages({library(jsonlite); library(rpact); library(survival); library(brglm2)})
setLogLevel("DISABLED")

even <- function(type, k, ...) {
  d <- getDesignGroupSequential(typeOfDesign = type, kMax = k, alpha = 0.025, beta = 0.2, sided = 1, ...)
  list(type = type, looks = k, upper = d$criticalValues, shift = getDesignCharacteristics(d)$shift)
}
boundaries <- c(lapply(list(c("asOF", 2), c("asOF", 3), c("asOF", 5), c("asP", 2), c("asP", 4), c("OF", 3), c("OF", 5), c("P", 3), c("P", 5)),
                       function(v) even(v[1], as.integer(v[2]))), list(even("WT", 3, deltaWT = 0.25)))
uneven <- getDesignGroupSequential(typeOfDesign = "asOF", informationRates = c(0.3, 0.7, 1), alpha = 0.025, beta = 0.2, sided = 1)$criticalValues

# Two stages: for every n and n1 a table of success by r and by where x begins, then for every r1 the least r that keeps alpha.
simon <- function(p0, p1, alpha, beta, top) {
  found <- list()
  for (n in 2:top) for (n1 in 1:(n - 1)) {
    n2 <- n - n1; x <- 0:n1; r <- 0:(n - 1)
    from <- function(p) {  # success if the first stage has x or more: columns x, rows r
      tail <- c(1, pbinom(0:n2, n2, p, lower.tail = FALSE))  # more than -1 .. n2
      each <- matrix(tail[pmin(pmax(outer(r, x, "-"), -1), n2) + 2], n) * rep(dbinom(x, n1, p), each = n)
      for (k in n1:1) each[, k] <- each[, k] + each[, k + 1]
      each
    }
    least_power <- pbinom(x - 1, n1, p1, lower.tail = FALSE)
    r1 <- x[x < n1 & c(least_power[-1], 0) >= 1 - beta]
    if (!length(r1)) next
    s0 <- from(p0); s1 <- from(p1)
    for (k in r1) {
      i <- which(s0[, k + 2] <= alpha & r >= k)[1]
      if (is.na(i) || s1[i, k + 2] < 1 - beta) next
      found[[length(found) + 1]] <- c(k, n1, r[i], n, n1 + pbinom(k, n1, p0, lower.tail = FALSE) * n2, s0[i, k + 2], s1[i, k + 2])
    }
  }
  f <- do.call(rbind, found)
  told <- function(i) list(rule = sprintf("%d/%d %d/%d", f[i, 1], f[i, 2], f[i, 3], f[i, 4]), expected = f[i, 5], size = f[i, 6], power = f[i, 7])
  least <- f[, 4] == min(f[, 4])
  list(p0 = p0, p1 = p1, alpha = alpha, beta = beta, optimal = told(which.min(f[, 5])), minimax = told(which(least)[which.min(f[least, 5])]))
}
two_stage <- lapply(list(c(0.05, 0.2, 0.1, 0.1, 49), c(0.05, 0.2, 0.05, 0.1, 53), c(0.05, 0.25, 0.05, 0.2, 29), c(0.1, 0.25, 0.1, 0.1, 62), c(0.1, 0.25, 0.05, 0.1, 78), c(0.1,
                         0.3, 0.05, 0.2, 41), c(0.2, 0.35, 0.1, 0.1, 75), c(0.2, 0.35, 0.05, 0.1, 95), c(0.2, 0.4, 0.05, 0.2, 55), c(0.3, 0.5, 0.1, 0.1, 58), c(0.3, 0.5, 0.05,
                         0.1, 75), c(0.4, 0.6, 0.05, 0.2, 58), c(0.5, 0.7, 0.1, 0.1, 57), c(0.5, 0.7, 0.05, 0.1, 73), c(0.6, 0.8, 0.05, 0.2, 55), c(0.7, 0.9, 0.1, 0.1, 40),
                         c(0.7, 0.9, 0.05, 0.1, 48)),
                    function(v) do.call(simon, as.list(v)))

p <- c(0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216)
adjusted <- list(p = p, holm = p.adjust(p, "holm"), bh = p.adjust(p, "BH"))

# E: the strength, the same with treatment and outcome, at which the joint bounding factor E E / (E + E - 1) is the risk ratio.
strength <- function(rr) { rr <- max(rr, 1 / rr); if (rr == 1) return(1); uniroot(function(e) e * e / (2 * e - 1) - rr, c(1, 4 * rr), tol = 1e-14)$root }
common_hr <- function(h) (1 - 0.5^sqrt(h)) / (1 - 0.5^sqrt(1 / h))
e_value <- function(kind, value, low, high, rare) {
  to <- switch(kind, rr = identity, or = if (rare) identity else sqrt, hr = if (rare) identity else common_hr)
  v <- c(value, low, high); r <- sapply(v, to)
  list(kind = kind, value = value, low = low, high = high, rare = rare, point = strength(r[1]), limit = if (r[2] <= 1 && r[3] >= 1) 1 else strength(if (r[2] > 1) r[2] else r[3]))
}
e_values <- list(e_value("rr", 0.8, 0.71, 0.91, NA), e_value("hr", 0.56, 0.46, 0.69, TRUE), e_value("hr", 0.6, 0.3, 1.2, FALSE), e_value("or", 2.5, 1.2, 5, TRUE),
                 e_value("hr", 0.4, 0.2, 0.7, FALSE), e_value("or", 0.3, 0.1, 0.8, FALSE))

# Seven patients of whom six entered late, in units of 100 days.
seven <- data.frame(entry = c(0, 1, 2, 2, 3, 5, 6), exit = c(4, 6, 5, 8, 9, 10, 12), dead = c(1, 1, 0, 1, 1, 0, 1))
curve <- function(f) { s <- summary(f); list(time = 100 * s$time, surv = s$surv, median = 100 * unname(s$table["median"])) }
late <- list(entered = curve(survfit(Surv(entry, exit, dead) ~ 1, seven)), ignored = curve(survfit(Surv(exit, dead) ~ 1, seven)))

# Response of the demonstration cohort by method and extrahepatic disease: responders and patients.
demo <- data.frame(method = c("deb_tace", "deb_tace", "y90", "y90", "ablation", "ablation"), extrahepatic = rep(c("none", "present"), 3),
                   responders = c(4, 0, 1, 1, 3, 0), patients = c(4, 9, 1, 5, 3, 2))
d <- demo[rep(1:6, demo$patients), ]
d$y <- unlist(mapply(function(r, n) rep(1:0, c(r, n - r)), demo$responders, demo$patients))
d$method <- factor(d$method, levels = c("deb_tace", "y90", "ablation"))
f <- glm(y ~ method + extrahepatic, binomial, d, method = "brglmFit", type = "AS_mean", epsilon = 1e-14, maxit = 1000)
firth <- list(counts = demo, names = names(coef(f))[-1], odds_ratio = exp(unname(coef(f))[-1]), se = unname(sqrt(diag(vcov(f))))[-1])

cat(toJSON(list(producer = list(R = as.character(getRversion()), rpact = as.character(packageVersion("rpact")), survival = as.character(packageVersion("survival")),
                                brglm2 = as.character(packageVersion("brglm2"))),
                boundaries = boundaries, uneven = uneven, two_stage = two_stage, adjusted = adjusted, e_values = e_values, late = late, firth = firth),
           auto_unbox = TRUE, digits = NA, na = "null"), "\n")
