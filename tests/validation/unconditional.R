# Exact unconditional intervals (Chan and Zhang 1999), the nuisance proportion within its confidence set (Berger and Boos
# 1994), by brute force: the likelihood equation of every table by bisection, every table compared with the observed one,
# the tail on a fine grid of the nuisance proportion and by optimize about its highest places, the limit looked for from
# outside inwards and then halved.
suppressPackageStartupMessages(library(jsonlite))
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))
gamma <- 1e-6

line <- function(kind, e) if (kind == "difference") c(1, e) else c(e, 0)
# Clopper-Pearson limits of each proportion at level 1 - gamma / 2: both hold with probability 1 - gamma or more.
limits <- function(x, n) c(if (x == 0) 0 else qbeta(gamma / 4, x, n - x + 1), if (x == n) 1 else qbeta(gamma / 4, x + 1, n - x, lower.tail = FALSE))

scores <- function(n1, n2, kind, e) {  # of all tables, n1 + 1 rows
  l <- line(kind, e); i <- matrix(0:n1, n1 + 1, n2 + 1); j <- matrix(0:n2, n1 + 1, n2 + 1, byrow = TRUE)
  a <- i * 0 + max(0, -l[2] / l[1]); b <- i * 0 + min(1, (1 - l[2]) / l[1])
  for (k in 1:52) {  # the likelihood equation, multiplied by p1 q1 p2 q2, falls through 0 between a and b
    m <- (a + b) / 2; q <- l[1] * m + l[2]
    up <- l[1] * (i - n1 * q) * m * (1 - m) + (j - n2 * m) * q * (1 - q) > 0
    a[up] <- m[up]; b[!up] <- m[!up]
  }
  p2 <- (a + b) / 2; p1 <- pmin(pmax(l[1] * p2 + l[2], 0), 1)
  gap <- i / n1 - l[1] * j / n2 - l[2]
  ifelse(abs(gap) < 1e-9, 0, gap / sqrt(pmax(p1 * (1 - p1) / n1 + l[1]^2 * p2 * (1 - p2) / n2, 1e-300)))
}
tail_p <- function(x1, n1, x2, n2, kind, e, upper) {
  l <- line(kind, e); b1 <- limits(x1, n1); b2 <- limits(x2, n2)
  low <- max(b2[1], (b1[1] - l[2]) / l[1]); high <- min(b2[2], (b1[2] - l[2]) / l[1])
  if (low > high) return(0)
  score <- scores(n1, n2, kind, e); seen <- score[x1 + 1, x2 + 1]; room <- 1e-8 * max(1, abs(seen))
  extreme <- if (upper) score <= seen + room else score >= seen - room
  prob <- function(p2) {
    p1 <- pmin(pmax(l[1] * p2 + l[2], 0), 1)
    rowSums((outer(p1, 0:n1, function(p, k) dbinom(k, n1, p)) %*% extreme) * outer(p2, 0:n2, function(p, k) dbinom(k, n2, p)))
  }
  grid <- seq(low, high, length.out = 201); found <- prob(grid); best <- max(found)
  wall <- c(-1, found, -1); peak <- which(found >= wall[1:201] & found >= wall[3:203] & found > 0.95 * best)
  for (k in peak) if (high > low)
    best <- max(best, optimize(prob, grid[c(max(k - 1, 1), min(k + 1, 201))], maximum = TRUE, tol = 1e-11)$objective)
  best
}
limit <- function(x1, n1, x2, n2, kind, upper, a = 0.025 - gamma) {
  to <- function(s) if (kind == "difference") s else s / (1 - s)
  from <- if (kind == "difference") x1 / n1 - x2 / n2 else (x1 / n1) / (x1 / n1 + x2 / n2)
  end <- if (kind == "difference") (if (upper) 1 else -1) else (if (upper) 1 else 0)
  f <- function(s) tail_p(x1, n1, x2, n2, kind, to(s), upper)
  steps <- seq(end, from, length.out = 200)[-1]
  outer_ <- end; inner <- from
  for (s in steps) if (f(s) > a) { inner <- s; break } else outer_ <- s
  # A stretch of effects that is not rejected may be narrow: once more from two steps further out, in small steps.
  outer_ <- if (inner == from) outer_ else outer_ + 2 * (outer_ - inner)
  if (abs(outer_) > 1) outer_ <- end
  for (s in seq(outer_, inner, length.out = 300)[-1]) if (f(s) > a) { inner <- s; break } else outer_ <- s
  while (abs(outer_ - inner) > 1e-11) { m <- (outer_ + inner) / 2; if (f(m) > a) inner <- m else outer_ <- m }
  to(outer_)
}
tables <- list(c(0, 13, 3, 10), c(2, 8, 5, 12), c(0, 6, 4, 15), c(7, 7, 2, 9), c(0, 5, 0, 8), c(3, 11, 3, 11), c(1, 14, 9, 20),
               c(2, 13, 1, 6), c(0, 5, 0, 6), c(13, 13, 0, 5), c(1, 1, 0, 1), c(1, 2, 1, 1), c(9, 10, 2, 4), c(7, 15, 12, 15),
               c(0, 13, 9, 65), c(1, 24, 14, 119), c(0, 13, 138, 238))
cases <- lapply(tables, function(t) {
  both <- lapply(c("difference", "ratio"), function(kind) {
    if (kind == "ratio" && t[3] == 0) return(NULL)
    low <- if (kind == "ratio" && t[1] == 0) 0 else limit(t[1], t[2], t[3], t[4], kind, FALSE)
    high <- if (kind == "difference" && t[1] == t[2] && t[3] == 0) 1 else limit(t[1], t[2], t[3], t[4], kind, TRUE)
    c(low, high)
  })
  list(x1 = t[1], n1 = t[2], x2 = t[3], n2 = t[4], difference = both[[1]], ratio = both[[2]])
})
out <- list(producer = list(R = as.character(getRversion())), gamma = gamma, cases = cases)
write(toJSON(out, auto_unbox = TRUE, digits = 15, null = "null"), file.path(here, "unconditional.json"))
