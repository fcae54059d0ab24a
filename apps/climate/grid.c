/* The geometry of the longitude-latitude grid. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "attribute.h"
#include "field.h"

#define PI 3.14159265358979323846

/* Pairs of cell bounds: those of the file, else the midpoints between the coordinates. */
static double *cell_bounds(const struct axis *axis, double width_of_one)
{
    double *pairs = allocate(2 * axis->n, sizeof *pairs);
    const double *v = axis->value;
    size_t n = axis->n;

    if (axis->bounds) {
        memcpy(pairs, axis->bounds, 2 * n * sizeof *pairs);
        return pairs;
    }
    for (size_t i = 1; i < n; i++)
        pairs[2 * i - 1] = pairs[2 * i] = (v[i - 1] + v[i]) / 2;
    pairs[0] = n > 1 ? v[0] - (v[1] - v[0]) / 2 : v[0] - width_of_one / 2;
    pairs[2 * n - 1] = n > 1 ? v[n - 1] + (v[n - 1] - v[n - 2]) / 2 : v[0] + width_of_one / 2;
    return pairs;
}

static void check_units(const struct field *f, const struct axis *axis)
{
    char *units = axis->var >= 0 ? attribute_text(f->in->file, axis->var, "units") : NULL;

    if (units && strncmp(units, "degree", 6) != 0)
        die("%s: %s is in %s, not in degrees", f->in->path, axis->name, units);
    free(units);
}

static void check_axis(const struct field *f, const struct axis *axis, const char *what)
{
    if (!axis->value)
        die("%s: variable %s: dimension %s has no %s", f->in->path, f->name, axis->name, what);
    check_units(f, axis);
    for (size_t i = 0; i < axis->n; i++) {
        double step = i > 0 ? axis->value[i] - axis->value[i - 1] : 1;
        double first_step = i > 0 ? axis->value[1] - axis->value[0] : 1;

        if (!isfinite(axis->value[i]) || !(step * first_step > 0))
            die("%s: the %s of %s do not rise or fall throughout", f->in->path, what, axis->name);
    }
}

static double sine_of_latitude(double degrees)
{
    return sin(fmax(-90, fmin(90, degrees)) * (PI / 180));
}

static double *lat_factors(const struct field *f)
{
    double *pairs, *factors = allocate(f->lat->n, sizeof *factors);

    check_axis(f, f->lat, "latitudes");
    pairs = cell_bounds(f->lat, 360);
    for (size_t i = 0; i < f->lat->n; i++) {
        if (fabs(f->lat->value[i]) > 90.0001)
            die("%s: %s: latitude %g is beyond the pole", f->in->path, f->lat->name, f->lat->value[i]);
        factors[i] = fabs(sine_of_latitude(pairs[2 * i + 1]) - sine_of_latitude(pairs[2 * i]));
    }
    free(pairs);
    return factors;
}

/* The one of w and its complement that suits the distance of the neighbours: bounds such as 359 and 1 are 2 apart. */
static double around_globe(const struct axis *lon, size_t i, double w)
{
    double step = lon->n > 1 ? fabs(lon->value[i > 0 ? i : 1] - lon->value[i > 0 ? i - 1 : 0]) : w;

    return fabs(w - step) <= fabs(360 - w - step) ? w : 360 - w;
}

/* Some files repeat the first columns at the end: there, what is beyond the full circle counts nothing. */
static void cut_overlap(double *widths, size_t n)
{
    double excess = -360;

    for (size_t i = 0; i < n; i++)
        excess += widths[i];
    for (size_t i = n; i-- > 0 && excess > 1e-6;) {
        double cut = fmin(widths[i], excess);

        widths[i] -= cut;
        excess -= cut;
    }
}

static double *lon_factors(const struct field *f)
{
    double *pairs, *widths = allocate(f->lon->n, sizeof *widths);

    check_axis(f, f->lon, "longitudes");
    pairs = cell_bounds(f->lon, 360);
    for (size_t i = 0; i < f->lon->n; i++)
        widths[i] = around_globe(f->lon, i, fabs(pairs[2 * i + 1] - pairs[2 * i]));
    cut_overlap(widths, f->lon->n);
    free(pairs);
    return widths;
}

double *field_areas(const struct field *f)
{
    double *areas = allocate(field_cells(f), sizeof *areas);
    double *lat = lat_factors(f), *lon = lon_factors(f);

    for (size_t y = 0; y < f->lat->n; y++)
        for (size_t x = 0; x < f->lon->n; x++)
            areas[y * f->lon->n + x] = lat[y] * lon[x];
    free(lat);
    free(lon);
    return areas;
}

bool field_is_global(const struct field *f)
{
    const struct axis *lon = f->lon;
    double step, circle;

    if (!lon->value || lon->n < 2)
        return true;
    check_axis(f, lon, "longitudes");
    step = fabs(lon->value[lon->n - 1] - lon->value[0]) / (double)(lon->n - 1);
    circle = step * (double)lon->n;
    if (circle > 360 + step / 2)
        die("%s: the longitudes of %s overlap: no periodic field", f->in->path, lon->name);
    return circle > 360 - step / 2;
}
