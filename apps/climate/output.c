#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "attribute.h"
#include "output.h"

/* What became of an axis of the input. */
struct output_axis {
    bool defined;
    int dim, var, bounds; /* var and bounds are -1 where there is none */
    bool collapsed;       /* one cell that spans all of the axis */
};

/* A time stamp in UTC, of now or of SOURCE_DATE_EPOCH, which makes equal runs write equal files. */
static void format_stamp(char stamp[32])
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    time_t now = time(NULL);
    struct tm utc;

    if (epoch) {
        char *end;
        long long seconds = strtoll(epoch, &end, 10);

        if (end == epoch || *end != '\0')
            die("SOURCE_DATE_EPOCH is not a number: %s", epoch);
        now = (time_t)seconds;
    }
    if (!gmtime_r(&now, &utc) || strftime(stamp, 32, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
        die("no date for SOURCE_DATE_EPOCH");
}

static void put_text(const struct output *out, int var, const char *name, const char *text)
{
    check_nc(nc_put_att_text(out->file, var, name, strlen(text), text), name);
}

/* Puts a global text attribute: what the input has under that name, a separator, and the addition. */
static void append_global(const struct output *out, const char *name, const char *separator, const char *addition)
{
    char *old = out->in ? attribute_text(out->in->file, NC_GLOBAL, name) : NULL;
    char *text = old && *old ? format_text("%s%s%s", old, separator, addition) : format_text("%s", addition);

    put_text(out, NC_GLOBAL, name, text);
    free(old);
    free(text);
}

static bool ends_with(const char *text, const char *ending)
{
    size_t length = strlen(text), tail = strlen(ending);

    return length >= tail && strcmp(text + length - tail, ending) == 0;
}

/* Names the program once, however many of its commands follow each other: the history tells them. */
static void add_source(const struct output *out, const char *program)
{
    char *old = attribute_text(out->file, NC_GLOBAL, "source");

    if (!old || !ends_with(old, program))
        append_global(out, "source", "; ", program);
    free(old);
}

static void define_globals(const struct output *out, const struct request *request)
{
    char stamp[32], *line, *program = format_text("pel-climate %s", pel_version());

    format_stamp(stamp);
    line = format_text("%s: %s", stamp, request->history);
    if (out->in)
        attributes_copy(out->in->file, NC_GLOBAL, out->file, NC_GLOBAL, "Conventions history");
    put_text(out, NC_GLOBAL, "Conventions", "CF-1.8");
    append_global(out, "history", "\n", line);
    add_source(out, program);
    free(line);
    free(program);
}

void output_create(struct output *out, const char *path, const struct input *in, const struct request *request)
{
    *out = (struct output){.in = in};
    outfile_catch_signals();
    outfile_open(&out->outfile, path);
    check_nc(nc_create(out->outfile.temporary, NC_CLOBBER | NC_64BIT_OFFSET, &out->file), path);
    check_nc(nc_set_fill(out->file, NC_NOFILL, NULL), path);
    out->axes = allocate(in ? (size_t)in->naxes : 0, sizeof *out->axes);
    define_globals(out, request);
}

static int bounds_dim(const struct output *out)
{
    int dim;

    if (nc_inq_dimid(out->file, "bnds", &dim) != NC_NOERR)
        check_nc(nc_def_dim(out->file, "bnds", 2, &dim), "bnds");
    return dim;
}

static void define_bounds(const struct output *out, const struct axis *axis, struct output_axis *mine)
{
    char *name = format_text("%s_bnds", axis->name);
    const char *word = mine->collapsed ? "bounds" : axis->bounds_word;
    int dims[2] = {mine->dim, bounds_dim(out)};

    check_nc(nc_def_var(out->file, name, NC_DOUBLE, 2, dims, &mine->bounds), name);
    put_text(out, mine->var, word, name);
    free(name);
}

/* CF takes only what UDUNITS knows, and older files shout: how theirs are spelled today. */
static const char *spell_units(const char *units)
{
    static const char *const spellings[][2] = {
        {"Deg C", "degC"}, {"DEG C", "degC"}, {"M/S", "m s-1"},  {"G/KG", "g kg-1"}, {"GR/KG", "g kg-1"},
        {"MB", "hPa"},     {"METERS", "m"},   {"W/M2", "W m-2"}, {"PPT", "1e-3"},
    };

    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
        if (strcmp(units, spellings[i][0]) == 0)
            return spellings[i][1];
    return units;
}

static void respell_units(const struct output *out, int var)
{
    char *units = attribute_text(out->file, var, "units");

    if (units)
        put_text(out, var, "units", spell_units(units));
    free(units);
}

static void name_axis(const struct output *out, int var, enum axis_kind kind)
{
    static const char *const names[] = {"longitude", "latitude", "time"};

    if (kind <= AXIS_TIME && !attribute_exists(out->file, var, "standard_name"))
        put_text(out, var, "standard_name", names[kind]);
}

static void define_coordinates(const struct output *out, const struct axis *axis, struct output_axis *mine)
{
    nc_type type;

    check_nc(nc_inq_vartype(out->in->file, axis->var, &type), axis->name);
    if (mine->collapsed || type > NC_DOUBLE || attribute_exists(out->in->file, axis->var, "scale_factor"))
        type = NC_DOUBLE;
    check_nc(nc_def_var(out->file, axis->name, type, 1, &mine->dim, &mine->var), axis->name);
    attributes_copy(out->in->file, axis->var, out->file, mine->var,
                    "bounds climatology edges scale_factor add_offset _FillValue missing_value valid_min valid_max "
                    "valid_range actual_range");
    respell_units(out, mine->var);
    name_axis(out, mine->var, axis->kind);
    if (axis->bounds || mine->collapsed)
        define_bounds(out, axis, mine);
}

static int axis_dim(const struct output *out, const struct axis *axis, bool is_time, bool keep)
{
    struct output_axis *mine = &out->axes[axis - out->in->axes];

    if (mine->defined)
        return mine->dim;
    *mine = (struct output_axis){true, -1, -1, -1, !keep};
    check_nc(nc_def_dim(out->file, axis->name,
                        is_time && axis->unlimited ? NC_UNLIMITED
                        : keep                     ? axis->n
                                                   : 1,
                        &mine->dim),
             axis->name);
    if (axis->var >= 0)
        define_coordinates(out, axis, mine);
    return mine->dim;
}

static int percentile_dim(struct output *out, const struct form *form)
{
    int dim, var;

    if (nc_inq_dimid(out->file, "percentile", &dim) == NC_NOERR)
        return dim;
    check_nc(nc_def_dim(out->file, "percentile", form->npercentiles, &dim), "percentile");
    check_nc(nc_def_var(out->file, "percentile", NC_DOUBLE, 1, &dim, &var), "percentile");
    put_text(out, var, "units", "%");
    put_text(out, var, "long_name",
             form->keep_time ? "percentile over the cells of the field" : "percentile over time");
    out->percentiles = form->percentiles;
    return dim;
}

static void define_attributes(const struct output *out, int var, const struct field *f, const struct form *form)
{
    const char *over = form->keep_grid ? f->time ? f->time->name : "" : "area";
    char *old = attribute_text(f->in->file, f->var, "cell_methods");
    char *methods = form->method ? format_text("%s%s%s: %s", old ? old : "", old ? " " : "", over, form->method)
                    : old        ? format_text("%s", old)
                                 : NULL;
    double fill = NC_FILL_DOUBLE;

    attributes_copy(f->in->file, f->var, out->file, var,
                    "_FillValue missing_value scale_factor add_offset valid_min valid_max valid_range actual_range "
                    "_Unsigned cell_methods coordinates cell_measures grid_mapping ancillary_variables");
    respell_units(out, var);
    check_nc(nc_put_att_double(out->file, var, "_FillValue", NC_DOUBLE, 1, &fill), "_FillValue");
    if (methods)
        put_text(out, var, "cell_methods", methods);
    if (form->comment)
        put_text(out, var, "comment", form->comment);
    free(old);
    free(methods);
}

int output_define(struct output *out, const struct field *f, const struct form *form)
{
    int dims[FIELD_MAX_DIMS + 1], n = 0, var;

    if (f->time)
        dims[n++] = axis_dim(out, f->time, true, form->keep_time);
    if (form->percentiles)
        dims[n++] = percentile_dim(out, form);
    for (int i = 0; i < f->nothers; i++)
        dims[n++] = axis_dim(out, f->other[i], false, true);
    if (form->keep_grid) {
        dims[n++] = axis_dim(out, f->lat, false, true);
        dims[n++] = axis_dim(out, f->lon, false, true);
    }
    check_nc(nc_def_var(out->file, f->name, NC_DOUBLE, n, dims, &var), f->name);
    define_attributes(out, var, f, form);
    return var;
}

/* The cell of an axis as a whole: from the least to the greatest of its bounds, or of its values. */
static void write_collapsed(const struct output *out, const struct axis *axis, const struct output_axis *mine)
{
    const double *all = axis->bounds ? axis->bounds : axis->value;
    double span[2] = {INFINITY, -INFINITY}, middle;

    for (size_t i = 0; i < (axis->bounds ? 2 * axis->n : axis->n); i++) {
        span[0] = fmin(span[0], all[i]);
        span[1] = fmax(span[1], all[i]);
    }
    middle = (span[0] + span[1]) / 2;
    check_nc(nc_put_vara_double(out->file, mine->var, (size_t[]){0}, (size_t[]){1}, &middle), out->outfile.path);
    check_nc(nc_put_vara_double(out->file, mine->bounds, (size_t[]){0, 0}, (size_t[]){1, 2}, span), out->outfile.path);
}

static void write_coordinates(const struct output *out, const struct axis *axis, const struct output_axis *mine)
{
    size_t start[2] = {0, 0}, count[2] = {axis->n, 2};

    if (mine->collapsed) {
        write_collapsed(out, axis, mine);
        return;
    }
    check_nc(nc_put_vara_double(out->file, mine->var, start, count, axis->value), out->outfile.path);
    if (mine->bounds >= 0)
        check_nc(nc_put_vara_double(out->file, mine->bounds, start, count, axis->bounds), out->outfile.path);
}

void output_start(struct output *out)
{
    int var;

    check_nc(nc_enddef(out->file), out->outfile.path);
    for (int i = 0; i < out->in->naxes; i++)
        if (out->axes[i].defined && out->axes[i].var >= 0)
            write_coordinates(out, &out->in->axes[i], &out->axes[i]);
    if (out->percentiles) {
        check_nc(nc_inq_varid(out->file, "percentile", &var), "percentile");
        check_nc(nc_put_var_double(out->file, var, out->percentiles), out->outfile.path);
    }
}

/* Where in a variable of the file values go. */
struct box {
    size_t start[FIELD_MAX_DIMS + 1], count[FIELD_MAX_DIMS + 1], total;
    int n;
};

static void along(struct box *box, size_t first, size_t number)
{
    box->start[box->n] = first;
    box->count[box->n++] = number;
    box->total *= number;
}

static struct box locate(const struct field *f, const struct form *form, const struct block *block)
{
    struct box box = {.total = 1};
    size_t level[FIELD_MAX_DIMS];

    if (f->time)
        along(&box, form->keep_time ? block->time : 0, form->keep_time ? block->ntime : 1);
    if (form->percentiles)
        along(&box, 0, form->npercentiles);
    field_level(f, block->level, level);
    for (int i = 0; i < f->nothers; i++)
        along(&box, level[i], 1);
    if (form->keep_grid) {
        along(&box, block->lat, block->nlat);
        along(&box, block->lon, block->nlon);
    }
    return box;
}

void output_write(struct output *out, int var, const struct field *f, const struct form *form,
                  const struct block *block, double *values)
{
    struct box box = locate(f, form, block);

    for (size_t i = 0; i < box.total; i++)
        if (isnan(values[i]))
            values[i] = NC_FILL_DOUBLE;
    check_nc(nc_put_vara_double(out->file, var, box.start, box.count, values), out->outfile.path);
}

void output_commit(struct output *out)
{
    check_nc(nc_close(out->file), out->outfile.path);
    outfile_close(&out->outfile);
    outfile_publish(&out->outfile);
    free(out->axes);
}
