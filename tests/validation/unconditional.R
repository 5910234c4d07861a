# Exact unconditional intervals (Chan and Zhang 1999) by brute force: the restricted likelihood maximised numerically,
# every table summed by itself, the nuisance proportion on a fine grid and then by optimize, the limit looked for from
# outside inwards and then halved.
suppressPackageStartupMessages(library(jsonlite))
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))

loglik <- function(x, n, p) (if (x > 0) x * log(p) else 0) + (if (x < n) (n - x) * log1p(-p) else 0)
line <- function(kind, e) if (kind == "difference") c(1, e) else c(e, 0)
span <- function(kind, e) if (kind == "difference") c(max(0, -e), min(1, 1 - e)) else c(0, min(1, 1 / e))

restricted <- function(x1, n1, x2, n2, kind, e) {  # p2 that is likeliest given the effect: the score equation by uniroot
  s <- span(kind, e); l <- line(kind, e)
  slope <- function(p) {
    q <- l[1] * p + l[2]
    (if (x1 > 0) x1 * l[1] / q else 0) - (if (x1 < n1) (n1 - x1) * l[1] / (1 - q) else 0) +
      (if (x2 > 0) x2 / p else 0) - (if (x2 < n2) (n2 - x2) / (1 - p) else 0)
  }
  w <- s[2] - s[1]; a <- s[1] + 1e-14 * w; b <- s[2] - 1e-14 * w
  if (w <= 0) return(s[1])
  if (slope(a) <= 0) return(s[1]); if (slope(b) >= 0) return(s[2])
  uniroot(slope, c(a, b), tol = 1e-16, maxiter = 500)$root
}
tail_p <- function(x1, n1, x2, n2, kind, e, upper) {
  l <- line(kind, e); score <- matrix(0, n1 + 1, n2 + 1)
  for (i in 0:n1) for (j in 0:n2) {
    p2 <- restricted(i, n1, j, n2, kind, e); p1 <- min(max(l[1] * p2 + l[2], 0), 1)
    gap <- i / n1 - l[1] * j / n2 - l[2]
    v <- p1 * (1 - p1) / n1 + l[1]^2 * p2 * (1 - p2) / n2
    score[i + 1, j + 1] <- if (abs(gap) < 1e-9) 0 else gap / sqrt(max(v, 1e-300))
  }
  seen <- score[x1 + 1, x2 + 1]; room <- 1e-8 * max(1, abs(seen))
  extreme <- if (upper) score <= seen + room else score >= seen - room
  prob <- function(p2) sum(outer(dbinom(0:n1, n1, min(max(l[1] * p2 + l[2], 0), 1)), dbinom(0:n2, n2, p2)) * extreme)
  s <- span(kind, e); grid <- seq(s[1], s[2], length.out = 400); found <- sapply(grid, prob); k <- which.max(found)
  o <- optimize(prob, grid[c(max(k - 1, 1), min(k + 1, 400))], maximum = TRUE, tol = 1e-10)$objective
  max(found, o)
}
limit <- function(x1, n1, x2, n2, kind, upper, a = 0.025) {
  to <- function(s) if (kind == "difference") s else s / (1 - s)
  from <- if (kind == "difference") x1 / n1 - x2 / n2 else (x1 / n1) / (x1 / n1 + x2 / n2)
  end <- if (kind == "difference") (if (upper) 1 else -1) else (if (upper) 1 else 0)
  f <- function(s) tail_p(x1, n1, x2, n2, kind, to(s), upper)
  steps <- seq(end, from, length.out = 300)[-1]; steps <- steps[steps != end]
  outer_ <- end; inner <- from
  for (s in steps) if (f(s) > a) { inner <- s; break } else outer_ <- s
  while (abs(outer_ - inner) > 1e-11) { m <- (outer_ + inner) / 2; if (f(m) > a) inner <- m else outer_ <- m }
  to(outer_)
}
tables <- list(c(0, 13, 3, 10), c(2, 8, 5, 12), c(0, 6, 4, 15), c(7, 7, 2, 9), c(0, 5, 0, 8), c(3, 11, 3, 11), c(1, 14, 9, 20))
cases <- lapply(tables, function(t) {
  both <- lapply(c("difference", "ratio"), function(kind) {
    if (kind == "ratio" && t[1] == 0 && t[3] == 0) return(NULL)
    low <- if (kind == "ratio" && t[1] == 0) 0 else limit(t[1], t[2], t[3], t[4], kind, FALSE)
    high <- if (kind == "difference" && t[1] == t[2] && t[3] == 0) 1 else limit(t[1], t[2], t[3], t[4], kind, TRUE)
    c(low, high)
  })
  list(x1 = t[1], n1 = t[2], x2 = t[3], n2 = t[4], difference = both[[1]], ratio = both[[2]])
})
out <- list(producer = list(R = as.character(getRversion())), cases = cases)
write(toJSON(out, auto_unbox = TRUE, digits = 15, null = "null"), file.path(here, "unconditional.json"))
