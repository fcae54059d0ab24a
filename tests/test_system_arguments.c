/* Systems: what the calls refuse, and leave untouched then; and what they tell. */
#include "tests/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <pel/pel.h>

static pel_field two_fields[2];
static pel_access two_reads[2];
static size_t two_writes[2];
static pel_stage one_stage;

static void nothing(const pel_row *row, void *context)
{
    double *to = row->write[0];
    (void)context;
    for (size_t x = 0; x < row->count; x++)
        to[x] = 0;
}

/* A good description: field 0 becomes a function of field 1. */
static pel_system_desc good(void)
{
    pel_system_desc desc = PEL_SYSTEM_DESC_INIT;
    two_fields[0] = two_fields[1] = (pel_field)PEL_FIELD_INIT;
    two_reads[0] = (pel_access){1, {{0, 1}}};
    two_reads[1] = (pel_access){0, {{0, 0}}};
    two_writes[0] = 0;
    two_writes[1] = 1;
    one_stage = (pel_stage){nothing, NULL, 2, 1, two_reads, two_writes};
    desc.ndim = 1;
    desc.shape[0] = 10;
    desc.nfields = 2;
    desc.nstages = 1;
    desc.fields = two_fields;
    desc.stages = &one_stage;
    return desc;
}

static void refused(const pel_system_desc *desc, const pel_opts *opts, pel_status expected)
{
    pel_system *const untouched = (pel_system *)&one_stage;
    pel_system *system = untouched;
    assert_int_equal(pel_system_plan(&system, desc, opts), expected);
    assert_ptr_equal(system, untouched);
}

#define REFUSED(status, change)                                                                                        \
    do {                                                                                                               \
        pel_system_desc desc = good();                                                                                 \
        change;                                                                                                        \
        refused(&desc, NULL, status);                                                                                  \
    } while (0)

static void test_refused_systems(void **state)
{
    (void)state;
    REFUSED(PEL_EINVAL, desc.size--);
    REFUSED(PEL_EINVAL, desc.ndim = 0);
    REFUSED(PEL_EINVAL, desc.ndim = 4);
    REFUSED(PEL_EINVAL, desc.shape[0] = 0);
    REFUSED(PEL_EINVAL, desc.nfields = 0);
    REFUSED(PEL_EINVAL, desc.nfields = PEL_SYSTEM_MOST + 1);
    REFUSED(PEL_EINVAL, desc.nfields = 1);
    REFUSED(PEL_EINVAL, desc.nstages = 0);
    REFUSED(PEL_EINVAL, desc.nstages = PEL_SYSTEM_MOST + 1);
    REFUSED(PEL_EINVAL, desc.fields = NULL);
    REFUSED(PEL_EINVAL, desc.stages = NULL);
    REFUSED(PEL_EINVAL, two_fields[1].dtype = (pel_dtype)77);
    REFUSED(PEL_EINVAL, two_fields[1].boundary[0][0] = (pel_boundary)4);
    REFUSED(PEL_EINVAL, two_fields[1].boundary[0][0] = PEL_BOUNDARY_PERIODIC);
    REFUSED(PEL_EINVAL, (two_fields[1].dtype = PEL_U32, two_fields[1].boundary_value = -1));
    REFUSED(PEL_EINVAL, (two_fields[1].dtype = PEL_I32, two_fields[1].boundary_value = 0x1p31));
    REFUSED(PEL_EINVAL, (two_fields[1].dtype = PEL_U64, two_fields[1].boundary_value = 0.5));
    REFUSED(PEL_EINVAL, (two_fields[1].dtype = PEL_I64, two_fields[1].boundary_value = NAN));
    REFUSED(PEL_EINVAL, one_stage.row = NULL);
    REFUSED(PEL_EINVAL, one_stage.reads = NULL);
    REFUSED(PEL_EINVAL, one_stage.writes = NULL);
    REFUSED(PEL_EINVAL, one_stage.nwrites = 0);
    REFUSED(PEL_EINVAL, two_reads[0].field = 2);
    REFUSED(PEL_EINVAL, two_reads[0].field = 0);
    REFUSED(PEL_EINVAL, two_reads[0].reach[0][0] = -1);
    REFUSED(PEL_EINVAL, two_reads[0].reach[0][1] = PEL_STENCIL_MAX_RADIUS + 1);
    REFUSED(PEL_EINVAL, two_reads[0].reach[1][0] = 1);
    REFUSED(PEL_EINVAL, two_writes[0] = 2);
    REFUSED(PEL_EINVAL, (one_stage.nwrites = 2, two_writes[0] = 1));
    REFUSED(PEL_ERANGE, desc.shape[0] = SIZE_MAX / 8);
    refused(NULL, NULL, PEL_EINVAL);
    pel_system_desc desc = good();
    pel_opts opts = PEL_OPTS_INIT;
    assert_int_equal(pel_system_plan(NULL, &desc, NULL), PEL_EINVAL);
    opts.variant = "scalar/naive";
    refused(&desc, &opts, PEL_ENOTSUP);
    opts.variant = NULL;
    opts.threads = -1;
    refused(&desc, &opts, PEL_EINVAL);
}

