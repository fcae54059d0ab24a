/* Orders records that are together, and brings them to their places. */
#include "lib/keyed.h"

#include <string.h>

#include "lib/team.h"

uint64_t *pel_keyed_words(const struct pel_keyed_job *job)
{
    if (job->wide)
        return (uint64_t *)job->keys_out;
    if (job->out_size == sizeof(uint64_t))
        return job->loads_out;
    return job->size == sizeof(uint64_t) ? job->keys_out : NULL;
}

void pel_keyed_finish_wide(const struct pel_keyed_job *job, char *words, char *loads, size_t from, size_t n)
{
    char *keys = (char *)job->keys_out + from * sizeof(pel_u128);
    uint64_t *order = (uint64_t *)(void *)keys + n;
    struct pel_wide_records records = {words, loads, n, keys, job->shift, job->prefix, job->descending};
    job->leaf->order(words, n, job->descending, order);
    job->wide->join(&records, order);
}

void pel_keyed_finish(const struct pel_keyed_job *job, const char *keys, const char *loads, uint64_t *order,
                      size_t from, size_t n)
{
    const struct pel_records_leaf *leaf = job->leaf;
    char *keys_out = job->keys_out ? (char *)job->keys_out + from * job->size : NULL;
    char *loads_out = (char *)job->loads_out + from * job->out_size;
    leaf->order(keys, n, job->descending, order);
    if (keys_out && keys_out != (char *)order)
        leaf->collect(keys, job->size, order, n, keys_out, job->size);
    leaf->collect(loads, job->load_size, order, n, loads_out, job->out_size);
    if (keys_out && keys_out == (char *)order)
        leaf->collect(keys, job->size, order, n, keys_out, job->size);
}

struct alone {
    const struct pel_keyed_job *job;
    char *scratch;
};

/* An index is the order itself. */
static void order_all(void *context, size_t index)
{
    const struct alone *alone = context;
    const struct pel_keyed_job *job = alone->job;
    char *scratch = alone->scratch;
    uint64_t *order = pel_keyed_words(job);
    (void)index;
    if (!order)
        order = pel_keyed_cut(&scratch, job->n * sizeof *order);
    if (job->loads) {
        void *keys = pel_keyed_cut(&scratch, job->n * job->size),
             *loads = pel_keyed_cut(&scratch, job->n * job->load_size);
        pel_keyed_finish(job, memcpy(keys, job->keys, job->n * job->size),
                         memcpy(loads, job->loads, job->n * job->load_size), order, 0, job->n);
        return;
    }
    job->leaf->order(job->keys, job->n, job->descending, order);
    if (order != job->loads_out)
        job->leaf->collect(NULL, sizeof *order, order, job->n, job->loads_out, job->out_size);
}

pel_status pel_keyed_alone(const struct pel_keyed_job *job, const pel_opts *opts)
{
    struct alone alone = {job, NULL};
    struct pel_scratch scratch = {NULL, NULL};
    size_t bytes = pel_keyed_words(job) ? 0 : job->n * sizeof(uint64_t) + PEL_CACHE_LINE;
    if (job->loads)
        bytes += job->n * (job->size + job->load_size) + 2 * PEL_CACHE_LINE;
    if (bytes && !pel_scratch_take(&scratch, bytes, opts))
        return PEL_ENOMEM;
    alone.scratch = scratch.data;
    pel_team_for(1, 1, order_all, &alone);
    pel_scratch_drop(&scratch);
    return PEL_OK;
}
