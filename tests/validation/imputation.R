# Multiple imputation of three covariates with the outcome in the model, and Cox models pooled over 400 imputations.
suppressPackageStartupMessages({library(survival); library(mice); library(jsonlite)})
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))
d <- pbc[1:312, c("time", "status", "trt", "age", "spiders", "stage")]
d <- d[complete.cases(d), ]
d$dead <- as.integer(d$status == 2); d$status <- NULL
d$trt <- factor(ifelse(d$trt == 1, "drug", "placebo"))
d$spiders <- factor(ifelse(d$spiders == 1, "yes", "no"))
d$stage <- factor(c("early", "early", "late", "end")[d$stage], levels = c("early", "late", "end"))
full <- coxph(Surv(time, dead) ~ trt + spiders + stage + age, d)
set.seed(11)  # missing at random given outcome and treatment
gone <- function(p) runif(nrow(d)) < p
d$age[gone(ifelse(d$dead == 1, 0.45, 0.15))] <- NA
d$spiders[gone(ifelse(d$time < 1500, 0.35, 0.15))] <- NA
d$stage[gone(ifelse(d$trt == "drug", 0.30, 0.10))] <- NA
d$hazard <- nelsonaalen(d, time, dead)
pred <- make.predictorMatrix(d); pred[, "time"] <- 0
imp <- mice(d, m = 400, maxit = 5, method = c(age = "pmm", spiders = "logreg", stage = "polyreg")[names(d)] |> (\(m) { m[is.na(m)] <- ""; names(m) <- names(d); m })(),
            predictorMatrix = pred, seed = 7, printFlag = FALSE)
fits <- lapply(1:400, function(i) coxph(Surv(time, dead) ~ trt + spiders + stage + age, complete(imp, i)))
q <- sapply(fits, coef); u <- sapply(fits, function(f) diag(vcov(f)))
cc <- coxph(Surv(time, dead) ~ trt + spiders + stage + age, d)
s <- lapply(seq_len(nrow(q)), function(j) pool.scalar(q[j, 1:20], u[j, 1:20], n = sum(d$dead), k = nrow(q)))
rules <- lapply(seq_along(s), function(j) list(q = q[j, 1:20], u = u[j, 1:20], qbar = s[[j]]$qbar, t = s[[j]]$t, df = s[[j]]$df, fmi = s[[j]]$fmi, r = s[[j]]$r, dfcom = sum(d$dead) - nrow(q)))
out <- list(producer = list(R = as.character(getRversion()), mice = as.character(packageVersion("mice")), survival = as.character(packageVersion("survival"))),
            data = list(time = d$time, dead = d$dead, trt = as.character(d$trt), age = d$age, spiders = as.character(d$spiders), stage = as.character(d$stage), hazard = d$hazard),
            names = rownames(q), m = 400, estimate = unname(rowMeans(q)), within = unname(rowMeans(u)), between = unname(apply(q, 1, var)),
            spread_within = unname(apply(u, 1, var)), complete_cases = unname(coef(cc)), complete_cases_n = cc$n, full = unname(coef(full)),
            mean_age = mean(sapply(1:400, function(i) mean(complete(imp, i)$age))), mean_age_between = var(sapply(1:400, function(i) mean(complete(imp, i)$age))),
            rules = rules)
write(toJSON(out, auto_unbox = TRUE, digits = 14, na = "null"), file.path(here, "imputation.json"))
