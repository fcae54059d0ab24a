/* Races on purpose, for the race check: threads count together, carelessly or carefully, in a plain parallel region or
 * in bodies that the library runs. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/team.h"
#include "tests/support.h"

enum { THREADS = 4, STEPS = 200 };

static bool careful;
static long count;

/* Long enough for all threads to arrive. */
static void step(void)
{
    usleep(20);
    if (careful) {
#pragma omp atomic
        count++;
    } else {
        count++;
    }
}

static void count_index(void *context, size_t index)
{
    (void)context;
    (void)index;
    step();
}

static void count_task(void *context)
{
    (void)context;
    step();
}

static void fork_tasks(void *context)
{
    for (int i = 0; i < STEPS; i++)
        pel_team_fork(count_task, context);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    careful = strcmp(argv[2], "careful") == 0;
    test_set_processors(THREADS);
    if (strcmp(argv[1], "loop") == 0) {
        pel_team_for(THREADS, STEPS, count_index, NULL);
    } else if (strcmp(argv[1], "tasks") == 0) {
        pel_team_run(THREADS, fork_tasks, NULL);
    } else {
#pragma omp parallel num_threads(THREADS)
        for (int i = 0; i < STEPS; i++)
            step();
    }
    printf("%ld\n", count);
    return 0;
}
