/* The CF-conforming NetCDF file that a command writes.
 *
 * It grows under a temporary name beside its own and is renamed when it is complete, so that nobody ever meets half
 * a file. Order: create, define every result, start, write, commit. */
#ifndef CLIMATE_OUTPUT_H
#define CLIMATE_OUTPUT_H

#include "common/outfile.h"

#include "field.h"

struct output {
    const struct input *in; /* where coordinates and attributes come from; NULL for none */
    struct outfile outfile;
    int file;
    struct output_axis *axes; /* one for each axis of the input */
    const double *percentiles;
    size_t npercentiles;
};

/* What a command leaves of a field. */
struct form {
    bool keep_grid;            /* latitude and longitude stay, else they are reduced away */
    bool keep_time;            /* every time stays, else one that stands for the whole period */
    const double *percentiles; /* a further dimension, after time; NULL for none */
    size_t npercentiles;
    const char *method;  /* how CF calls the reduction in cell_methods; NULL for none */
    const char *comment; /* a comment attribute; NULL for none */
};

void output_create(struct output *out, const char *path, const struct input *in, const struct request *request);

/* Defines the variable of a field's result: time, percentile, other axes, latitude, longitude, as far as they stay.
 * Returns its id. */
int output_define(struct output *out, const struct field *f, const struct form *form);

/* Ends the definitions and writes the coordinates. */
void output_start(struct output *out);

/* Writes the results of a block, NaN as _FillValue: values is [time][percentile][lat][lon], as far as they stay. */
void output_write(struct output *out, int var, const struct field *f, const struct form *form,
                  const struct block *block, double *values);

void output_commit(struct output *out);

#endif
