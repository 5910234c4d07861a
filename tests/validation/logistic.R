# Logistic regression: maximum likelihood (glm), Firth's penalty (brglm2, and the penalised likelihood written out),
# profile limits and likelihood ratios found by root search, covariance robust over clusters (sandwich).
suppressPackageStartupMessages({library(brglm2); library(sandwich); library(jsonlite)})
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))

tight <- glm.control(epsilon = 1e-14, maxit = 200)
loglik <- function(b, x, y, w, firth) {
  eta <- drop(x %*% b)
  value <- sum(w * ifelse(y == 1, plogis(eta, log.p = TRUE), plogis(-eta, log.p = TRUE)))
  if (firth) value <- value + 0.5 * as.numeric(determinant(crossprod(x, w * dlogis(eta) * x))$modulus)
  value
}
score <- function(b, x, y, w, firth) {
  eta <- drop(x %*% b)
  h <- 0
  if (firth) { r <- sqrt(w * dlogis(eta)) * x; h <- rowSums(r * t(solve(crossprod(r), t(r)))) }
  drop(crossprod(x, w * (y - plogis(eta)) + h * (0.5 - plogis(eta))))
}
# The highest value with coefficient j held: a general search, then steps on the score until nothing moves.
held <- function(j, value, start, x, y, w, firth) {
  whole <- function(rest) { b <- start; b[-j] <- rest; b[j] <- value; b }
  f <- function(rest) -loglik(whole(rest), x, y, w, firth)
  g <- function(rest) -score(whole(rest), x, y, w, firth)[-j]
  rest <- optim(start[-j], f, g, method = "BFGS", control = list(reltol = 1e-14, maxit = 2000))$par
  for (i in 1:50) {
    eta <- drop(x %*% whole(rest))
    step <- -solve(crossprod(x, w * dlogis(eta) * x)[-j, -j, drop = FALSE], g(rest)) / (if (firth) 2 else 1)
    rest <- rest + step
    if (max(abs(step)) < 1e-12) break
  }
  -f(rest)
}
profile <- function(b, se, x, y, w, firth) {
  top <- loglik(b, x, y, w, firth)
  limit <- function(j, side) {
    g <- function(v) 2 * (top - held(j, v, b, x, y, w, firth)) - qchisq(0.95, 1)
    uniroot(g, sort(b[j] + side * c(0.3, 12) * se[j]), tol = 1e-13)$root
  }
  list(low = sapply(seq_along(b), limit, side = -1), high = sapply(seq_along(b), limit, side = 1),
       lr = sapply(seq_along(b), function(j) 2 * (top - held(j, 0, b, x, y, w, firth))))
}

d <- MASS::birthwt
d$race <- factor(d$race)
d$lwt <- d$lwt / 10
small <- d[seq(1, 189, by = 7), ]
w <- rep(1:3, length.out = nrow(small))
x_all <- model.matrix(~ race + age + lwt + smoke, d)
x_small <- model.matrix(~ smoke + lwt, small)

fit <- function(x, y, w, firth) {
  method <- if (firth) "brglmFit" else "glm.fit"
  control <- if (firth) list(epsilon = 1e-12, maxit = 500, type = "AS_mean") else tight
  f <- suppressWarnings(glm(y ~ x - 1, family = binomial, weights = w, method = method, control = control))
  b <- unname(coef(f)); se <- unname(sqrt(diag(vcov(f))))
  c(list(beta = b, se = se, loglik = loglik(b, x, y, w, firth)), profile(b, se, x, y, w, firth))
}
cases <- list(
  birthwt_ml = fit(x_all, d$low, rep(1, nrow(d)), FALSE), birthwt_firth = fit(x_all, d$low, rep(1, nrow(d)), TRUE),
  small_ml = fit(x_small, small$low, rep(1, nrow(small)), FALSE),
  small_firth = fit(x_small, small$low, rep(1, nrow(small)), TRUE),
  weighted_ml = fit(x_small, small$low, w, FALSE), weighted_firth = fit(x_small, small$low, w, TRUE))

# Clusters: mothers of the same race and number of visits.
f <- glm(low ~ race + age + lwt + smoke, binomial, d, control = tight)
id <- d$age
cluster <- list(covariance = unname(vcovCL(f, id, type = "HC0", cadjust = TRUE)), id = id)

# Separated: nobody in group b had the outcome; the penalised limits exist.
apart <- data.frame(y = c(1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0), b = rep(0:1, each = 6))
separated <- fit(cbind(1, apart$b), apart$y, rep(1, 12), TRUE)

out <- list(producer = list(R = as.character(getRversion()), stats = as.character(packageVersion("stats")),
                            brglm2 = as.character(packageVersion("brglm2")),
                            sandwich = as.character(packageVersion("sandwich")), MASS = as.character(packageVersion("MASS"))),
            data = list(birthwt = list(low = d$low, race = as.character(d$race), age = d$age, lwt = d$lwt, smoke = d$smoke),
                        small = list(low = small$low, lwt = small$lwt, smoke = small$smoke, w = w), apart = as.list(apart)),
            cases = c(cases, list(separated_firth = separated)), cluster = cluster)
write(toJSON(out, auto_unbox = TRUE, digits = 14), file.path(here, "logistic.json"))
