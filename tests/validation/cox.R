# Hazard ratios by Cox's model with Efron ties, for the cohorts in survival.json.
suppressPackageStartupMessages({library(survival); library(jsonlite)})
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))
cases <- fromJSON(file.path(here, "survival.json"), simplifyVector = FALSE)$tests
fits <- lapply(cases, function(case) {
  group <- factor(unlist(case$group), levels = unique(unlist(case$group)))
  f <- coxph(Surv(unlist(case$time), unlist(case$status)) ~ group, ties = "efron",
             control = coxph.control(eps = 1e-11, toler.chol = 1e-14, iter.max = 50))
  list(name = case$name, reference = levels(group)[1], levels = as.list(levels(group)[-1]),
       log_hr = as.list(unname(coef(f))), se = as.list(unname(sqrt(diag(vcov(f))))))
})
out <- list(producer = list(R = as.character(getRversion()), survival = as.character(packageVersion("survival"))),
            fits = fits)
write(toJSON(out, auto_unbox = TRUE, digits = 14, pretty = TRUE), file.path(here, "cox.json"))
