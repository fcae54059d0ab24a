/* pel-climate report: a table of each field's statistics, step by step. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attribute.h"
#include "calendar.h"
#include "field.h"
#include "statistic.h"

enum { MEAN, MIN, MEDIAN, MAX, COLUMNS };

struct row {
    char time[TIME_LABEL], level[TIME_LABEL];
    double column[COLUMNS];
    double missing; /* per cent of the cells */
};

static void summarise(const struct field *f, const double *areas, double *values, double *packed, const pel_opts *opts,
                      struct row *row)
{
    static const double median = 50;
    size_t cells = field_cells(f);
    struct sample s = sample_gather(values, areas, packed, cells);

    row->missing = 100 * (double)(cells - s.n) / (double)cells;
    for (int i = 0; i < COLUMNS; i++)
        row->column[i] = NAN;
    if (s.n == 0)
        return;
    statistic_mean(&s, NULL, 1, &row->column[MEAN], opts);
    statistic_min(&s, NULL, 1, &row->column[MIN], opts);
    statistic_max(&s, NULL, 1, &row->column[MAX], opts);
    statistic_percentiles(&s, &median, 1, &row->column[MEDIAN], opts);
}

static void label_row(const struct field *f, size_t t, size_t level, struct row *row)
{
    if (f->time)
        time_label(f->in, f->time, t, row->time);
    if (f->nothers == 1 && f->other[0]->value)
        snprintf(row->level, TIME_LABEL, "%g", f->other[0]->value[level]);
    else
        snprintf(row->level, TIME_LABEL, "%zu", level + 1);
}

/* Digits after the point so that the largest number shows six in all; negative where that is no help. */
static int choose_decimals(const struct row *rows, size_t n)
{
    double largest = 0;
    int decimals;

    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fmax(fabs(rows[i].column[MIN]), fabs(rows[i].column[MAX])));
    decimals = largest > 0 ? 5 - (int)floor(log10(largest)) : 3;
    return decimals > 8 || decimals < -2 ? -1 : decimals < 0 ? 0 : decimals;
}

static void print_number(double x, int decimals)
{
    if (isnan(x))
        printf("  %12s", "-");
    else if (decimals < 0)
        printf("  %12.5e", x);
    else
        printf("  %12.*f", decimals, x);
}

static void print_heading(const struct field *f)
{
    char *name = attribute_text(f->in->file, f->var, "long_name");
    char *units = attribute_text(f->in->file, f->var, "units");

    printf("%s%s%s%s%s%s, %zu x %zu cells\n", f->name, name ? ": " : "", name ? name : "", units ? " [" : "",
           units ? units : "", units ? "]" : "", f->lat->n, f->lon->n);
    free(name);
    free(units);
}

static void print_table(const struct field *f, const struct row *rows, size_t n)
{
    int decimals = choose_decimals(rows, n), width = 4;

    for (size_t i = 0; i < n; i++)
        width = (int)strlen(rows[i].time) > width ? (int)strlen(rows[i].time) : width;
    print_heading(f);
    if (f->time)
        printf("  %-*s", width, "time");
    if (f->levels > 1)
        printf("  %10s", f->nothers == 1 ? "level" : "level no.");
    printf("  %12s  %12s  %12s  %12s  %9s\n", "mean", "min", "median", "max", "missing %");
    for (size_t i = 0; i < n; i++) {
        if (f->time)
            printf("  %-*s", width, rows[i].time);
        if (f->levels > 1)
            printf("  %10s", rows[i].level);
        for (int c = 0; c < COLUMNS; c++)
            print_number(rows[i].column[c], decimals);
        printf("  %9.1f\n", rows[i].missing);
    }
}

static void report_field(const struct field *f, const pel_opts *opts)
{
    size_t cells = field_cells(f), n = 0;
    double *areas = field_areas(f), *values = allocate(cells, sizeof *values),
           *packed = allocate(cells, sizeof *packed);
    struct row *rows = allocate(field_times(f) * f->levels, sizeof *rows);

    for (size_t t = 0; t < field_times(f); t++)
        for (size_t level = 0; level < f->levels; level++, n++) {
            struct block block = field_block(f, t, level);

            field_read(f, &block, false, values);
            summarise(f, areas, values, packed, opts, &rows[n]);
            label_row(f, t, level, &rows[n]);
        }
    print_table(f, rows, n);
    free(areas);
    free(values);
    free(packed);
    free(rows);
}

int command_report(const struct request *request)
{
    struct input in;
    size_t n;
    struct field *fields;

    input_open(&in, request->operands[0]);
    fields = field_select(&in, request, false, &n);
    printf("%s: area-weighted mean, and order statistics of the cells\n", in.path);
    for (size_t i = 0; i < n; i++) {
        printf("\n");
        report_field(&fields[i], &request->opts);
    }
    free(fields);
    input_close(&in);
    return EXIT_SUCCESS;
}
