# Interval-censored survival. survfit(type = "interval2") ends its iterations early, so beside its curve stand the masses
# of self-consistency run to the end: until nothing moves, then on the support alone, with the slopes that prove the maximum.
suppressPackageStartupMessages({library(survival); library(jsonlite)})
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))

# Places (l, r] between which no end lies: every left end whose next end to the right is a right end.
maximum <- function(L, R) {
  ends <- rbind(data.frame(t = L, k = ifelse(L == R, 0, 2)), data.frame(t = R, k = 1))
  ends <- ends[order(ends$t, ends$k), ]
  i <- which(head(ends$k, -1) != 1 & tail(ends$k, -1) == 1)
  l <- ends$t[i]; r <- ends$t[i + 1]; first <- ends$k[i]; own <- ifelse(L == R, 0, 2)
  A <- outer(seq_along(L), seq_along(l), function(a, b) (L[a] < l[b] | (L[a] == l[b] & own[a] <= first[b])) & r[b] <= R[a]) * 1
  em <- function(p, A, n) { for (k in seq_len(n)) { q <- p * drop(crossprod(A, 1 / drop(A %*% p))) / nrow(A); if (max(abs(q - p)) < 1e-17) break; p <- q }; q }
  p <- em(rep(1 / ncol(A), ncol(A)), A, 20000)
  keep <- p > 1e-4
  p[keep] <- em(p[keep] / sum(p[keep]), A[, keep, drop = FALSE], 200000); p[!keep] <- 0
  slope <- drop(crossprod(A, 1 / drop(A %*% p))) - nrow(A)
  list(lower = l, upper = ifelse(is.finite(r), r, NA), mass = p, loglik = sum(log(drop(A %*% p))), slope = max(slope))
}
case <- function(L, R) {
  f <- survfit(Surv(L, ifelse(is.finite(R), R, NA), type = "interval2") ~ 1)
  list(L = L, R = ifelse(is.finite(R), R, NA), npmle = maximum(L, R), survfit = list(time = f$time, surv = f$surv))
}
i <- Inf
set.seed(7)
simulated <- function(n, step, censor) {
  t <- ceiling(rexp(n, 1 / 200)); s <- sample(step, n, TRUE); L <- (t - 1) %/% s * s; R <- L + s
  R[L > censor] <- Inf; L[L > censor] <- censor
  exact <- runif(n) < 0.2 & is.finite(R); L[exact] <- t[exact]; R[exact] <- t[exact]
  list(L, R)
}
twelve <- list(c(0, 0, 2, 2, 3, 4, 4, 6, 6, 8, 9, 12), c(2, 3, 4, 5, 6, 6, 8, 9, i, 12, i, i))
# Finkelstein DM, Wolfe RA. Biometrics 1985;41:933-945: months to breast retraction, radiotherapy alone.
radiotherapy <- list(
  c(45, 6, 0, 46, 46, 7, 17, 7, 37, 0, 4, 15, 11, 22, 46, 46, 25, 46, 26, 46, 27, 36, 46, 36, 37, 40, 17, 46, 11, 38, 5, 37,
    0, 18, 24, 36, 5, 19, 17, 24, 32, 33, 19, 37, 34, 36),
  c(i, 10, 7, i, i, 16, i, 14, 44, 8, 11, i, 15, i, i, i, 37, i, 40, i, 34, 44, i, 48, i, i, 25, i, 18, i, 12, i,
    5, i, i, i, 11, 35, 25, i, i, i, 26, i, i, i))
data <- list(twelve = twelve, radiotherapy = radiotherapy, scans24 = simulated(24, c(42, 60, 90), 360),
             scans80 = simulated(80, c(42, 60, 90), 400), exact = list(aml$time, ifelse(aml$status == 1, aml$time, Inf)))
cases <- lapply(data, function(d) case(d[[1]], d[[2]]))

# Looked at once: isotonic regression of "has had it" on the time of the look.
look <- sample(30:400, 60, TRUE); had <- rexp(60, 1 / 200) < look
means <- tapply(had, look, mean); w <- as.numeric(table(look))
pava <- function(y, w) { # pooled adjacent violators
  b <- list(); for (k in seq_along(y)) { b[[length(b) + 1]] <- c(y[k], w[k], 1)
    while (length(b) > 1 && b[[length(b) - 1]][1] >= b[[length(b)]][1]) { u <- b[[length(b) - 1]]; v <- b[[length(b)]]
      b[[length(b) - 1]] <- c((u[1] * u[2] + v[1] * v[2]) / (u[2] + v[2]), u[2] + v[2], u[3] + v[3]); b[[length(b)]] <- NULL } }
  unlist(lapply(b, function(z) rep(z[1], z[3]))) }
once <- list(look = look, had = as.integer(had), at = as.integer(names(means)), survival = 1 - pava(as.numeric(means), w))

out <- list(producer = list(R = as.character(getRversion()), survival = as.character(packageVersion("survival"))),
            cases = cases, once = once)
write(toJSON(out, auto_unbox = TRUE, digits = 14, na = "null"), file.path(here, "turnbull.json"))
