# Reference values of Cohen's kappa with its standard error.
# Run once: Rscript tests/validation/agreement.R    (writes agreement.json beside this file)
suppressMessages({library(vcd); library(psych); library(jsonlite)})
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))

one <- function(name, table) {
  k <- nrow(table)
  place <- seq_len(k)
  d <- abs(outer(place, place, "-")) / (k - 1)
  linear <- Kappa(table, weights = "Equal-Spacing")$Weighted
  square <- Kappa(table, weights = "Fleiss-Cohen")$Weighted
  plain <- Kappa(table)$Unweighted
  list(name = name, table = table, none = unname(plain), linear = unname(linear), quadratic = unname(square),
       psych = cohen.kappa(table)$kappa, psych_linear = cohen.kappa(table, w = 1 - d)$weighted.kappa)
}
square <- function(...) matrix(c(...), nrow = sqrt(length(c(...))), byrow = TRUE)

write_json(list(
  producer = list(R = R.version.string, vcd = as.character(packageVersion("vcd")),
                  psych = as.character(packageVersion("psych"))),
  kappa = list(
    one("two by two", square(20, 5, 10, 15)),
    one("response of 120", square(9, 4, 1, 0, 6, 25, 8, 1, 0, 10, 30, 5, 0, 1, 6, 14)),
    one("an empty category", square(5, 2, 0, 0, 1, 8, 3, 0, 0, 4, 9, 0, 0, 0, 0, 0)),
    one("worse than chance", square(2, 9, 8, 1)),
    one("one category frequent", square(60, 3, 4, 1)))
), file.path(here, "agreement.json"), digits = NA, auto_unbox = TRUE, na = "null")
