/* Energy of the processors: the counters of RAPL, as Linux's powercap shows them in files. */
#ifndef PEL_PERF_ENERGY_H
#define PEL_PERF_ENERGY_H

#include <stdbool.h>

#define ENERGY_ROOT "/sys/class/powercap"

/* Opens the counters of all packages below a folder; NULL, or why there is no energy to be had. */
const char *energy_open(const char *root);
void energy_close(void);
bool energy_is_open(void);

/* Joules of all packages since they were opened, whoever used them. The counters move about once a millisecond; one
 * that has come to its end and starts anew is followed, as long as it is read more often than that, which is once a
 * minute or less. */
double energy_joules(void);

#endif
