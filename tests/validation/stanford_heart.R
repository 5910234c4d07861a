# Stanford heart transplants (Crowley J, Hu M. J Am Stat Assoc 1977;72:27-36): survival from acceptance by transplant,
# as a fixed group, as a group that changes over time, and from landmarks. Also writes stanford_heart.csv.
suppressPackageStartupMessages({library(survival); library(jsonlite)})
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))
d <- data.frame(id = seq_len(nrow(jasa)), futime = jasa$futime, fustat = jasa$fustat, wait_time = jasa$wait.time)
# A transplant on the day of death came before it (survival::heart puts it half a day earlier).
d$wait_time <- ifelse(!is.na(d$wait_time) & d$wait_time == d$futime, d$wait_time - 1, d$wait_time)
write.csv(d, file.path(here, "stanford_heart.csv"), row.names = FALSE, quote = FALSE, na = "")
tight <- coxph.control(eps = 1e-12, toler.chol = 1e-15, iter.max = 60)
one <- function(fit) list(coef = unname(coef(fit)), se = unname(sqrt(diag(vcov(fit)))), n = fit$n, events = fit$nevent)
naive <- coxph(Surv(futime, fustat) ~ !is.na(wait_time), d, control = tight)
published <- coxph(Surv(start, stop, event) ~ transplant, heart, control = tight)
# Episodes: unexposed up to and including the day of the transplant, exposed after it; day 0 counts from the start.
episodes <- function(d) {
  later <- !is.na(d$wait_time) & d$wait_time > 0 & d$wait_time < d$futime
  rbind(with(d, data.frame(start = -1, stop = ifelse(later, wait_time, futime), event = ifelse(later, 0, fustat),
                           x = as.numeric(!is.na(wait_time) & wait_time == 0))),
        with(d[later, ], data.frame(start = wait_time, stop = futime, event = fustat, x = 1)))
}
moving <- coxph(Surv(start, stop, event) ~ x, episodes(d), control = tight)
landmark <- function(day) {
  at <- d[d$futime >= day, ]
  at$x <- as.numeric(!is.na(at$wait_time) & at$wait_time <= day)
  one(coxph(Surv(futime - day, fustat) ~ x, at, control = tight))
}
# Simon and Makuch's curves from day 30: Kaplan-Meier with delayed entry; days after day 30.
rest <- d[d$futime >= 30, ]
rest$futime <- rest$futime - 30; rest$wait_time <- pmax(rest$wait_time - 30, 0)
km <- survfit(Surv(start, stop, event) ~ x, episodes(rest))
at <- summary(km, times = c(30, 153, 335), extend = TRUE)
out <- list(producer = list(R = as.character(getRversion()), survival = as.character(packageVersion("survival"))),
            naive = one(naive), heart = one(published), time_dependent = one(moving),
            landmark = list(`30` = landmark(30), `91` = landmark(91), `183` = landmark(183)),
            simon_makuch = list(days = at$time, group = as.character(at$strata), survival = at$surv, at_risk = at$n.risk))
write(toJSON(out, auto_unbox = TRUE, digits = 14, pretty = TRUE), file.path(here, "stanford_heart.json"))
