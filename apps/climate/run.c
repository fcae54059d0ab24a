/* pel-climate run: small models that advance each field of a file. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "statistic.h"

/* A case says how a field is advanced; the rest is common to all. */
static pel_plan *plan_diffusion(const struct field *f, const struct request *request);
static char *describe_diffusion(const struct request *request);

static const struct model {
    const char *name, *summary;
    pel_plan *(*plan)(const struct field *f, const struct request *request);
    char *(*describe)(const struct request *request); /* for the comment attribute; to be freed */
} models[] = {
    {"diffusion", "explicit diffusion that smooths each field", plan_diffusion, describe_diffusion},
};

/* The explicit scheme keeps the largest and smallest value in bounds up to this diffusivity. */
static const double stable_diffusivity = 0.25;

static pel_plan *plan_diffusion(const struct field *f, const struct request *request)
{
    const double d = request->diffusivity;
    const pel_tap taps[] = {{{0, 0, 0}, 1 - 4 * d}, {{-1, 0, 0}, d}, {{1, 0, 0}, d}, {{0, -1, 0}, d}, {{0, 1, 0}, d}};
    const pel_boundary around = field_is_global(f) ? PEL_BOUNDARY_PERIODIC : PEL_BOUNDARY_REFLECT;
    pel_stencil_desc desc = PEL_STENCIL_DESC_INIT;
    pel_plan *plan;

    desc.dtype = PEL_F64;
    desc.ndim = 2;
    desc.shape[0] = f->lat->n;
    desc.shape[1] = f->lon->n;
    desc.ntaps = sizeof taps / sizeof *taps;
    desc.taps = taps;
    desc.boundary[0][0] = desc.boundary[0][1] = PEL_BOUNDARY_REFLECT;
    desc.boundary[1][0] = desc.boundary[1][1] = around;
    check_pel(pel_stencil_plan(&plan, &desc, &request->opts), "diffusion");
    return plan;
}

static char *describe_diffusion(const struct request *request)
{
    return format_text(
        "smoothed by %ld steps of explicit diffusion of %g grid cells squared a step; missing cells filled "
        "with zonal means before and masked again after",
        request->steps, request->diffusivity);
}

static const struct model *find_model(const char *name)
{
    for (size_t i = 0; i < sizeof models / sizeof *models; i++)
        if (strcmp(models[i].name, name) == 0)
            return &models[i];
    bad_usage("run: no case %s", name);
}

static int list_models(void)
{
    for (size_t i = 0; i < sizeof models / sizeof *models; i++)
        printf("%-12s %s\n", models[i].name, models[i].summary);
    return EXIT_SUCCESS;
}

/* The mean of the valid ones of n values; NaN if there is none. */
static double mean_of_valid(const double *values, size_t n, double *scratch, const pel_opts *opts)
{
    struct sample s;
    double mean = NAN;

    memcpy(scratch, values, n * sizeof *values);
    s = sample_gather(scratch, NULL, NULL, n);
    if (s.n > 0)
        statistic_mean(&s, NULL, 1, &mean, opts);
    return mean;
}

/* Fills missing cells with the mean of their latitude, or of the field where a latitude has none. */
static void fill_missing(const struct field *f, const double *values, double *filled, const pel_opts *opts)
{
    size_t nlon = f->lon->n;
    double all = mean_of_valid(values, field_cells(f), filled, opts);

    for (size_t y = 0; y < f->lat->n; y++) {
        double zonal = mean_of_valid(values + y * nlon, nlon, filled + y * nlon, opts);

        for (size_t i = y * nlon; i < (y + 1) * nlon; i++)
            filled[i] = !isnan(values[i]) ? values[i] : !isnan(zonal) ? zonal : all;
    }
}

static void advance(const struct field *f, const pel_plan *plan, const struct request *request, struct output *out,
                    const struct form *form, int var)
{
    size_t cells = field_cells(f);
    double *values = allocate(cells, sizeof *values), *filled = allocate(cells, sizeof *filled);
    void *work = allocate(pel_plan_work_bytes(plan), 1);

    for (size_t t = 0; t < field_times(f); t++)
        for (size_t level = 0; level < f->levels; level++) {
            struct block block = field_block(f, t, level);

            field_read(f, &block, false, values);
            fill_missing(f, values, filled, &request->opts);
            check_pel(pel_stencil_run(plan, filled, work, (size_t)request->steps), f->name);
            for (size_t i = 0; i < cells; i++)
                filled[i] = isnan(values[i]) ? NAN : filled[i];
            output_write(out, var, f, form, &block, filled);
        }
    free(values);
    free(filled);
    free(work);
}

static void run_model(const struct model *model, const struct input *in, const struct request *request)
{
    char *comment = model->describe(request);
    struct form form = {.keep_grid = true, .keep_time = true, .comment = comment};
    struct output out;
    size_t n;
    struct field *fields = field_select(in, request, false, &n);
    int *vars = allocate(n, sizeof *vars);

    output_create(&out, request->operands[2], in, request);
    for (size_t i = 0; i < n; i++)
        vars[i] = output_define(&out, &fields[i], &form);
    output_start(&out);
    for (size_t i = 0; i < n; i++) {
        pel_plan *plan = model->plan(&fields[i], request);

        advance(&fields[i], plan, request, &out, &form, vars[i]);
        pel_plan_free(plan);
    }
    output_commit(&out);
    free(vars);
    free(fields);
    free(comment);
}

int command_run(const struct request *request)
{
    const struct model *model;
    struct input in;

    if (request->list)
        return list_models();
    model = find_model(request->operands[0]);
    if (!(request->diffusivity >= 0 && request->diffusivity <= stable_diffusivity))
        bad_usage("run: diffusivity %g is not stable: 0 to %g", request->diffusivity, stable_diffusivity);
    input_open(&in, request->operands[1]);
    run_model(model, &in, request);
    input_close(&in);
    return EXIT_SUCCESS;
}
