/* pel-climate stat: one statistic over the field, or along time. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "statistic.h"

enum { BLOCK_VALUES = 1 << 22 }; /* the most values in memory at a time, unless one series has more */

static const struct operation {
    const char *name;
    statistic *compute;
    bool over_time;   /* along time at each cell, else over the field at each time */
    bool weighted;    /* by the areas of the cells */
    bool percentiles; /* takes numbers after its name */
    const char *cell_method;
} operations[] = {
    {"fldmean", statistic_mean, false, true, false, "mean"},
    {"fldmin", statistic_min, false, false, false, "minimum"},
    {"fldmax", statistic_max, false, false, false, "maximum"},
    {"fldpctl", statistic_percentiles, false, false, true, NULL},
    {"timmean", statistic_mean, true, false, false, "mean"},
    {"timmin", statistic_min, true, false, false, "minimum"},
    {"timmax", statistic_max, true, false, false, "maximum"},
    {"timpctl", statistic_percentiles, true, false, true, NULL},
};

struct job {
    const struct operation *operation;
    const struct request *request;
    struct form form;
    size_t nresults;
    double *levels; /* the percentiles */
    struct output out;
};

static const struct operation *find_operation(const char *word)
{
    size_t length = strcspn(word, ",");

    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
        if (strlen(operations[i].name) == length && strncmp(operations[i].name, word, length) == 0)
            return &operations[i];
    bad_usage("stat: no operation %s", word);
}

/* Reads the P of OP,P,P into new memory. */
static double *parse_percentiles(const char *word, size_t *n)
{
    double *levels = allocate(strlen(word), sizeof *levels);
    char *copy = format_text("%s", word), *rest = strchr(copy, ',');

    for (*n = 0; rest; (*n)++) {
        char *number = rest + 1;

        rest = strchr(number, ',');
        if (rest)
            *rest = '\0';
        if (!parse_number(number, &levels[*n]) || levels[*n] < 0 || levels[*n] > 100)
            bad_usage("stat: %s: a percentile is a number from 0 to 100", word);
    }
    free(copy);
    return levels;
}

static void parse_operation(struct job *job, const char *word)
{
    const struct operation *operation = find_operation(word);

    job->operation = operation;
    job->levels = parse_percentiles(word, &job->nresults);
    if (operation->percentiles && job->nresults == 0)
        bad_usage("stat: %s needs percentiles, such as %s,10,50,90", operation->name, operation->name);
    if (!operation->percentiles && job->nresults > 0)
        bad_usage("stat: %s takes no numbers", operation->name);
    job->form = (struct form){.keep_grid = operation->over_time,
                              .keep_time = !operation->over_time,
                              .percentiles = operation->percentiles ? job->levels : NULL,
                              .npercentiles = job->nresults,
                              .method = operation->cell_method};
    if (!operation->percentiles)
        job->nresults = 1;
}

/* Results of a sample; missing where it is empty. */
static void compute(const struct job *job, const struct sample *s, double *results)
{
    if (s->n > 0)
        job->operation->compute(s, job->levels, job->nresults, results, &job->request->opts);
    for (size_t i = 0; s->n == 0 && i < job->nresults; i++)
        results[i] = NAN;
}

static void stat_over_field(struct job *job, const struct field *f, int var)
{
    size_t cells = field_cells(f);
    double *values = allocate(cells, sizeof *values), *packed = NULL;
    double *areas = job->operation->weighted ? field_areas(f) : NULL;
    double *results = allocate(job->nresults, sizeof *results);

    if (areas)
        packed = allocate(cells, sizeof *packed);
    for (size_t t = 0; t < field_times(f); t++)
        for (size_t level = 0; level < f->levels; level++) {
            struct block block = field_block(f, t, level);
            struct sample s;

            field_read(f, &block, false, values);
            s = sample_gather(values, areas, packed, cells);
            compute(job, &s, results);
            output_write(&job->out, var, f, &job->form, &block, results);
        }
    free(values);
    free(packed);
    free(areas);
    free(results);
}

/* Fills a block's results, [percentile][cell], from its series. */
static void stat_of_series(struct job *job, const struct block *b, double *series, double *results)
{
    size_t cells = b->nlat * b->nlon;
    double *one = allocate(job->nresults, sizeof *one);

    for (size_t cell = 0; cell < cells; cell++) {
        struct sample s = sample_gather(series + cell * b->ntime, NULL, NULL, b->ntime);

        compute(job, &s, one);
        for (size_t i = 0; i < job->nresults; i++)
            results[i * cells + cell] = one[i];
    }
    free(one);
}

/* Goes through a field in blocks of whole series: several rows, or a part of one where the series are long. */
static void stat_over_time(struct job *job, const struct field *f, int var)
{
    size_t at_once = f->time->n < BLOCK_VALUES ? BLOCK_VALUES / f->time->n : 1;
    size_t nlon = at_once < f->lon->n ? at_once : f->lon->n;
    size_t nlat = at_once / nlon < f->lat->n ? at_once / nlon : f->lat->n;
    double *series = allocate(nlat * nlon * f->time->n, sizeof *series);
    double *results = allocate(nlat * nlon * job->nresults, sizeof *results);

    for (size_t level = 0; level < f->levels; level++)
        for (size_t y = 0; y < f->lat->n; y += nlat)
            for (size_t x = 0; x < f->lon->n; x += nlon) {
                struct block b = {.level = level, .ntime = f->time->n, .lat = y, .lon = x};

                b.nlat = f->lat->n - y < nlat ? f->lat->n - y : nlat;
                b.nlon = f->lon->n - x < nlon ? f->lon->n - x : nlon;
                field_read(f, &b, true, series);
                stat_of_series(job, &b, series, results);
                output_write(&job->out, var, f, &job->form, &b, results);
            }
    free(series);
    free(results);
}

int command_stat(const struct request *request)
{
    struct job job = {.request = request};
    struct input in;
    struct field *fields;
    int *vars;
    size_t n;

    parse_operation(&job, request->operands[0]);
    input_open(&in, request->operands[1]);
    fields = field_select(&in, request, job.operation->over_time, &n);
    output_create(&job.out, request->operands[2], &in, request);
    vars = allocate(n, sizeof *vars);
    for (size_t i = 0; i < n; i++)
        vars[i] = output_define(&job.out, &fields[i], &job.form);
    output_start(&job.out);
    for (size_t i = 0; i < n; i++)
        (job.operation->over_time ? stat_over_time : stat_over_field)(&job, &fields[i], vars[i]);
    output_commit(&job.out);
    free(vars);
    free(fields);
    free(job.levels);
    input_close(&in);
    return EXIT_SUCCESS;
}
