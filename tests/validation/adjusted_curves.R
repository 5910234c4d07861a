# Average predicted survival of a Cox model with everybody in each group.
suppressPackageStartupMessages({library(survival); library(jsonlite)})
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))
v <- veteran[seq(1, 137, 3), ]; v$arm <- ifelse(v$trt == 1, "standard", "test"); v$cell <- as.character(v$celltype)
cases <- list()
for (by in c("arm", "cell")) {
  f <- coxph(Surv(time, status) ~ arm + cell + age + karno, v, ties = "efron", control = coxph.control(eps = 1e-12, toler.chol = 1e-14, iter.max = 60))
  one <- function(level) { n <- v; n[[by]] <- level; s <- summary(survfit(f, newdata = n), times = c(30, 90, 180, 365)); rowMeans(s$surv) }
  levels <- sort(unique(v[[by]]))
  predicted <- function(d) {  # average of all patients of d at each level
    f <- coxph(Surv(time, status) ~ arm + cell + age + karno, d, ties = "efron", control = coxph.control(eps = 1e-12, toler.chol = 1e-14, iter.max = 60))
    sapply(levels, function(l) { n <- d; n[[by]] <- l; rowMeans(summary(survfit(f, newdata = n), times = c(30, 90, 180, 365))$surv) })
  }
  n <- nrow(v); out <- lapply(1:n, function(i) predicted(v[-i, ])); whole <- predicted(v)
  jack <- function(g) { a <- simplify2array(lapply(out, g)); m <- apply(a, 1:2, mean); sqrt((n - 1) / n * apply((a - c(m))^2, 1:2, sum)) }
  loglog <- jack(function(p) log(-log(p))); versus <- jack(function(p) p[, -1, drop = FALSE] - p[, 1])
  extra <- list(low = exp(-exp(log(-log(whole)) + qnorm(.975) * loglog)), high = exp(-exp(log(-log(whole)) - qnorm(.975) * loglog)), difference_se = versus)
  cases[[by]] <- c(extra, list(levels = levels, times = c(30, 90, 180, 365), survival = lapply(levels, one)))
}
out <- list(producer = list(R = as.character(getRversion()), survival = as.character(packageVersion("survival"))),
            data = as.list(v[, c("time", "status", "arm", "cell", "age", "karno")]), cases = cases)
write(toJSON(out, auto_unbox = TRUE, digits = 14), file.path(here, "adjusted_curves.json"))
