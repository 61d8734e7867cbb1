# The reference implementation of a REML fit on crossed ratings: of real raters, InstEval, which comes with lme4, or
# of a CSV file of giver, receiver and rating, none of which is held out. Writes the ratings, which of them were held out, and what the fit expects of those; prints seconds.
suppressMessages(library(lme4))
asked <- commandArgs(trailingOnly = TRUE)
into <- asked[1]
if (length(asked) > 1) {
  rows <- read.csv(asked[2])
  rows$out <- 0L
} else {
  data(InstEval)
  rows <- data.frame(giver = as.integer(InstEval$s), receiver = as.integer(InstEval$d), rating = InstEval$y)
  rows$out <- as.integer((seq_len(nrow(rows)) * 7919) %% 10 == 0)
}
kept <- rows[rows$out == 0, ]
began <- proc.time()
fit <- lmer(rating ~ 1 + (1 | giver) + (1 | receiver), kept)
effects <- ranef(fit, condVar = TRUE)  # with posterior variances, as the engine gives them
taken <- proc.time() - began
rows$expected <- predict(fit, rows, allow.new.levels = TRUE)
write.csv(rows, into, row.names = FALSE, quote = FALSE)
spread <- as.data.frame(VarCorr(fit))$sdcor
cat(taken[["elapsed"]], taken[["user.self"]] + taken[["sys.self"]], spread, "\n")
