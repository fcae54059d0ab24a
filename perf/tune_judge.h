/* The verdict on a winner: two finals against the default, and what speaks against believing them. */
#ifndef PEL_PERF_TUNE_JUDGE_H
#define PEL_PERF_TUNE_JUDGE_H

#include "perf/tune_race.h"

/* Whether the default differs so much from itself that nothing can be said. */
bool tune_is_noisy(const struct tune_final *final);

/* The final, and if it was won another one on fresh runs. Fills in gain and control of the result; *late, which must be
 * false, tells that time was over before there was a verdict. Teams of different size are compared only while the
 * processors are ours: the larger one suffers more from company, in every round alike, so that the control would not
 * show it. */
enum tune_verdict tune_judge(struct tune_race *race, size_t rounds, const struct tune_candidate *base,
                             const struct tune_candidate *best, struct tune_result *result, bool *late);

#endif
