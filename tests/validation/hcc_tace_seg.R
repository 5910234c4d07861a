# Reference values for a public cohort of 105 patients treated by chemoembolization (TCIA HCC-TACE-Seg, CC BY 4.0).
# Usage: Rscript hcc_tace_seg.R path/to/clinical.csv [output.json]
# Only aggregates are written: the data are not part of the project.
suppressPackageStartupMessages({library(survival); library(cmprsk); library(jsonlite)})
args <- commandArgs(trailingOnly = TRUE)
if (length(args) < 1) { message("skipped: give the path of clinical.csv"); quit(status = 0) }
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))
out <- if (length(args) > 1) args[2] else file.path(here, "hcc_tace_seg.json")

d <- read.csv(args[1], check.names = FALSE, na.strings = c("NA", ""))
d <- data.frame(
  os = round(d$OS * 7), ttp = round(d$TTP * 7),
  dead = d[["Death_1_StillAliveorLostToFU_0"]], progressed = d[["Censored_0_progressed_1"]],
  regimen = ifelse(is.na(d$chemotherapy), "unknown",
                   ifelse(d$chemotherapy == "doxorubicin LC beads", "deb_tace", "ctace")),
  interval_fu = d$Interval_FU, interval_bl = d$Interval_BL)

group <- function(x) list(n = nrow(x), deaths = sum(x$dead), progressions = sum(x$progressed),
                          os_days = sum(x$os), ttp_days = sum(x$ttp))
median_of <- function(time, event, type) {
  f <- survfit(Surv(time, event) ~ 1, conf.type = type)
  q <- quantile(f, 0.5)
  list(median = unname(q$quantile), low = unname(q$lower), high = unname(q$upper))
}
medians <- function(x, time, event) sapply(c("plain", "log", "log-log"), function(type)
  median_of(x[[time]], x[[event]], type), simplify = FALSE)
both <- d[d$regimen != "unknown", ]
test <- survdiff(Surv(os, dead) ~ regimen, both)
test3 <- survdiff(Surv(os, dead) ~ regimen, d)
testttp <- survdiff(Surv(ttp, progressed) ~ regimen, both)
cox <- coxph(Surv(os, dead) ~ relevel(factor(regimen), "ctace"), both)

# Death without progression, three readings of the same columns (cause 1 progression, 2 death without it).
cause <- ifelse(d$progressed == 1, 1, ifelse(d$dead == 1, 2, 0))
cif <- function(time) {
  at <- timepoints(cuminc(time, cause), c(182, 365, 728))
  list(days = c(182, 365, 728), progression = unname(at$est[1, ]), death = unname(at$est[2, ]),
       progression_variance = unname(at$var[1, ]))
}
one_minus_km <- 1 - summary(survfit(Surv(ttp, progressed) ~ 1, d), times = c(182, 365, 728))$surv

write_json(list(
  versions = list(R = paste(R.version$major, R.version$minor, sep = "."), survival = as.character(packageVersion("survival")),
                  cmprsk = as.character(packageVersion("cmprsk"))),
  all = group(d), by_method = lapply(split(d, d$regimen), group),
  os = c(list(all = medians(d, "os", "dead")), lapply(split(d, d$regimen), medians, "os", "dead")),
  ttp = c(list(all = medians(d, "ttp", "progressed")), lapply(split(d, d$regimen), medians, "ttp", "progressed")),
  logrank_os = list(known = list(chisq = test$chisq, p = test$pvalue), three = list(chisq = test3$chisq, p = test3$pvalue)),
  logrank_ttp = list(known = list(chisq = testttp$chisq, p = testttp$pvalue)),
  cox_os = list(log_hr = unname(coef(cox)), se = sqrt(unname(vcov(cox)[1, 1]))),
  one_minus_km = one_minus_km,
  # "at_ttp": the death counts on the day on which follow-up for progression ended;
  # "at_os": it counts on the day of death, and a patient alive leaves at the end of follow-up for progression;
  # "at_os_everyone": as "at_os", and a patient alive is taken to be free of progression until last contact.
  cif = list(at_ttp = cif(d$ttp), at_os = cif(ifelse(cause == 2, d$os, d$ttp)),
             at_os_everyone = cif(ifelse(cause == 1, d$ttp, d$os))),
  ttp_after_os = sum(d$ttp > d$os), death_after_ttp = sum(cause == 2 & d$os > d$ttp),
  negative = list(interval_fu = sum(d$interval_fu < 0, na.rm = TRUE), interval_bl = sum(d$interval_bl < 0, na.rm = TRUE))
), out, auto_unbox = TRUE, digits = 12, pretty = TRUE)
