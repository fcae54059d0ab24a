#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "attribute.h"
#include "input.h"
#include "program.h"

/* How the CF conventions, and files older than those, mark an axis: any one of these marks is enough. */
static const struct {
    enum axis_kind kind;
    const char *axis, *standard_names, *units, *names;
} marks[] = {
    {AXIS_LON, "X", "longitude grid_longitude", "degrees_east degree_east degree_E degrees_E degreeE degreesE",
     "lon longitude"},
    {AXIS_LAT, "Y", "latitude grid_latitude", "degrees_north degree_north degree_N degrees_N degreeN degreesN",
     "lat latitude"},
    {AXIS_TIME, "T", "time", "", "time t"},
};

static bool attribute_in(const struct input *in, const struct axis *axis, const char *attribute, const char *list)
{
    char *text = attribute_text(in->file, axis->var, attribute);
    bool found = text && list_has(list, text);

    free(text);
    return found;
}

static bool counts_time(const struct input *in, const struct axis *axis)
{
    char *units = attribute_text(in->file, axis->var, "units");
    bool found = units && strstr(units, " since ");

    free(units);
    return found;
}

static enum axis_kind kind_by_attributes(const struct input *in, const struct axis *axis)
{
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (attribute_in(in, axis, "axis", marks[i].axis) ||
            attribute_in(in, axis, "standard_name", marks[i].standard_names) ||
            attribute_in(in, axis, "units", marks[i].units))
            return marks[i].kind;
    if (counts_time(in, axis))
        return AXIS_TIME;
    if (attribute_exists(in->file, axis->var, "units") || attribute_exists(in->file, axis->var, "axis") ||
        attribute_exists(in->file, axis->var, "standard_name"))
        return AXIS_OTHER;
    return AXIS_BARE;
}

static enum axis_kind kind_by_name(const struct axis *axis)
{
    char lower[NC_MAX_NAME + 1];

    for (size_t i = 0; i < sizeof lower; i++)
        lower[i] = (char)(axis->name[i] >= 'A' && axis->name[i] <= 'Z' ? axis->name[i] - 'A' + 'a' : axis->name[i]);
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (list_has(marks[i].names, lower))
            return marks[i].kind;
    return AXIS_BARE;
}

static void read_values(const struct input *in, struct axis *axis)
{
    double scale = 1, offset = 0;

    axis->value = allocate(axis->n, sizeof *axis->value);
    check_nc(nc_get_var_double(in->file, axis->var, axis->value), axis->name);
    attribute_numbers(in->file, axis->var, "scale_factor", &scale, 1);
    attribute_numbers(in->file, axis->var, "add_offset", &offset, 1);
    for (size_t i = 0; i < axis->n; i++)
        axis->value[i] = axis->value[i] * scale + offset;
}

static void read_coordinates(const struct input *in, struct axis *axis)
{
    int ndims, dim;
    nc_type type;

    axis->kind = AXIS_BARE;
    if (nc_inq_varid(in->file, axis->name, &axis->var) != NC_NOERR)
        axis->var = -1;
    if (axis->var < 0)
        return;
    check_nc(nc_inq_var(in->file, axis->var, NULL, &type, &ndims, NULL, NULL), axis->name);
    if (ndims == 1)
        check_nc(nc_inq_vardimid(in->file, axis->var, &dim), axis->name);
    if (ndims != 1 || dim != axis->dim || type == NC_CHAR || type >= NC_STRING) {
        axis->var = -1;
        return;
    }
    read_values(in, axis);
    axis->kind = kind_by_attributes(in, axis);
}

/* Bounds come as pairs, n by 2, or in older files as n + 1 edges. */
static double *read_bounds(const struct input *in, const struct axis *axis, int var)
{
    int ndims, dims[2];
    size_t count[2] = {0, 2};
    double *raw, *pairs;

    if (nc_inq_varndims(in->file, var, &ndims) != NC_NOERR || ndims < 1 || ndims > 2)
        return NULL;
    check_nc(nc_inq_vardimid(in->file, var, dims), axis->name);
    for (int i = 0; i < ndims; i++)
        check_nc(nc_inq_dimlen(in->file, dims[i], &count[i]), axis->name);
    if (ndims == 2 ? count[0] != axis->n || count[1] != 2 : count[0] != axis->n + 1)
        return NULL;

    raw = allocate(2 * axis->n + 1, sizeof *raw);
    pairs = allocate(2 * axis->n, sizeof *pairs);
    check_nc(nc_get_var_double(in->file, var, raw), axis->name);
    for (size_t i = 0; i < axis->n; i++) {
        pairs[2 * i] = ndims == 2 ? raw[2 * i] : raw[i];
        pairs[2 * i + 1] = ndims == 2 ? raw[2 * i + 1] : raw[i + 1];
    }
    free(raw);
    return pairs;
}

static void find_bounds(struct input *in, struct axis *axis)
{
    static const char *const words[][2] = {{"bounds", "bounds"}, {"climatology", "climatology"}, {"edges", "bounds"}};

    for (size_t i = 0; i < sizeof words / sizeof *words && axis->var >= 0 && !axis->bounds; i++) {
        char *name = attribute_text(in->file, axis->var, words[i][0]);
        int var;

        if (name && nc_inq_varid(in->file, name, &var) == NC_NOERR) {
            char *longer = format_text("%s%s ", in->bounds_variables, name);

            free(in->bounds_variables);
            in->bounds_variables = longer;
            axis->bounds = read_bounds(in, axis, var);
            axis->bounds_word = words[i][1];
        }
        free(name);
    }
}

static void read_axis(struct input *in, struct axis *axis)
{
    check_nc(nc_inq_dim(in->file, axis->dim, axis->name, &axis->n), in->path);
    read_coordinates(in, axis);
    if (axis->kind == AXIS_BARE)
        axis->kind = kind_by_name(axis);
    find_bounds(in, axis);
}

static void read_axes(struct input *in)
{
    int *dims, unlimited;

    check_nc(nc_inq_dimids(in->file, &in->naxes, NULL, 0), in->path);
    dims = allocate((size_t)in->naxes, sizeof *dims);
    in->axes = allocate((size_t)in->naxes, sizeof *in->axes);
    check_nc(nc_inq_dimids(in->file, NULL, dims, 0), in->path);
    check_nc(nc_inq_unlimdim(in->file, &unlimited), in->path);
    for (int i = 0; i < in->naxes; i++) {
        in->axes[i].dim = dims[i];
        in->axes[i].unlimited = dims[i] == unlimited;
        read_axis(in, &in->axes[i]);
    }
    free(dims);
}

void input_open(struct input *in, const char *path)
{
    struct stat status;

    if (stat(path, &status) != 0)
        die("%s: %s", path, strerror(errno));
    if (!S_ISREG(status.st_mode))
        die("%s: not a regular file", path);
    in->path = path;
    input_check_length(path);
    check_nc(nc_open(path, NC_NOWRITE, &in->file), path);

    in->bounds_variables = format_text(" ");
    read_axes(in);
}

void input_close(struct input *in)
{
    for (int i = 0; i < in->naxes; i++) {
        free(in->axes[i].value);
        free(in->axes[i].bounds);
    }
    free(in->axes);
    free(in->bounds_variables);
    check_nc(nc_close(in->file), in->path);
}

const struct axis *input_axis(const struct input *in, int dim)
{
    for (int i = 0; i < in->naxes; i++)
        if (in->axes[i].dim == dim)
            return &in->axes[i];
    die("%s: dimension %d is not in the root group", in->path, dim);
}
