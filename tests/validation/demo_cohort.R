# Reference values for the synthetic demonstration cohort, first method and days as planned (scripts/demo/plan.py).
# Usage: Rscript demo_cohort.R
suppressPackageStartupMessages({library(survival); library(jsonlite)})
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))

d <- data.frame(
  id = sprintf("%03d", 1:24),
  method = c("deb_tace", "y90", "deb_tace", "ablation", "deb_tace", "deb_tace", "y90", "deb_tace", "deb_tace",
             "ablation", "y90", "deb_tace", "deb_tace", "deb_tace", "y90", "ablation", "deb_tace", "deb_tace",
             "ablation", "y90", "deb_tace", "deb_tace", "y90", "ablation"),
  liver_only = c(0, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1),
  os = c(262, 97, 670, 861, 46, 121, 588, 201, 455, 251, 183, 222, 78, 1120, 274, 1190, 231, 298, 431, 352, 139, 240,
         160, 212),
  dead = c(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 0, 0, 0),
  liver_pfs = c(262, 97, 521, 612, 46, 88, 421, 201, 366, 182, 119, 170, 60, 452, 274, 1161, 231, 273, 338, 281, 139,
                217, 143, 186),
  liver_pfs_event = c(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 0, 0, 0),
  pfs = c(51, 62, 521, 612, 46, 88, 421, 98, 290, 109, 119, 170, 60, 452, 132, 1161, 175, 273, 190, 212, 84, 126, 143,
          186),
  pfs_event = c(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 0, 0))

median_of <- function(x, time, event) {
  q <- quantile(survfit(Surv(x[[time]], x[[event]]) ~ 1, conf.type = "log-log"), 0.5)
  list(n = nrow(x), events = sum(x[[event]]), median = unname(q$quantile), low = unname(q$lower),
       high = unname(q$upper))
}
all_endpoints <- function(x) list(os = median_of(x, "os", "dead"), liver_pfs = median_of(x, "liver_pfs", "liver_pfs_event"),
                                  pfs = median_of(x, "pfs", "pfs_event"))
write_json(list(
  versions = list(R = as.character(getRversion()), survival = as.character(packageVersion("survival"))),
  patients = d,
  overall = all_endpoints(d),
  liver_only = all_endpoints(d[d$liver_only == 1, ]),
  extrahepatic = all_endpoints(d[d$liver_only == 0, ]),
  by_method = lapply(split(d, d$method), all_endpoints)
), file.path(here, "demo_cohort.json"), auto_unbox = TRUE, digits = NA, pretty = TRUE, na = "null")
