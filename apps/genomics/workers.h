/* Threads that share a job. */
#ifndef WORKERS_H
#define WORKERS_H

/* Calls work(job) on count threads, the caller's included, and waits for all. */
void workers_run(unsigned count, void (*work)(void *job), void *job);

#endif
