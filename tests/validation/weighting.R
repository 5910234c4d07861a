# Propensity weights, weighted survival, weighted Cox models with robust covariance.
suppressPackageStartupMessages({library(survival); library(nnet); library(brglm2); library(survey); library(jsonlite)})
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))
tight <- coxph.control(eps = 1e-12, toler.chol = 1e-14, iter.max = 60)

v <- veteran
v$arm <- ifelse(v$trt == 1, "standard", "test")
cell <- as.character(v$celltype)
v$hist <- ifelse(cell %in% c("adeno", "large"), "adenolarge", cell)  # three groups
v$prior <- ifelse(v$prior == 10, "yes", "no")

weigh <- function(group, x, kind, e, target) {
  own <- e[cbind(seq_along(group), as.integer(group))]
  switch(kind, overlap = 1 / (own * rowSums(1 / e)), iptw = as.numeric(prop.table(table(group)))[as.integer(group)] / own,
         att = e[, target] / own)
}
one <- function(d, by, target, firth = FALSE) {
  d$g <- factor(d[[by]])
  f <- if (firth) brmultinom(g ~ prior + age + karno, d, ref = 1, type = "AS_mean", control = brglmControl(epsilon = 1e-13, maxit = 2000))
       else multinom(g ~ prior + age + karno, d, trace = FALSE, reltol = 1e-16, abstol = 1e-16, maxit = 5000)
  e <- fitted(f); if (is.null(dim(e)) || ncol(e) == 1) e <- cbind(1 - e, e)
  if (!firth) {  # nnet stops early: finish by Newton steps
    x <- cbind(1, d$prior == "yes", scale(d$age), scale(d$karno)); q <- nlevels(d$g) - 1
    y <- sapply(levels(d$g)[-1], function(l) d$g == l) * 1
    b <- matrix(0, 4, q)
    for (i in 1:60) {
      ex <- exp(x %*% b); p <- ex / (1 + rowSums(ex)); s <- as.vector(t(x) %*% (y - p)); h <- matrix(0, 4 * q, 4 * q)
      for (j in 1:q) for (k in 1:q) h[(j - 1) * 4 + 1:4, (k - 1) * 4 + 1:4] <- t(x) %*% (x * (p[, j] * ((j == k) - p[, k])))
      b <- b + matrix(solve(h, s), 4, q)
    }
    ex <- exp(x %*% b); p <- cbind(1, ex) / (1 + rowSums(ex)); stopifnot(max(abs(p - e)) < 1e-4); e <- p
  }
  out <- list(propensity = e, kinds = list())
  for (kind in c("overlap", "iptw", "att")) {
    d$w <- weigh(d$g, NULL, kind, e, which(levels(d$g) == target))
    km <- lapply(levels(d$g), function(l) {
      s <- survfit(Surv(time, status) ~ 1, d[d$g == l, ], weights = w, robust = TRUE, conf.type = "log-log")
      a <- summary(s, times = c(30, 90, 180))
      list(surv = a$surv, low = a$lower, high = a$upper, median = unname(quantile(s, .5)$quantile))
    })
    m <- coxph(Surv(time, status) ~ g, d, weights = w, robust = TRUE, control = tight)
    des <- svydesign(ids = ~1, weights = ~w, data = d)
    sv <- svymean(~age, subset(des, g == levels(d$g)[1]))
    out$kinds[[kind]] <- list(weight = d$w, km = km, beta = unname(coef(m)), se = unname(sqrt(diag(vcov(m)))),
                              mean_age = as.numeric(sv), ess = as.numeric(tapply(d$w, d$g, function(w) sum(w)^2 / sum(w^2))))
  }
  out
}
set.seed(3); small <- v[sort(sample(nrow(v), 24)), ]
small$prior[small$hist == "squamous"] <- "no"  # a level that one group does not have separates in part
out <- list(producer = list(R = as.character(getRversion()), survival = as.character(packageVersion("survival")),
                            nnet = as.character(packageVersion("nnet")), brglm2 = as.character(packageVersion("brglm2")),
                            survey = as.character(packageVersion("survey"))),
            data = list(veteran = as.list(v[, c("time", "status", "arm", "hist", "prior", "age", "karno")]),
                        small = as.list(small[, c("time", "status", "arm", "hist", "prior", "age", "karno")])),
            cases = list(two = one(v, "arm", "test"), three = one(v, "hist", "smallcell"),
                         firth_two = one(small, "arm", "test", TRUE), firth_three = one(small, "hist", "smallcell", TRUE)))
write(toJSON(out, auto_unbox = TRUE, digits = 15), file.path(here, "weighting.json"))
