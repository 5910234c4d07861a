# Gray's test, Fine-Gray models and cause-specific Cox models, untied and tied.
suppressPackageStartupMessages({library(survival); library(cmprsk); library(jsonlite)})
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))
set.seed(20260101)
one <- function(name, n, groups, tied) {
  g <- sample(seq_len(groups), n, TRUE); z <- round(rnorm(n), 2)
  t <- sample(seq_len(50 * n), n); if (tied) t <- ceiling(t / (5 * n))
  cause <- sample(0:2, n, TRUE, prob = c(.3, .4, .3))
  x <- cbind(z = z, model.matrix(~ factor(g))[, -1, drop = FALSE])
  f <- crr(t, cause, x, gtol = 1e-13, maxiter = 50)
  d <- data.frame(t, s = factor(cause, 0:2), x, id = seq_len(n))
  fg <- finegray(Surv(t, s) ~ ., d)
  w <- coxph(as.formula(paste("Surv(fgstart, fgstop, fgstatus) ~", paste(colnames(d)[3:(2 + ncol(x))], collapse = "+"))), fg,
             weights = fgwt, ties = "breslow", control = coxph.control(eps = 1e-11, toler.chol = 1e-14, iter.max = 60))
  gray <- cuminc(t, cause, g)$Tests
  list(name = name, tied = tied, time = t, cause = cause, group = as.character(g), z = z,
       gray = unname(gray[, "stat"]), crr = list(coef = unname(f$coef), se = unname(sqrt(diag(f$var))), loglik = f$loglik),
       finegray = unname(coef(w)))
}
cases <- list(one("three_groups", 60, 3, FALSE), one("two_groups", 24, 2, FALSE), one("four_groups_tied", 90, 4, TRUE),
              one("two_groups_tied", 40, 2, TRUE), one("large_tied", 400, 3, TRUE))
out <- list(producer = list(R = as.character(getRversion()), survival = as.character(packageVersion("survival")),
                            cmprsk = as.character(packageVersion("cmprsk"))), cases = cases)
write(toJSON(out, auto_unbox = TRUE, digits = 14), file.path(here, "competing_models.json"))
