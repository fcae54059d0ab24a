#include "workers.h"

#include <pthread.h>
#include <stdlib.h>

#include "report.h"

struct worker {
    pthread_t thread;
    void (*work)(void *);
    void *job;
};

static void *start(void *arg)
{
    struct worker *worker = arg;
    worker->work(worker->job);
    return NULL;
}

void workers_run(unsigned count, void (*work)(void *), void *job)
{
    struct worker *workers = calloc(count, sizeof *workers);
    if (!workers)
        die("out of memory");
    for (unsigned i = 1; i < count; i++) {
        workers[i] = (struct worker){.work = work, .job = job};
        if (pthread_create(&workers[i].thread, NULL, start, &workers[i]) != 0)
            die("cannot start a thread");
    }
    work(job);
    for (unsigned i = 1; i < count; i++)
        pthread_join(workers[i].thread, NULL);
    free(workers);
}
