# Regression of restricted mean survival: prodlim's pseudo-values with sandwich, and Tian's equations written out.
suppressPackageStartupMessages({library(survival); library(prodlim); library(sandwich); library(jsonlite)})
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))

# Restricted mean of rows, from survfit.
area <- function(time, dead, tau) {
  f <- survfit(Surv(time, dead) ~ 1); inside <- f$time < tau
  t <- c(0, f$time[inside], tau); s <- c(1, f$surv[inside]); sum(diff(t) * s)
}
tian <- function(d, x, tau) {
  n <- nrow(d); y <- pmin(d$time, tau); known <- d$dead == 1 | d$time >= tau
  g <- function(t) {  # not censored just before t; events of a day come first
    p <- 1
    for (u in sort(unique(d$time[d$dead == 0 & d$time < min(t, tau)]))) {
      at <- sum(d$time > u | (d$time == u & d$dead == 0)); p <- p * (1 - sum(d$time == u & d$dead == 0) / at)
    }
    p
  }
  w <- ifelse(known, 1 / sapply(y, g), 0)
  f <- lm(y ~ x, weights = w)
  X <- model.matrix(f); a <- solve(t(X) %*% (X * w)); e <- w * (y - X %*% coef(f)); h <- w * rowSums((X %*% a) * X)
  plain <- corrected <- matrix(0, n, ncol(X))
  for (i in 1:n) {
    add <- rep(0, ncol(X))
    for (u in sort(unique(d$time[d$dead == 0 & d$time < tau]))) {
      exposed <- d$time > u | (d$time == u & d$dead == 0); gone <- d$time == u & d$dead == 0
      q <- colSums(X[y > u, , drop = FALSE] * e[y > u])
      add <- add + q / sum(exposed) * ((gone[i]) - exposed[i] * sum(gone) / sum(exposed))
    }
    plain[i, ] <- X[i, ] * e[i] + add; corrected[i, ] <- X[i, ] * e[i] / (1 - h[i]) + add
  }
  list(beta = unname(coef(f)), weight = w, se_plain = sqrt(diag(a %*% crossprod(plain) %*% a)) |> unname(),
       se = sqrt(diag(a %*% crossprod(corrected) %*% a)) |> unname())
}
case <- function(d, tau) {
  x <- cbind(b = as.numeric(d$group == "b"), z = d$z)
  pseudo <- sapply(1:nrow(d), function(i) nrow(d) * area(d$time, d$dead, tau) - (nrow(d) - 1) * area(d$time[-i], d$dead[-i], tau))
  theirs <- jackknife(prodlim(Hist(time, dead) ~ 1, d), times = c(50, 100))  # prodlim has pseudo-values of survival only
  mine <- sapply(c(50, 100), function(t) sapply(1:nrow(d), function(i) { s <- function(k) summary(survfit(Surv(time, dead) ~ 1, d[k, ]), times = t, extend = TRUE)$surv
    nrow(d) * s(1:nrow(d)) - (nrow(d) - 1) * s(-i) }))
  stopifnot(max(abs(theirs - mine)) < 1e-8)
  f <- lm(pseudo ~ x)
  list(time = d$time, dead = d$dead, group = d$group, z = d$z, cluster = d$cluster, tau = tau, pseudo = pseudo, beta = unname(coef(f)),
       hc3 = unname(sqrt(diag(vcovHC(f, type = "HC3")))),
       clustered = unname(sqrt(diag(vcovCL(f, cluster = d$cluster, type = "HC0", cadjust = TRUE)))), ipcw = tian(d, x, tau))
}
set.seed(24)
draw <- function(n, ties) {
  z <- round(rnorm(n), 2); group <- sample(c("a", "b"), n, TRUE)
  t <- rexp(n, exp(-5 + 0.4 * z - 0.5 * (group == "b"))); c <- runif(n, 50, 500)
  time <- pmin(t, c); time <- if (ties) 20 * ceiling(time / 20) else ceiling(time)
  data.frame(time = time, dead = as.integer(t <= c), group = group, z = z, cluster = rep(1:ceiling(n / 2), each = 2)[1:n])
}
out <- list(producer = list(R = as.character(getRversion()), survival = as.character(packageVersion("survival")),
                            prodlim = as.character(packageVersion("prodlim")), sandwich = as.character(packageVersion("sandwich"))),
            cases = list(case(draw(24, FALSE), 200), case(draw(24, TRUE), 200), case(draw(80, TRUE), 300)))
write(toJSON(out, auto_unbox = TRUE, digits = 14), file.path(here, "rmst_regression.json"))
