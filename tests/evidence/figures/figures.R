# Small Kaplan-Meier figures as R draws them, and the curves in them.
# Run once: Rscript tests/evidence/figures/figures.R    (writes the figures and truth.json beside this file)
suppressMessages({library(survival); library(MASS); library(jsonlite); library(svglite); library(ggplot2)})
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
f <- survfit(Surv(time, cens) ~ treat, gehan)
base <- function() plot(f, col = c("#12355b", "red"), xlab = "Weeks", ylab = "Survival", mark.time = TRUE, lwd = 2)
svglite(file.path(here, "base_svglite.svg"), 5, 4); base(); invisible(dev.off())
svg(file.path(here, "base_cairo.svg"), 5, 4); base(); invisible(dev.off())
pdf(file.path(here, "base.pdf"), 5, 4); base(); invisible(dev.off())
# A picture: the ends of both axes in pixels, x from the left, y from above.
png(file.path(here, "base.png"), 900, 700, res = 150, type = "cairo"); base()
ends <- list(x = grconvertX(c(0, 35), "user", "device"), y = grconvertY(c(0, 1), "user", "device")); invisible(dev.off())
s <- summary(f, times = sort(unique(c(0, f$time))), extend = TRUE)
d <- data.frame(time = s$time, survival = s$surv, arm = sub("treat=", "", s$strata))
last <- tapply(gehan$time, gehan$treat, max)
d <- d[d$time <= last[d$arm], ]
g <- ggplot(d, aes(time, survival, colour = arm)) + geom_step() + scale_y_continuous(labels = scales::percent, limits = c(0, 1))
ggsave(file.path(here, "ggplot.svg"), g, device = svglite, width = 5, height = 4)
truth <- lapply(split(d, d$arm), function(x) list(time = x$time, survival = x$survival))
versions <- list(R = as.character(getRversion()), survival = as.character(packageVersion("survival")),
                 svglite = as.character(packageVersion("svglite")), ggplot2 = as.character(packageVersion("ggplot2")))
writeLines(toJSON(list(versions = versions, png = ends, curves = truth), digits = 12, auto_unbox = TRUE), file.path(here, "truth.json"))
