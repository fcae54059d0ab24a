/* Tuned tables: rules that say which kernel serves a request best. A rule changes speed, never bits. */
#ifndef PEL_LIB_RULES_H
#define PEL_LIB_RULES_H

#include <stdbool.h>

#include "kernels/kernel.h"

enum { PEL_TEAM_ALL = -1 };

/* The variant of a rule that leaves its requests to the tables below. */
#define PEL_RULE_DEFAULT "default"

/* Serves requests of its op, dtype, mode and shape up to a size. In a table the first rule that fits and whose kernel
 * can run is taken, so rules of one key stand in ascending order of size. */
struct pel_rule {
    enum pel_op op;
    pel_dtype dtype;
    bool fast;     /* for PEL_FAST calls, or for the others */
    int ndim;      /* of a stencil; 0: any */
    int threads;   /* threads at hand when it was measured, taken up to the next power of two; 0: any */
    size_t n_upto; /* SIZE_MAX: every larger size */
    const char *variant;
    int team;                       /* threads to use; 0: the model decides, PEL_TEAM_ALL: all at hand */
    int32_t params[PEL_MAX_PARAMS]; /* 0: the kernel's initial value */
};

struct pel_rules {
    const char *source; /* where it comes from, for explanations */
    const char *cpu;    /* pel_cpu()->id it was measured on; NULL: any */
    const char *made;   /* when, by what build and where it was measured; NULL: not told */
    const struct pel_rule *rule;
    size_t count;
};

/* The tables built in, best first: tuned when the library was built, shipped for this processor, generic. Ends with
 * a NULL source. */
extern const struct pel_rules pel_tuned_rules;
extern const struct pel_rules pel_shipped_rules[];

/* Tables that come from files, best first. */
enum pel_wisdom_origin { PEL_WISDOM_USER, PEL_WISDOM_SYSTEM, PEL_WISDOM_ORIGINS };

/* The table of rank 0, 1, ..., best first: wisdom, then those built in; false past the last. One of another processor
 * comes back empty. */
bool pel_rules_of_rank(size_t rank, struct pel_rules *table);

/* The wisdom in force; NULL: none. Setting it is the dispatcher's, which remembers what it made of the old one. */
const struct pel_rules *pel_rules_wisdom(enum pel_wisdom_origin origin);
void pel_rules_set_wisdom(enum pel_wisdom_origin origin, const struct pel_rules *rules);

/* Numbers of threads that share their rules: 1, 2, 3-4, 5-8, ... */
enum { PEL_THREAD_CLASSES = 10 };
int pel_thread_class(int threads);

/* Dimensions of the request's stencil; 0 for other operations. */
int pel_request_ndim(const struct pel_request *request);

/* Whether two rules serve the same requests but for their size. */
bool pel_rule_same_key(const struct pel_rule *a, const struct pel_rule *b);

/* Whether some rule of the table, if there is one, serves them. */
bool pel_rules_have_key(const struct pel_rules *rules, const struct pel_rule *key);

/* Whether the rule is about requests like this, whatever their size. */
bool pel_rule_fits(const struct pel_rule *rule, const struct pel_request *request);

#endif
