# What small groups could have shown: base R only.
# Run once: Rscript tests/validation/detectable.R > tests/validation/detectable.json
library(jsonlite)
split_ratios <- function(d, share, power = 0.8, alpha = 0.05) {
  x <- 0:d
  below <- pbinom(x, d, share); above <- pbinom(x - 1, d, share, lower.tail = FALSE)
  few <- x[below <= alpha / 2]; many <- x[above <= alpha / 2]
  odds <- share / (1 - share); low <- NA; high <- NA
  if (length(few)) {
    k <- max(few)
    p <- uniroot(function(p) pbinom(k, d, p) - power, c(1e-14, 1 - 1e-14), tol = 1e-15)$root
    low <- p / (1 - p) / odds
  }
  if (length(many)) {
    k <- min(many)
    p <- uniroot(function(p) pbinom(k - 1, d, p, lower.tail = FALSE) - power, c(1e-14, 1 - 1e-14), tol = 1e-15)$root
    high <- p / (1 - p) / odds
  }
  c(low, high)
}
schoenfeld <- function(d, n1, n2, power = 0.8, alpha = 0.05) {
  s <- n1 / (n1 + n2)
  exp((qnorm(1 - alpha / 2) + qnorm(power)) / sqrt(d * s * (1 - s)))
}
# Every table through fisher.test itself.
rejections <- function(n1, n2, alpha = 0.05) {
  outer(0:n1, 0:n2, Vectorize(function(x, y) {
    p <- if (x + y == 0 || x + y == n1 + n2) 1 else fisher.test(matrix(c(x, n1 - x, y, n2 - y), 2))$p.value
    if (p > alpha) 0 else sign(y / n2 - x / n1)
  }))
}
fisher_power <- function(r, n1, n2, p1, p2, side) sum(outer(dbinom(0:n1, n1, p1), dbinom(0:n2, n2, p2)) * (r == side))
nearest <- function(r, n1, n2, base, side, power = 0.8) {
  end <- if (side > 0) 1 else 0
  f <- function(p) fisher_power(r, n1, n2, base, p, side) - power
  if (f(end) < 0) return(NA)
  uniroot(f, sort(c(base, end)), tol = 1e-13)$root
}
splits <- lapply(list(c(14, 0.3), c(16, 0.27), c(8, 0.54), c(20, 0.5), c(4, 0.5), c(5, 0.2), c(60, 0.41), c(0, 0.5), c(150, 0.5)),
  function(v) list(events = v[1], share = v[2], ratios = split_ratios(v[1], v[2])))
rough <- lapply(list(c(14, 13, 5), c(16, 13, 6), c(8, 6, 5), c(60, 40, 30)),
  function(v) list(events = v[1], n1 = v[2], n2 = v[3], ratio = schoenfeld(v[1], v[2], v[3])))
tables <- lapply(list(c(13, 6, 0.375), c(13, 5, 0.375), c(6, 5, 0.375), c(13, 13, 0.3), c(13, 5, 1 / 6), c(30, 20, 0.5), c(25, 40, 0)),
  function(v) {
    r <- rejections(v[1], v[2])
    list(n1 = v[1], n2 = v[2], base = v[3], below = nearest(r, v[1], v[2], v[3], -1), above = nearest(r, v[1], v[2], v[3], 1),
         power = lapply(c(0.1, 0.5, 0.9), function(p) list(p2 = p, lower = fisher_power(r, v[1], v[2], v[3], p, -1),
                                                          higher = fisher_power(r, v[1], v[2], v[3], p, 1))))
  })
cat(toJSON(list(producer = list(R = R.version.string), splits = splits,
                schoenfeld = rough, fisher = tables), auto_unbox = TRUE, digits = NA, na = "null"), "\n")