static void test_refused_runs(void **state)
{
    static double memory[1024];
    pel_system *system = NULL;
    pel_system_desc desc = good();
    (void)state;
    assert_int_equal(pel_system_plan(&system, &desc, NULL), PEL_OK);
    size_t bytes = pel_system_work_bytes(system);
    assert_true(bytes > 0 && bytes <= 1u << 20);
    char *work = malloc(bytes);
    assert_non_null(work);
    void *fields[2] = {memory, memory + 10};
    assert_int_equal(pel_system_run(NULL, fields, NULL, 1), PEL_EINVAL);
    assert_int_equal(pel_system_run(system, NULL, NULL, 1), PEL_EINVAL);
    assert_int_equal(pel_system_run(system, fields, memory + 19, 1), PEL_EINVAL);
    assert_int_equal(pel_system_run(system, fields, NULL, SIZE_MAX / 2 + 1), PEL_ERANGE);
    fields[1] = memory + 9;
    assert_int_equal(pel_system_run(system, fields, NULL, 1), PEL_EINVAL);
    fields[1] = (char *)memory + 804;
    assert_int_equal(pel_system_run(system, fields, NULL, 1), PEL_EINVAL);
    fields[1] = NULL;
    assert_int_equal(pel_system_run(system, fields, NULL, 1), PEL_EINVAL);
    fields[1] = memory + 10;
    memory[3] = 3;
    memory[9] = 9;
    memory[10] = 10;
    assert_int_equal(pel_system_run(system, fields, NULL, 0), PEL_OK);
    assert_true(memory[3] == 3);
    assert_int_equal(pel_system_run(system, fields, work, 1), PEL_OK);
    assert_true(memory[3] == 0 && memory[9] == 9 && memory[10] == 10);
    pel_system_free(system);
    pel_system_free(NULL);
    assert_int_equal(pel_system_work_bytes(NULL), 0);
    free(work);
}

static void test_explanation(void **state)
{
    char text[2000];
    size_t length = 0;
    pel_system *system = NULL;
    pel_system_desc desc = good();
    (void)state;
    assert_int_equal(pel_system_plan(&system, &desc, NULL), PEL_OK);
    assert_int_equal(pel_system_explain(system, text, sizeof text, &length), PEL_OK);
    assert_int_equal(length, strlen(text));
    assert_non_null(strstr(text, "2 fields"));
    assert_non_null(strstr(text, "1 stages"));
    assert_int_equal(pel_system_explain(NULL, text, sizeof text, NULL), PEL_EINVAL);
    assert_int_equal(pel_system_explain(system, NULL, 1, NULL), PEL_EINVAL);
    pel_system_free(system);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused_systems),
        cmocka_unit_test(test_refused_runs),
        cmocka_unit_test(test_explanation),
    };
    return cmocka_run_group_tests_name("arguments of systems", tests, NULL, NULL);
}
