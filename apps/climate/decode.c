/* From stored numbers to values: missing ones, packing, order of the dimensions. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "attribute.h"
#include "field.h"

/* What the NetCDF library leaves in cells that were never written; bytes have no such value. */
static double default_fill(nc_type type)
{
    switch (type) {
    case NC_SHORT:
        return NC_FILL_SHORT;
    case NC_INT:
        return NC_FILL_INT;
    case NC_FLOAT:
        return (double)NC_FILL_FLOAT;
    case NC_DOUBLE:
        return NC_FILL_DOUBLE;
    case NC_USHORT:
        return NC_FILL_USHORT;
    case NC_UINT:
        return NC_FILL_UINT;
    case NC_INT64:
        return (double)NC_FILL_INT64;
    case NC_UINT64:
        return (double)NC_FILL_UINT64;
    default:
        return NAN;
    }
}

/* What turns a negative number of a signed type into the unsigned number of the same bits. */
static double unsigned_wrap(int file, int var, nc_type type)
{
    char *text = attribute_text(file, var, "_Unsigned");
    bool is_unsigned = text && strcmp(text, "true") == 0;

    free(text);
    if (!is_unsigned)
        return 0;
    return type == NC_BYTE ? 0x1p8 : type == NC_SHORT ? 0x1p16 : type == NC_INT ? 0x1p32 : 0;
}

/* An attribute that stands for stored numbers, in the variable's own type whatever its own is. */
static int stored_numbers(const struct decoder *d, int file, int var, nc_type type, const char *name, double *numbers,
                          int capacity)
{
    int n = attribute_numbers(file, var, name, numbers, capacity);

    for (int i = 0; i < n; i++) {
        if (type == NC_FLOAT)
            numbers[i] = (double)(float)numbers[i];
        if (numbers[i] < 0)
            numbers[i] += d->wrap;
    }
    return n;
}

void decoder_read(struct decoder *d, int file, int var)
{
    nc_type type;
    double range[2] = {-INFINITY, INFINITY};

    check_nc(nc_inq_vartype(file, var, &type), "type of a variable");
    *d = (struct decoder){.scale = 1, .wrap = unsigned_wrap(file, var, type)};
    attribute_numbers(file, var, "scale_factor", &d->scale, 1);
    attribute_numbers(file, var, "add_offset", &d->offset, 1);

    d->nmissing = stored_numbers(d, file, var, type, "_FillValue", d->missing, 1);
    if (d->nmissing == 0)
        d->missing[d->nmissing++] = default_fill(type);
    d->nmissing += stored_numbers(d, file, var, type, "missing_value", d->missing + 1, FIELD_MAX_MISSING - 1);

    stored_numbers(d, file, var, type, "valid_min", &range[0], 1);
    stored_numbers(d, file, var, type, "valid_max", &range[1], 1);
    stored_numbers(d, file, var, type, "valid_range", range, 2);
    d->low = range[0];
    d->high = range[1];
}

static double decode(const struct decoder *d, double stored)
{
    if (stored < 0)
        stored += d->wrap;
    for (int i = 0; i < d->nmissing; i++)
        if (stored == d->missing[i])
            return NAN;
    if (!(stored >= d->low && stored <= d->high))
        return NAN;
    return stored * d->scale + d->offset;
}

/* Where a block lies in the file, and the strides between its neighbours once read. */
struct hyperslab {
    size_t start[FIELD_MAX_DIMS], count[FIELD_MAX_DIMS];
    size_t time, lat, lon; /* strides */
};

static struct hyperslab locate(const struct field *f, const struct block *b)
{
    struct hyperslab slab = {{0}, {0}, 0, 0, 0};
    size_t level[FIELD_MAX_DIMS], stride = 1;
    int other = f->nothers;

    field_level(f, b->level, level);
    for (int i = f->ndims - 1; i >= 0; i--) {
        const struct axis *axis = f->axis[i];

        slab.start[i] = axis == f->time ? b->time : axis == f->lat ? b->lat : axis == f->lon ? b->lon : level[--other];
        slab.count[i] = axis == f->time ? b->ntime : axis == f->lat ? b->nlat : axis == f->lon ? b->nlon : 1;
        slab.time = axis == f->time ? stride : slab.time;
        slab.lat = axis == f->lat ? stride : slab.lat;
        slab.lon = axis == f->lon ? stride : slab.lon;
        stride *= slab.count[i];
    }
    return slab;
}

/* Longitudes in groups, time within: every cache line of both sides is used whole, whichever is the transposed one. */
enum { GROUP = 8 };

void field_read(const struct field *f, const struct block *b, bool series, double *values)
{
    struct hyperslab slab = locate(f, b);
    size_t time_step = series ? 1 : b->nlat * b->nlon, lon_step = series ? b->ntime : 1;
    double *stored = allocate(b->ntime * b->nlat * b->nlon, sizeof *stored);

    check_nc(nc_get_vara_double(f->in->file, f->var, slab.start, slab.count, stored), f->name);
    for (size_t y = 0; y < b->nlat; y++)
        for (size_t x0 = 0; x0 < b->nlon; x0 += GROUP)
            for (size_t t = 0; t < b->ntime; t++)
                for (size_t x = x0; x < x0 + GROUP && x < b->nlon; x++)
                    values[t * time_step + (y * b->nlon + x) * lon_step] =
                        decode(&f->decoder, stored[t * slab.time + y * slab.lat + x * slab.lon]);
    free(stored);
}
