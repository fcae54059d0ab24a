/* Threads that share a job. */
#ifndef WORKERS_H
#define WORKERS_H

/* Calls work(job) on count threads, the caller's included, and waits for all. */
void workers_run(unsigned count, void (*work)(void *job), void *job);

/* The threads to start when so many are asked for: no more than processors that this process may use; 0 asks for those.
 */
unsigned workers_allowed(unsigned wanted);

#endif
