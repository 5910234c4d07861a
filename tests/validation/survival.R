# Reference values for survival, competing risks, rank tests and exact tests.
# Run once: Rscript tests/validation/survival.R    (writes survival.json beside this file)
suppressMessages({library(survival); library(cmprsk); library(coin); library(prodlim); library(jsonlite)})
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
none <- function(x) ifelse(is.finite(x), x, NA)

curve_case <- function(name, time, status, group, times, tau, entry = NULL) {
  group <- as.character(group)
  out <- list(name = name, time = time, status = status, group = group, times = times, tau = tau, entry = entry, groups = list())
  for (g in c("all", sort(unique(group)))) {
    keep <- if (g == "all") rep(TRUE, length(time)) else group == g
    y <- if (is.null(entry)) Surv(time[keep], status[keep]) else Surv(entry[keep], time[keep], status[keep])
    res <- list(group = g, n = sum(keep), events = sum(status[keep]))
    for (ct in c("log-log", "log", "plain")) {
      f <- survfit(y ~ 1, conf.type = ct)
      s <- summary(f, times = times, extend = TRUE)
      q <- quantile(f, c(0.25, 0.5, 0.75))
      res[[ct]] <- list(surv = s$surv, se = s$std.err, lower = none(s$lower), upper = none(s$upper),
                        q = none(unname(q$quantile)), q_lower = none(unname(q$lower)), q_upper = none(unname(q$upper)))
    }
    f <- survfit(y ~ 1)
    if (is.null(entry)) {
      r <- summary(f, rmean = tau)$table
      res$rmean <- unname(r[grep("rmean$", names(r))]); res$rmean_se <- unname(r[grep("se\\(rmean\\)", names(r))])
      if (any(status[keep] == 0)) { p <- prodlim(Hist(time, status) ~ 1, data = data.frame(time = time[keep], status = status[keep]), reverse = TRUE)
      res$reverse <- list(time = p$time, surv = p$surv) }
    }
    na <- summary(f, times = times, extend = TRUE)
    res$cumhaz <- na$cumhaz; res$cumhaz_se <- na$std.chaz
    out$groups[[length(out$groups) + 1]] <- res
  }
  out
}

test_case <- function(name, time, status, group, strata = NULL) {
  group <- factor(group)
  d <- data.frame(time, status, group)
  one <- function(rho) { s <- survdiff(Surv(time, status) ~ group, d, rho = rho); list(chisq = s$chisq, obs = unname(s$obs), exp = unname(s$exp)) }
  out <- list(name = name, time = time, status = status, group = as.character(group), logrank = one(0), fh1 = one(1))
  weight <- function(type) { w <- logrank_test(Surv(time, status) ~ group, d, type = type, ties.method = "mid-ranks"); statistic(w)^2 }
  if (!is.null(strata)) {
    out$strata <- as.character(strata)
    s <- survdiff(Surv(time, status) ~ group + strata(strata), d)
    out$stratified <- s$chisq
  }
  if (nlevels(group) == 2 && length(time) <= 26)
    out$exact <- as.numeric(pvalue(logrank_test(Surv(time, status) ~ group, d, distribution = "exact", ties.method = "mid-ranks")))
  if (length(time) <= 26) {
    set.seed(1)
    m <- pvalue(logrank_test(Surv(time, status) ~ group, d, distribution = approximate(nresample = 200000), ties.method = "mid-ranks", teststat = "quadratic"))
    out$approximate <- as.numeric(m); out$approximate_ci <- as.numeric(attr(m, "conf.int"))
  }
  out
}

competing_case <- function(name, time, cause, group, times) {
  out <- list(name = name, time = time, cause = cause, group = as.character(group), times = times, groups = list())
  for (g in c("all", sort(unique(as.character(group))))) {
    keep <- if (g == "all") rep(TRUE, length(time)) else as.character(group) == g
    tp <- timepoints(cuminc(time[keep], cause[keep]), times)
    d <- data.frame(time = time[keep], state = factor(cause[keep], 0:2))
    s <- summary(survfit(Surv(time, state) ~ 1, d), times = times, extend = TRUE)
    out$groups[[length(out$groups) + 1]] <- list(group = g, est = unname(tp$est), var = unname(tp$var), pstate = s$pstate[, 2:3], se = s$std.err[, 2:3])
  }
  out
}

