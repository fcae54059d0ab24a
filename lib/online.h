/* Online tuning, off by default: while a program runs, a little of its time goes to other variants of what it calls,
 * and what proves quicker is taken. Only exact calls are touched, whose variants all give the same bits. */
#ifndef PEL_LIB_ONLINE_H
#define PEL_LIB_ONLINE_H

#include <stdatomic.h>

#include "lib/dispatch.h"

/* 0: off; 1: on; -1: the environment is still to be asked. */
extern atomic_int pel_online_state;
bool pel_online_ask(void);

/* One load for the many programs that do without. */
static inline bool pel_online_is_on(void)
{
    int state = atomic_load_explicit(&pel_online_state, memory_order_relaxed);
    return state > 0 || (state < 0 && pel_online_ask());
}

/* Takes another variant than the pick, where one has proved itself or is to be tried; pick->arm then says where the
 * time of the call is to be kept. */
void pel_online_choose(const struct pel_request *request, struct pel_pick *pick);

/* Keeps what a call of n elements took; nothing for arm 0. */
void pel_online_note(int arm, size_t n, double seconds);

/* What was learned: a rule that holds for sizes above this. */
struct pel_online_rule {
    struct pel_rule rule;
    size_t above;
};

/* Copies up to `most` of what was learned, in ascending order of key and size; returns how many there are. */
enum { PEL_ONLINE_RULES = 512 };
size_t pel_online_rules(struct pel_online_rule *rules, size_t most);

#endif
