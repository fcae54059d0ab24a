#include "perf/tune_trial.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/names.h"
#include "lib/variant.h"
#include "perf/program.h"
#include "perf/tune_judge.h"

/* Bytes of an array; a trial of the control has several finals, and is kept short. */
static const double low_bytes = 2048, control_bytes = 1 << 20, held_out_bytes = 16 << 20;

/* Rounds of a final, and of one whose runs take long. */
enum { ROUNDS = 27, FEW_ROUNDS = 9 };
static const double long_seconds = 5e-3;

/* splitmix64 of G. Steele, D. Lea and C. Flood (2014). */
static uint64_t draw(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static double draw_share(uint64_t *state)
{
    return (double)(draw(state) >> 11) * 0x1p-53;
}

/* An operation that is selected, each as likely, at a size between these whose logarithm is uniform. */
static struct tune_cell draw_cell(const struct tune_options *options, double most_bytes, uint64_t *state)
{
    enum pel_op op = (enum pel_op)0;
    pel_dtype dtype = (pel_dtype)0;
    struct tune_cell cell = {.key = {.threads = options->threads}};
    uint64_t count = 0;
    for (bool next = false; select_next(&options->selected, next, &op, &dtype); next = true)
        count++;
    count = draw(state) % count;
    op = (enum pel_op)0;
    dtype = (pel_dtype)0;
    for (bool next = false; select_next(&options->selected, next, &op, &dtype) && count > 0; next = true)
        count--;
    cell.key.op = op;
    cell.key.dtype = dtype;
    if (op == PEL_OP_STENCIL)
        cell.key.ndim = 1 + (int)(draw(state) % 3);
    cell.n = (size_t)(low_bytes * pow(most_bytes / low_bytes, draw_share(state))) / pel_dtype_size(dtype);
    return cell;
}

/* What a trial needs; race.cell points to cell, and expected is left to whoever runs first. */
struct trial {
    struct tune_cell cell;
    struct workload workload;
    struct pel_request request;
    struct pel_stencil_shape shape;
    struct tune_race race;
};

static void open_trial(struct trial *trial, const struct tune_cell *cell)
{
    struct workload_spec spec = tune_workload(cell);
    trial->cell = *cell;
    workload_open(&trial->workload, &spec);
    trial->request = tune_request(&trial->workload, cell->key.threads, &trial->shape);
    trial->race = (struct tune_race){.cell = &trial->cell, .workload = &trial->workload, .until = HUGE_VAL};
}

static void close_trial(struct trial *trial)
{
    tune_race_close(&trial->race);
    workload_close(&trial->workload);
}

static size_t choose_rounds(const struct trial *trial)
{
    return trial->race.sample > long_seconds ? FEW_ROUNDS : ROUNDS;
}

static void show_progress(size_t done, size_t count)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\rpel tune: %zu of %zu%s", done, count, done == count ? "\r\033[K" : "");
}

static enum tune_verdict try_control(struct trial *trial)
{
    struct tune_candidate base = {0};
    struct tune_result result;
    bool late = false;
    if (pel_dispatch(&trial->request, NULL, &base.pick) != PEL_OK ||
        tune_race_calibrate(&trial->race, &base) != TUNE_RAN)
        return TUNE_BROKEN;
    return tune_judge(&trial->race, choose_rounds(trial), &base, &base, &result, &late);
}

/* The upper end of the 95 % interval of a share (E. B. Wilson, 1927). */
static double most_share(size_t part, size_t all)
{
    const double z = 1.959963984540054;
    double n = (double)all, p = (double)part / n;
    return (p + z * z / (2 * n) + z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n);
}

void tune_try_control(const struct tune_options *options, size_t trials)
{
    uint64_t state = options->seed;
    size_t verdicts[TUNE_VERDICTS] = {0};
    double start = now_seconds();
    for (size_t i = 0; i < trials; i++) {
        struct trial trial;
        struct tune_cell cell = draw_cell(options, control_bytes, &state);
        cell.key.threads = i % 2 ? options->threads : 1;
        open_trial(&trial, &cell);
        verdicts[try_control(&trial)]++;
        close_trial(&trial);
        show_progress(i + 1, trials);
    }
    size_t accepted = verdicts[TUNE_ACCEPTED];
    printf("the default against itself: accepted as a gain in %zu of %zu trials, %.1f %% (at most %.1f %% with 95 %% "
           "confidence)\nkept %zu, too noisy %zu, failed %zu; seed %llu, %.0f s\n",
           accepted, trials, 100.0 * (double)accepted / (double)trials, 100 * most_share(accepted, trials),
           verdicts[TUNE_KEPT], verdicts[TUNE_NOISY], verdicts[TUNE_BROKEN], (unsigned long long)options->seed,
           now_seconds() - start);
}

static void print_pair(const struct tune_cell *cell, const struct pel_pick *tuned, const struct pel_pick *generic,
                       const struct tune_final *final)
{
    char name[64], variants[2][TUNE_VARIANT];
    snprintf(name, sizeof name, "%s %s", pel_op_name(cell->key.op), pel_dtype_name(cell->key.dtype));
    if (cell->key.ndim)
        snprintf(name, sizeof name, "%s %s %dd", pel_op_name(cell->key.op), pel_dtype_name(cell->key.dtype),
                 cell->key.ndim);
    pel_variant_format(tuned, variants[0], sizeof variants[0]);
    pel_variant_format(generic, variants[1], sizeof variants[1]);
    printf("%-20s %9zu  %5.3fx (%5.3f to %5.3f)  %s over %s\n", name, cell->n, exp(final->gain.mid),
           exp(final->gain.low), exp(final->gain.high), variants[0], variants[1]);
}

/* The gain of one request, 0 where both pick the same: TUNE_KEPT, or what speaks against counting it. Company says more
 * of two teams of different size than they do. */
static enum tune_verdict try_request(struct trial *trial, double *gain)
{
    struct tune_candidate generic = {0}, tuned = {0};
    struct tune_final final;
    *gain = 0;
    if (pel_dispatch_generic(&trial->request, &generic.pick) != PEL_OK ||
        pel_dispatch(&trial->request, NULL, &tuned.pick) != PEL_OK)
        return TUNE_BROKEN;
    if (tune_same_pick(&generic.pick, &tuned.pick))
        return TUNE_KEPT;
    bool crowded = generic.pick.team != tuned.pick.team && tune_is_crowded(trial->request.threads);
    if (tune_race_calibrate(&trial->race, &generic) != TUNE_RAN ||
        tune_race_final(&trial->race, &generic, &tuned, choose_rounds(trial), &final) != TUNE_RAN)
        return TUNE_BROKEN;
    if (crowded || tune_is_noisy(&final))
        return TUNE_NOISY;
    print_pair(&trial->cell, &tuned.pick, &generic.pick, &final);
    *gain = final.gain.mid;
    return TUNE_KEPT;
}

void tune_try_held_out(const struct tune_options *options, size_t requests)
{
    uint64_t state = options->seed;
    size_t verdicts[TUNE_VERDICTS] = {0}, same = 0;
    double start = now_seconds(), sum = 0, least = HUGE_VAL;
    for (size_t i = 0; i < requests; i++) {
        struct trial trial;
        struct tune_cell cell = draw_cell(options, held_out_bytes, &state);
        double gain;
        open_trial(&trial, &cell);
        enum tune_verdict verdict = try_request(&trial, &gain);
        verdicts[verdict]++;
        if (verdict == TUNE_KEPT) {
            sum += gain;
            same += gain == 0;
            least = gain < least ? gain : least;
        }
        close_trial(&trial);
        fflush(stdout);
        show_progress(i + 1, requests);
    }
    if (verdicts[TUNE_KEPT] == 0)
        die("no request could be measured: %zu failed, %zu were too noisy", verdicts[TUNE_BROKEN],
            verdicts[TUNE_NOISY]);
    printf(
        "the tables in force over the generic one: geometric mean %.3fx, least %.3fx, of %zu requests; the same pick "
        "%zu, too noisy %zu, failed %zu; seed %llu, %d thread%s, %.0f s\n",
        exp(sum / (double)verdicts[TUNE_KEPT]), exp(least), requests, same, verdicts[TUNE_NOISY], verdicts[TUNE_BROKEN],
        (unsigned long long)options->seed, options->threads, options->threads == 1 ? "" : "s", now_seconds() - start);
}
