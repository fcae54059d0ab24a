/* A variable on a longitude-latitude grid, and the way its values come into memory. */
#ifndef CLIMATE_FIELD_H
#define CLIMATE_FIELD_H

#include "input.h"
#include "program.h"

enum { FIELD_MAX_DIMS = 8, FIELD_MAX_MISSING = 8 };

/* How stored numbers become values. */
struct decoder {
    double scale, offset; /* value = stored * scale + offset */
    double missing[FIELD_MAX_MISSING];
    int nmissing;
    double low, high; /* the valid range */
    double wrap;      /* added to negative numbers of an unsigned variable in a signed type; else 0 */
};

struct field {
    const struct input *in;
    int var;
    char name[NC_MAX_NAME + 1];
    int ndims;
    const struct axis *axis[FIELD_MAX_DIMS];  /* in the order of the file */
    const struct axis *other[FIELD_MAX_DIMS]; /* those that are none of the next three */
    int nothers;
    const struct axis *time; /* NULL without one */
    const struct axis *lat, *lon;
    size_t levels; /* number of fields at each time: the product of the other axes, counted row-major */
    struct decoder decoder;
};

/* A box of values: all within one level. */
struct block {
    size_t level;
    size_t time, ntime; /* first and number; 0 and 1 without a time axis */
    size_t lat, nlat;
    size_t lon, nlon;
};

/* The fields that the request names, or all that the file has; with_time: only those with a time axis. Fails
 * where there is none. The result is to be freed. */
struct field *field_select(const struct input *in, const struct request *request, bool with_time, size_t *n);

size_t field_times(const struct field *f);
size_t field_cells(const struct field *f);

/* The index of a level on each of the other axes. */
void field_level(const struct field *f, size_t level, size_t index[FIELD_MAX_DIMS]);

/* One time step of one level. */
struct block field_block(const struct field *f, size_t time, size_t level);

void decoder_read(struct decoder *d, int file, int var);

/* Reads a block, decoded to double, missing values as NaN. values is [lat][lon][time] if series is true, else
 * [time][lat][lon]. */
void field_read(const struct field *f, const struct block *block, bool series, double *values);

/* The areas of the grid cells on the sphere, up to a common factor: longitude width times the difference of the sine
 * of latitude. To be freed. Fails where the axes do not tell. */
double *field_areas(const struct field *f);

/* True if the longitudes go once around the globe; fails if they overlap. */
bool field_is_global(const struct field *f);

#endif
