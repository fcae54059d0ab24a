#include "perf/tune_judge.h"

#include <math.h>

/* A candidate is accepted when its gain is beyond doubt above this, in two finals; the default may differ from itself
 * by so much before a final is run again with more rounds, or the cell is given up as noisy. */
static const double least_gain = 0.02, restless = 0.01, noisy = 0.05;

bool tune_is_noisy(const struct tune_final *final)
{
    return fabs(final->control.mid) > noisy;
}

/* A final, with twice the rounds where the control is restless. */
static enum tune_verdict judge_once(struct tune_race *race, size_t rounds, const struct tune_candidate *base,
                                    const struct tune_candidate *best, struct tune_result *result, bool *late)
{
    struct tune_final final;
    enum tune_lap lap = tune_race_final(race, base, best, rounds, &final);
    if (lap == TUNE_RAN && fabs(final.control.mid) > restless)
        lap = tune_race_final(race, base, best, 2 * rounds, &final);
    *late = lap == TUNE_LATE;
    if (lap != TUNE_RAN)
        return TUNE_KEPT;
    result->gain = final.gain;
    result->control = final.control.mid;
    if (tune_is_noisy(&final))
        return TUNE_NOISY;
    return final.gain.low > log1p(least_gain) ? TUNE_ACCEPTED : TUNE_KEPT;
}

enum tune_verdict tune_judge(struct tune_race *race, size_t rounds, const struct tune_candidate *base,
                             const struct tune_candidate *best, struct tune_result *result, bool *late)
{
    enum tune_verdict verdict = TUNE_ACCEPTED;
    for (int i = 0; i < 2 && verdict == TUNE_ACCEPTED && !*late; i++)
        verdict = judge_once(race, rounds, base, best, result, late);
    if (verdict == TUNE_ACCEPTED && base->pick.team != best->pick.team && tune_is_crowded(race->cell->key.threads))
        return TUNE_NOISY;
    return verdict;
}
