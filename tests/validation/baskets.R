# A basket trial: triple nested `integrate` over the common mean, the spread and each basket's own rate, for every combination
# of counts; the certainty asked for by trying every one; chances by sums over all combinations.
# Run once: Rscript tests/validation/baskets.R > tests/validation/baskets.json
library(jsonlite)

# Probability of x of n, and the same with the rate above p0, given logit rates normal(mu, tau): the rate's logit integrated out.
piece <- function(x, n, p0, mu, tau) {
  cut <- (qlogis(p0) - mu) / tau
  g <- function(z) dbinom(x, n, plogis(mu + tau * z)) * dnorm(z)
  part <- function(a, b) if (a >= b) 0 else integrate(g, a, b, rel.tol = 1e-9, abs.tol = 1e-15, subdivisions = 500L)$value
  lower <- part(-9, max(-9, min(9, cut))); upper <- part(max(-9, min(9, cut)), 9)
  c(lower + upper, upper)
}
posterior <- function(sizes, p0, m, scale, alone = FALSE) {
  known <- new.env()
  at <- function(j, x, mu, tau) {
    key <- sprintf("%d %d %.14e %.14e", sizes[j], x, mu, tau)
    if (is.null(known[[key]])) known[[key]] <- piece(x, sizes[j], p0, mu, tau)
    known[[key]]
  }
  counts <- as.matrix(expand.grid(lapply(sizes, function(n) 0:n)))
  K <- length(sizes); cut <- qlogis(p0)
  # Substitution tau = u^2: what a small spread does is smooth in u.
  inner <- function(tau, x, which) {
    f <- function(mu) sapply(mu, function(v) {
      parts <- sapply(seq_len(K), function(j) at(j, x[j], v, tau)[if (j == which) 2 else 1])
      prod(parts) * dnorm(v, m, 1)
    })
    ends <- sort(unique(c(m - 7, cut - 4 * tau, cut - tau, cut, cut + tau, cut + 4 * tau, m + 7)))
    ends <- ends[ends >= m - 7 & ends <= m + 7]
    sum(mapply(function(a, b) integrate(f, a, b, rel.tol = 1e-8, abs.tol = 1e-15)$value, head(ends, -1), tail(ends, -1)))
  }
  whole <- function(x, which) integrate(function(u) sapply(u, function(v) inner(v^2, x, which) * 2 * dnorm(v^2, 0, scale) * 2 * v),
                                        0, sqrt(6.5 * scale), rel.tol = 1e-7)$value
  t(apply(counts, 1, function(x) { all <- whole(x, 0); sapply(seq_len(K), function(j) whole(x, j) / all) }))
}
# Smallest certainty that keeps alpha: every value tried from the highest down; halfway to the next one.
certainty <- function(post, null, alpha) {
  values <- sort(unique(round(post, 7)), decreasing = TRUE)
  size <- sapply(values, function(v) sum(null[round(post, 7) >= v]))
  last <- max(which(size <= alpha))
  mean(c(values[last], values[last + 1]))
}
# Chance of x of n averaged over beta(events + 1/2, patients - events + 1/2).
believed <- function(x, n, v) integrate(function(p) dbinom(x, n, p) * dbeta(p, v[1] + 0.5, v[2] - v[1] + 0.5), 0, 1, rel.tol = 1e-11)$value
trial <- function(sizes, p0, p1, alpha, scale, seen) {
  m <- (qlogis(p0) + qlogis(p1)) / 2
  counts <- as.matrix(expand.grid(lapply(sizes, function(n) 0:n)))
  chance <- function(p) apply(counts, 1, function(x) prod(dbinom(x, sizes, p)))
  together <- posterior(sizes, p0, m, scale)
  by_itself <- sapply(seq_along(sizes), function(j) posterior(sizes[j], p0, m, 1)[cbind(counts[, j] + 1)])
  asked <- function(post) sapply(seq_along(sizes), function(j) certainty(post[, j], chance(rep(p0, length(sizes))), alpha))
  cuts <- list(pooled = asked(together), alone = asked(by_itself))
  truths <- as.matrix(expand.grid(rep(list(c(p0, p1)), length(sizes))))
  rows <- apply(truths, 1, function(p) list(truth = p, pooled = sapply(seq_along(sizes), function(j) sum(chance(p)[together[, j] > cuts$pooled[j]])),
                                            alone = sapply(seq_along(sizes), function(j) sum(chance(p)[by_itself[, j] > cuts$alone[j]]))))
  won <- apply(together > rep(cuts$pooled, each = nrow(counts)), 1, any)
  average <- apply(counts, 1, function(x) prod(mapply(believed, x, sizes, seen)))
  list(sizes = sizes, seen = seen, assurance = sum(average[won]), p0 = p0, p1 = p1, alpha = alpha, scale = scale, centre = m, counts = counts, posterior = together,
       cuts = cuts, rows = rows, any = c(sum(chance(rep(p0, length(sizes)))[won]), sum(chance(rep(p1, length(sizes)))[won])))
}
two <- trial(c(5, 4), 0.1, 0.5, 0.1, 1, list(c(3, 7), c(1, 5)))
cat(toJSON(list(producer = list(R = R.version.string), trial = two), auto_unbox = TRUE, digits = NA, na = "null", matrix = "rowmajor"), "\n")
