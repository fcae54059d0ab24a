/* A workout for the verbs of lib/team.h: each does its work exactly once, in order, on no more threads than it was
 * told. Safe to call from any thread. */
#ifndef PEL_TESTS_VERBS_H
#define PEL_TESTS_VERBS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

/* Checks run where cmocka's may not, on any thread: the first that fails leaves its line, and test_nothing_failed fails
 * the test with it. */
#define EXPECT(condition) expect((condition), __FILE__, __LINE__)
void expect(bool holds, const char *file, int line);
bool nothing_failed(void); /* for a child process */
void assert_nothing_failed(void);

/* Threads that have been seen at some work. */
enum { CROWD = 128 };
struct crowd {
    _Atomic(pid_t) thread[CROWD];
};
void crowd_join(struct crowd *crowd);
bool crowd_has(struct crowd *crowd, pid_t thread);

/* Asks all verbs for this many threads; no use may keep more than `most` busy at a time, and only those of `team` may
 * appear, unless it is NULL. */
void verbs_use(int ask, int most, struct crowd *team);

#endif
