/* A system: what pel_system_plan resolves once, and pel_system_run reads. */
#ifndef PEL_LIB_STENCIL_SYSTEM_H
#define PEL_LIB_STENCIL_SYSTEM_H

#include <pel/system.h>

#include "lib/stencil_space.h"

struct pel_system_field {
    size_t size;                     /* bytes of an element */
    struct pel_stencil_axis axis[3]; /* where indices beyond the sides read */
    const char *outside;             /* elements that hold the boundary value, enough for a row function */
    size_t turns;                    /* stages of a step that take it from one array to the other; 0: it has only one */
};

/* A field that a stage reads. */
struct pel_system_read {
    size_t field;
    int reach[3][2];
    size_t rows; /* within reach */
    size_t turn; /* turns of the field in the step before this stage */
};

struct pel_system_write {
    size_t field;
    size_t turn;
    bool turns; /* the new values go to the other array */
};

struct pel_system_stage {
    pel_row_function *row;
    void *context;
    size_t nreads, nwrites;
    struct pel_system_read *reads;
    struct pel_system_write *writes;
    size_t first[3], last[3]; /* cells [first, last) are computed */
    size_t inner, inner_last; /* along the row: those from which nothing beyond a side is read */
    size_t rows;              /* that it reads, of all fields */
};

struct pel_system {
    struct pel_stencil_space space;
    struct pel_stencil_axis axis[3]; /* of the space */
    size_t cells, nfields, nstages;
    struct pel_system_field *fields;
    struct pel_system_stage *stages;
    int threads;       /* as asked for; 0: decide */
    const char *dtype; /* the name of all fields' type; NULL: they differ */
};

pel_status pel_system_check(const pel_system_desc *desc);

/* A system for so many threads; NULL without memory. The description has been checked. */
struct pel_system *pel_system_make(const pel_system_desc *desc, int threads);

/* A run: both arrays of each field, of which the second may be missing. */
struct pel_system_run {
    const struct pel_system *system;
    char *(*arrays)[2];
    size_t first; /* the run's step that is step 0 of the march at hand */
};

size_t pel_system_seat_bytes(const struct pel_system *system);

/* Advances a box by a stage: a pel_stencil_advance on a run. */
void pel_system_advance(void *run, char *seat, size_t step, const size_t begin[3], const size_t end[3]);

#endif
