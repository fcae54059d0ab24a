/* pel-climate sample: a small synthetic climatology, for a first try and for tests where no data are at hand. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"

#define PI 3.14159265358979323846

enum { NTIME = 12, NLAT = 18, NLON = 36, CELL = 10 /* degrees */ };

static const double month_start[NTIME + 1] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};

/* An axis of cells from edge to edge. */
static const struct sample_axis {
    const char *name, *bounds, *standard_name, *units;
    size_t n;
    double first, width; /* of the cells; width 0: the months */
} sample_axes[] = {
    {"time", "time_bnds", "time", "days since 2001-01-01 00:00:00", NTIME, 0, 0},
    {"lat", "lat_bnds", "latitude", "degrees_north", NLAT, -90, CELL},
    {"lon", "lon_bnds", "longitude", "degrees_east", NLON, 0, CELL},
};

/* A fixed pseudo-random number between -1 and 1. */
static double noise(uint32_t time, uint32_t lat, uint32_t lon)
{
    uint32_t x = (time * NLAT + lat) * NLON + lon + 1;

    for (int i = 0; i < 3; i++) {
        x ^= x >> 16;
        x *= 0x45d9f3bu;
    }
    return (double)(x >> 8) / 0x1p23 - 1;
}

/* Water warm at the equator, with seasons that lag the sun, and NaN on two made-up continents. */
static double sea_temperature(uint32_t time, uint32_t lat, uint32_t lon)
{
    double y = ((lat + 0.5) * CELL - 90) * PI / 180, x = (lon + 0.5) * CELL * PI / 180;
    double season = sin(y) * cos((time - 7.5) * PI / 6);

    if (cos(y) * sin(2 * x + y) > 0.7)
        return NAN;
    return fmax(-1.8, 29 * cos(y) * cos(y) - 1 + 5 * season + 0.8 * noise(time, lat, lon));
}

/* Trade winds and westerlies. */
static double zonal_wind(uint32_t time, uint32_t lat, uint32_t lon)
{
    double y = ((lat + 0.5) * CELL - 90) * PI / 180;

    return -6 * cos(3 * y) * cos(y) + sin(y) * cos((time - 0.5) * PI / 6) + 1.5 * noise(time + NTIME, lat, lon);
}

static const struct sample_variable {
    const char *name, *standard_name, *long_name, *units;
    nc_type type;
    double scale, fill; /* stored = value / scale */
    double (*value)(uint32_t time, uint32_t lat, uint32_t lon);
} sample_variables[] = {
    {"tos", "sea_surface_temperature", "sea surface temperature", "degC", NC_FLOAT, 1, 1e20, sea_temperature},
    {"uas", "eastward_wind", "zonal wind", "m s-1", NC_SHORT, 0.01, -32768, zonal_wind},
};

static void put_text(const struct output *out, int var, const char *name, const char *text)
{
    if (text)
        check_nc(nc_put_att_text(out->file, var, name, strlen(text), text), out->outfile.path);
}

static int define_axis(const struct output *out, const struct sample_axis *axis, int bounds_dim)
{
    int dims[2] = {0, bounds_dim}, var;

    check_nc(nc_def_dim(out->file, axis->name, axis->n, &dims[0]), out->outfile.path);
    check_nc(nc_def_var(out->file, axis->name, NC_DOUBLE, 1, dims, &var), out->outfile.path);
    put_text(out, var, "standard_name", axis->standard_name);
    put_text(out, var, "units", axis->units);
    put_text(out, var, "bounds", axis->bounds);
    put_text(out, var, "calendar", axis->width > 0 ? NULL : "noleap");
    check_nc(nc_def_var(out->file, axis->bounds, NC_DOUBLE, 2, dims, &var), out->outfile.path);
    return dims[0];
}

static void define_variable(const struct output *out, const struct sample_variable *v, const int dims[3])
{
    int var;

    check_nc(nc_def_var(out->file, v->name, v->type, 3, dims, &var), out->outfile.path);
    put_text(out, var, "standard_name", v->standard_name);
    put_text(out, var, "long_name", v->long_name);
    put_text(out, var, "units", v->units);
    put_text(out, var, "cell_methods", "time: mean");
    check_nc(nc_put_att_double(out->file, var, "_FillValue", v->type, 1, &v->fill), out->outfile.path);
    if (v->scale < 1)
        check_nc(nc_put_att_double(out->file, var, "scale_factor", NC_DOUBLE, 1, &v->scale), out->outfile.path);
}

static void define_sample(const struct output *out)
{
    int dims[3], bounds_dim;

    put_text(out, NC_GLOBAL, "title", "Synthetic climatology made up by a formula; no observation is in it");
    check_nc(nc_def_dim(out->file, "bnds", 2, &bounds_dim), out->outfile.path);
    for (size_t i = 0; i < 3; i++)
        dims[i] = define_axis(out, &sample_axes[i], bounds_dim);
    for (size_t i = 0; i < sizeof sample_variables / sizeof *sample_variables; i++)
        define_variable(out, &sample_variables[i], dims);
}

static void write_axis(const struct output *out, const struct sample_axis *axis)
{
    for (size_t i = 0; i < axis->n; i++) {
        double low = axis->width > 0 ? axis->first + (double)i * axis->width : month_start[i];
        double high = axis->width > 0 ? low + axis->width : month_start[i + 1];
        double middle = (low + high) / 2, bounds[2] = {low, high};
        size_t start[2] = {i, 0}, count[2] = {1, 2};
        int var;

        check_nc(nc_inq_varid(out->file, axis->name, &var), out->outfile.path);
        check_nc(nc_put_vara_double(out->file, var, start, count, &middle), out->outfile.path);
        check_nc(nc_inq_varid(out->file, axis->bounds, &var), out->outfile.path);
        check_nc(nc_put_vara_double(out->file, var, start, count, bounds), out->outfile.path);
    }
}

static void write_variable(const struct output *out, const struct sample_variable *v)
{
    int var;

    check_nc(nc_inq_varid(out->file, v->name, &var), out->outfile.path);
    for (uint32_t t = 0; t < NTIME; t++)
        for (uint32_t y = 0; y < NLAT; y++) {
            size_t start[3] = {t, y, 0}, count[3] = {1, 1, NLON};
            double row[NLON];

            for (uint32_t x = 0; x < NLON; x++) {
                double value = v->value(t, y, x);

                row[x] = isnan(value) ? v->fill : v->scale < 1 ? round(value / v->scale) : value;
            }
            check_nc(nc_put_vara_double(out->file, var, start, count, row), out->outfile.path);
        }
}

int command_sample(const struct request *request)
{
    struct output out;

    output_create(&out, request->operands[0], NULL, request);
    define_sample(&out);
    check_nc(nc_enddef(out.file), out.outfile.path);
    for (size_t i = 0; i < sizeof sample_axes / sizeof *sample_axes; i++)
        write_axis(&out, &sample_axes[i]);
    for (size_t i = 0; i < sizeof sample_variables / sizeof *sample_variables; i++)
        write_variable(&out, &sample_variables[i]);
    output_commit(&out);
    return EXIT_SUCCESS;
}
