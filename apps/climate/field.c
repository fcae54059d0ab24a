#include <stdlib.h>
#include <string.h>

#include "attribute.h"
#include "field.h"

static void take(struct field *f, const struct axis *axis, enum axis_kind kind)
{
    const struct axis **slot = kind == AXIS_LON    ? &f->lon
                               : kind == AXIS_LAT  ? &f->lat
                               : kind == AXIS_TIME ? &f->time
                                                   : NULL;

    if (slot && !*slot)
        *slot = axis;
}

/* Where the file is silent: longitude is the last dimension, latitude the one before, time the first of three or
 * more. */
static enum axis_kind kind_by_place(const struct field *f, int place)
{
    if (place == f->ndims - 1)
        return AXIS_LON;
    if (place == f->ndims - 2)
        return AXIS_LAT;
    return place == 0 ? AXIS_TIME : AXIS_OTHER;
}

static void assign_axes(struct field *f, bool by_place)
{
    for (int i = 0; i < f->ndims; i++)
        take(f, f->axis[i], f->axis[i]->kind);
    for (int i = 0; by_place && i < f->ndims; i++)
        if (f->axis[i]->kind == AXIS_BARE)
            take(f, f->axis[i], kind_by_place(f, i));
    f->levels = 1;
    for (int i = 0; i < f->ndims; i++)
        if (f->axis[i] != f->lon && f->axis[i] != f->lat && f->axis[i] != f->time) {
            f->other[f->nothers++] = f->axis[i];
            f->levels *= f->axis[i]->n;
        }
}

static const char *fault_of_axes(const struct field *f)
{
    for (int i = 0; i < f->ndims; i++) {
        if (f->axis[i]->n == 0)
            return "holds no values";
        for (int j = 0; j < i; j++)
            if (f->axis[j] == f->axis[i])
                return "has the same dimension twice";
    }
    return NULL;
}

/* Describes a variable as a field. Returns NULL, or why it is none. */
static const char *describe(struct field *f, const struct input *in, int var, bool by_place, bool with_time)
{
    nc_type type;
    int dims[NC_MAX_VAR_DIMS];
    const char *fault;

    memset(f, 0, sizeof *f);
    f->in = in;
    f->var = var;
    check_nc(nc_inq_var(in->file, var, f->name, &type, &f->ndims, NULL, NULL), in->path);
    if (type == NC_CHAR || type >= NC_STRING)
        return "is not numeric";
    if (f->ndims > FIELD_MAX_DIMS)
        return "has too many dimensions";
    check_nc(nc_inq_vardimid(in->file, var, dims), f->name);
    for (int i = 0; i < f->ndims; i++)
        f->axis[i] = input_axis(in, dims[i]);
    fault = fault_of_axes(f);
    if (fault)
        return fault;
    assign_axes(f, by_place);
    if (!f->lon || !f->lat)
        return "has no longitude and latitude";
    if (with_time && !f->time)
        return "has no time axis";
    decoder_read(&f->decoder, in->file, var);
    return NULL;
}

static void select_named(struct field *fields, const struct input *in, const struct request *request, bool with_time)
{
    for (size_t i = 0; i < request->nvariables; i++) {
        const char *name = request->variables[i], *fault;
        int var;

        if (nc_inq_varid(in->file, name, &var) != NC_NOERR)
            die("%s: no variable %s", in->path, name);
        fault = describe(&fields[i], in, var, true, with_time);
        if (fault)
            die("%s: variable %s %s", in->path, name, fault);
    }
}

static size_t select_all(struct field *fields, const struct input *in, int nvars, bool by_place, bool with_time)
{
    size_t n = 0;

    for (int var = 0; var < nvars; var++)
        if (!describe(&fields[n], in, var, by_place, with_time) && !list_has(in->bounds_variables, fields[n].name))
            n++;
    return n;
}

struct field *field_select(const struct input *in, const struct request *request, bool with_time, size_t *n)
{
    int nvars;
    struct field *fields;

    check_nc(nc_inq_nvars(in->file, &nvars), in->path);
    fields = allocate(request->nvariables > 0 ? request->nvariables : (size_t)nvars, sizeof *fields);
    *n = request->nvariables;
    if (*n > 0)
        select_named(fields, in, request, with_time);
    else
        *n = select_all(fields, in, nvars, false, with_time);
    if (*n == 0)
        *n = select_all(fields, in, nvars, true, with_time);
    if (*n == 0)
        die("%s: no variable has longitude and latitude%s", in->path, with_time ? " and time" : "");
    return fields;
}

size_t field_times(const struct field *f)
{
    return f->time ? f->time->n : 1;
}

size_t field_cells(const struct field *f)
{
    return f->lat->n * f->lon->n;
}

void field_level(const struct field *f, size_t level, size_t index[FIELD_MAX_DIMS])
{
    for (int i = f->nothers - 1; i >= 0; i--) {
        index[i] = level % f->other[i]->n;
        level /= f->other[i]->n;
    }
}

struct block field_block(const struct field *f, size_t time, size_t level)
{
    return (struct block){level, time, 1, 0, f->lat->n, 0, f->lon->n};
}