six <- list(time = c(10,7,32,23,22,6,16,34,32,25,11,20,19,6,17,35,6,13,9,6,10), status = c(1,1,0,1,1,1,1,0,0,0,0,0,0,1,0,0,1,1,0,0,0))
m <- mgus2; m$et <- with(m, ifelse(pstat == 0, futime, ptime)); m$ev <- with(m, ifelse(pstat == 0, 2 * death, 1))
lung2 <- lung[!is.na(lung$ph.ecog), ]
set.seed(24)
small <- data.frame(time = sample(1:40, 24, TRUE), status = rbinom(24, 1, 0.75), group = rep(c("a", "b", "c"), c(13, 6, 5)))
toy <- data.frame(time = c(1,2,2,3,3,4,5,5), status = c(1,0,1,1,0,0,1,0))
pb <- pbc[!is.na(pbc$trt), ]
result <- list(
  producer = list(R = R.version.string, survival = as.character(packageVersion("survival")), cmprsk = as.character(packageVersion("cmprsk")),
                  coin = as.character(packageVersion("coin")), prodlim = as.character(packageVersion("prodlim"))),
  curves = list(
    curve_case("aml", aml$time, aml$status, aml$x, c(5, 12, 24, 40), 40),
    curve_case("6-MP", six$time, six$status, rep("x", 21), c(6, 12, 18, 24), 35),
    curve_case("lung", lung$time, lung$status - 1, lung$sex, c(90, 180, 365, 730), 365),
    curve_case("veteran", veteran$time, veteran$status, veteran$celltype, c(30, 90, 180, 365), 100),
    curve_case("colon", colon$time[colon$etype == 2], colon$status[colon$etype == 2], colon$rx[colon$etype == 2], c(365, 1095, 1825), 2000),
    curve_case("pbc", pb$time, as.numeric(pb$status == 2), pb$trt, c(365, 1825, 3650), 3000),
    curve_case("toy ties", toy$time, toy$status, rep("x", 8), c(1, 2, 3, 4), 5),
    curve_case("small 13/6/5", small$time, small$status, small$group, c(5, 10, 20), 15),
    curve_case("delayed", c(4,6,5,8,9,10,12), c(1,1,0,1,1,0,1), rep("x", 7), c(4, 6, 8, 9), 9, entry = c(0,1,2,2,3,5,6))),
  tests = list(
    test_case("aml", aml$time, aml$status, aml$x),
    test_case("lung", lung2$time, lung2$status - 1, lung2$sex, lung2$ph.ecog),
    test_case("veteran", veteran$time, veteran$status, veteran$celltype, veteran$prior),
    test_case("colon", colon$time[colon$etype == 2], colon$status[colon$etype == 2], colon$rx[colon$etype == 2]),
    test_case("small 13/6/5", small$time, small$status, small$group),
    test_case("small 12 v 12", small$time, small$status, rep(c("a", "b"), 12)),
    test_case("gehan", c(six$time, 1,22,3,12,8,17,2,11,8,12,2,5,4,15,8,23,5,11,4,1,8), c(six$status, rep(1, 21)), rep(c("6-MP", "control"), each = 21))),
  competing = list(
    competing_case("mgus2", m$et, m$ev, m$sex, c(12, 60, 120, 240)),
    competing_case("tiny", 1:8, c(1,2,1,0,2,1,0,1), rep("x", 8), 1:8),
    competing_case("small ties", small$time, rep(c(1, 2, 0, 1), 6), small$group, c(5, 10, 20))),
  tables = lapply(list(matrix(c(3,5,9,2), 2), matrix(c(0,4,10,6), 2), matrix(c(2,1,0,8,6,7), 3), matrix(c(1,0,2,3,2,2,5,3,1,3,2,0), 3),
                       matrix(c(5,1,2,0,3,4,2,6,1,0,2,3), 4)), function(t) list(table = t, p = fisher.test(t)$p.value)),
  binomial = do.call(rbind, lapply(list(c(0,13), c(0,24), c(2,13), c(6,6), c(1,5), c(17,24), c(3,100)), function(v) {
    b <- binom.test(v[1], v[2]); w <- prop.test(v[1], v[2], correct = FALSE)
    data.frame(x = v[1], n = v[2], cp_low = b$conf.int[1], cp_high = b$conf.int[2], w_low = w$conf.int[1], w_high = w$conf.int[2]) })),
  poisson = do.call(rbind, lapply(list(c(0,10), c(3,10), c(17,12.5)), function(v) { p <- poisson.test(v[1], v[2]); data.frame(x = v[1], t = v[2], low = p$conf.int[1], high = p$conf.int[2]) }))
)
write_json(result, file.path(here, "survival.json"), digits = NA, auto_unbox = TRUE, na = "null")
