# Reference values for intervals of proportions, differences between groups and weighted log-rank tests.
# Run once: Rscript tests/validation/small_samples.R    (writes small_samples.json beside this file)
suppressMessages({library(survival); library(jsonlite)})
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))

wilson <- function(x, n) suppressWarnings(as.numeric(prop.test(x, n, correct = FALSE)$conf.int))
mid_p <- function(x, n) {
  below <- function(p) (pbinom(x - 1, n, p) + pbinom(x, n, p)) / 2
  root <- function(target) uniroot(function(p) below(p) - target, c(0, 1), tol = 1e-15)$root
  c(if (x == 0) 0 else root(0.975), if (x == n) 1 else root(0.025))
}
one <- function(v) {
  x <- v[1]; n <- v[2]
  j <- qbeta(c(0.025, 0.975), x + 0.5, n - x + 0.5)
  j <- c(if (x == 0) 0 else j[1], if (x == n) 1 else j[2])
  list(x = x, n = n, jeffreys = j, mid_p = mid_p(x, n),
       upper = binom.test(x, n, alternative = "less")$conf.int[2])
}
two <- function(v) {
  p <- c(v[1] / v[2], v[3] / v[4]); a <- wilson(v[1], v[2]); b <- wilson(v[3], v[4]); d <- p[1] - p[2]
  list(x1 = v[1], n1 = v[2], x2 = v[3], n2 = v[4], difference = d,
       low = d - sqrt((p[1] - a[1])^2 + (b[2] - p[2])^2), high = d + sqrt((a[2] - p[1])^2 + (p[2] - b[1])^2))
}

# The second group minus the first: limits of S by log-log combined by square-and-add; restricted means from survfit.
difference <- function(name, time, status, group, day, tau) {
  part <- lapply(sort(unique(group)), function(g) {
    f <- survfit(Surv(time[group == g], status[group == g]) ~ 1, conf.type = "log-log")
    s <- summary(f, times = day)
    r <- summary(f, rmean = tau)$table
    list(s = s$surv, low = s$lower, high = s$upper, mean = unname(r[grep("rmean$", names(r))]),
         se = unname(r[grep("se\\(rmean\\)", names(r))]))
  })
  a <- part[[1]]; b <- part[[2]]; d <- b$s - a$s; m <- b$mean - a$mean
  half <- qnorm(0.975) * sqrt(a$se^2 + b$se^2)
  list(name = name, time = time, status = status, group = group, day = day, tau = tau,
       survival = c(d, d - sqrt((b$s - b$low)^2 + (a$high - a$s)^2), d + sqrt((b$high - b$s)^2 + (a$s - a$low)^2)),
       rmst = c(m, m - half, m + half))
}

# Weighted log-rank tests written out day by day (Klein & Moeschberger 2003, section 7.3).
weighted <- function(name, time, status, group) {
  days <- sort(unique(time[status == 1])); g <- sort(unique(group)); k <- length(g)
  square <- function(weight) {
    z <- rep(0, k); v <- matrix(0, k, k); s <- 1
    for (t in days) {
      n <- sum(time >= t); d <- sum(time == t & status == 1)
      nj <- sapply(g, function(x) sum(time >= t & group == x))
      dj <- sapply(g, function(x) sum(time == t & status == 1 & group == x))
      s <- s * (1 - d / (n + 1))
      w <- weight(n, s)
      z <- z + w * (dj - d * nj / n)
      if (n > 1) v <- v + w^2 * d * (n - d) / (n - 1) * (diag(nj / n) - outer(nj / n, nj / n))
    }
    drop(z[-k] %*% solve(v[-k, -k], z[-k]))
  }
  list(name = name, time = time, status = status, group = group,
       "gehan" = square(function(n, s) n), "tarone-ware" = square(function(n, s) sqrt(n)),
       "peto-peto" = square(function(n, s) s))
}

write_json(list(
  producer = list(R = R.version.string, survival = as.character(packageVersion("survival"))),
  proportions = lapply(list(c(0, 13), c(0, 24), c(2, 13), c(6, 6), c(1, 5), c(17, 24), c(3, 100), c(1, 1)), one),
  differences = lapply(list(c(56, 70, 48, 80), c(3, 13, 0, 6), c(5, 5, 1, 6), c(0, 13, 0, 6)), two),
  survival = list(
    difference("aml", aml$time, aml$status, as.character(aml$x), 24, 40),
    difference("lung", lung$time, lung$status - 1, as.character(lung$sex), 365, 700),
    difference("veteran", veteran$time, veteran$status, as.character(veteran$trt), 90, 300)),
  weighted = list(
    weighted("aml", aml$time, aml$status, as.character(aml$x)),
    weighted("lung", lung$time, lung$status - 1, as.character(lung$sex)),
    weighted("veteran", veteran$time, veteran$status, as.character(veteran$celltype)))
), file.path(here, "small_samples.json"), digits = NA, auto_unbox = TRUE, na = "null")
