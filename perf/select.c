#include "perf/select.h"

#include <string.h>

#include <pel/pel.h>

#include "lib/names.h"
#include "perf/program.h"
#include "perf/workload.h"

void select_family(struct selection *selection, const char *name)
{
    selection->family = name;
    for (int op = 0; op < PEL_NOPS; op++) {
        if (strcmp(pel_op_family((enum pel_op)op), name) == 0)
            return;
    }
    bad_usage("no family '%s'", name);
}

void select_op(struct selection *selection, const char *name)
{
    selection->op = (int)read_op(name);
}

void select_dtype(struct selection *selection, const char *name)
{
    selection->dtype = (int)read_dtype(name);
}

static bool selected(const struct selection *selection, enum pel_op op, pel_dtype dtype)
{
    return (!selection->family || strcmp(selection->family, pel_op_family(op)) == 0) &&
           (selection->op < 0 || selection->op == (int)op) && (selection->dtype < 0 || selection->dtype == (int)dtype);
}

bool select_next(const struct selection *selection, bool next, enum pel_op *op, pel_dtype *dtype)
{
    for (int i = (int)*op * PEL_NDTYPES + (int)*dtype + next; i < PEL_NOPS * PEL_NDTYPES; i++) {
        *op = (enum pel_op)(i / PEL_NDTYPES);
        *dtype = (pel_dtype)(i % PEL_NDTYPES);
        if (selected(selection, *op, *dtype) && workload_exists(*op, *dtype))
            return true;
    }
    return false;
}

void select_check(const struct selection *selection)
{
    enum pel_op op = (enum pel_op)0;
    pel_dtype dtype = (pel_dtype)0;
    if (selection->family && selection->op >= 0 &&
        strcmp(selection->family, pel_op_family((enum pel_op)selection->op)) != 0)
        bad_usage("'%s' is an operation of the family '%s'", pel_op_name((enum pel_op)selection->op),
                  pel_op_family((enum pel_op)selection->op));
    if (!select_next(selection, false, &op, &dtype))
        bad_usage("there is no such operation for this dtype");
}
