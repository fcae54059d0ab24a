# The command `pel`, linked twice: as the first stage's tuner against the untuned library, and for users.
