/* A NetCDF file that was opened for reading, and its axes. */
#ifndef CLIMATE_INPUT_H
#define CLIMATE_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include <netcdf.h>

enum axis_kind {
    AXIS_LON,
    AXIS_LAT,
    AXIS_TIME,
    AXIS_OTHER, /* levels, members, ... */
    AXIS_BARE,  /* the file says nothing about it: its place among the dimensions may tell */
};

/* One dimension of the file with its coordinates. */
struct axis {
    char name[NC_MAX_NAME + 1];
    enum axis_kind kind;
    int dim, var; /* ids in the file; var is -1 without a coordinate variable */
    size_t n;
    bool unlimited;
    double *value;           /* n coordinates, NULL without a coordinate variable */
    double *bounds;          /* n pairs, NULL unless the file has them */
    const char *bounds_word; /* "bounds", or "climatology" for climatological time */
};

struct input {
    const char *path;
    int file;
    int naxes;
    struct axis *axes;
    char *bounds_variables; /* names of the variables that only hold bounds, each between spaces */
};

/* Opens a file and reads all its axes; fails on a file that is not there, not NetCDF, or cut short. */
void input_open(struct input *in, const char *path);
void input_close(struct input *in);

/* The axis of a dimension id. */
const struct axis *input_axis(const struct input *in, int dim);

/* Fails if a file of the classic formats is shorter than its header says. The NetCDF library would read what is not
 * there as zeros, and is kept busy for long by some damaged headers. */
void input_check_length(const char *path);

#endif
