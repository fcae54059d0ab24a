#include "tests/wisdom_sample.h"

#include <stdio.h>

#include "lib/cpu.h"
#include "lib/registry.h"

/* Every build has this kernel of the operation. */
static const char *some_kernel(enum pel_op op, pel_dtype dtype)
{
    struct pel_registry_walk walk = {0};
    return pel_registry_next(&walk, op, (int)dtype)->name;
}

size_t wisdom_sample(char *text, size_t capacity)
{
    const char *sort = some_kernel(PEL_OP_SORT, PEL_U64);
    int length = snprintf(
        text, capacity,
        "{\"format\": \"pel wisdom\", \"version\": 1, \"tables\": [\n"
        "  {\"cpu\": \"another\", \"rules\": [{\"op\": \"sort\", \"dtype\": \"u64\", \"mode\": \"exact\",\n"
        "    \"variant\": \"%s\", \"team\": 31}]},\n"
        "  {\"cpu\": \"%s\", \"date\": \"2024-01-01\", \"rules\": [\n"
        "    {\"op\": \"sort\", \"dtype\": \"u64\", \"mode\": \"exact\", \"ndim\": 0, \"threads\": 64, \"n_upto\": "
        "1000,\n"
        "     \"variant\": \"%s\", \"team\": 11, \"params\": {}, \"gain\": [0.1, 0.2, 0.3]},\n"
        "    {\"op\": \"sort\", \"dtype\": \"u64\", \"mode\": \"exact\", \"threads\": 64, \"n_upto\": \"all\",\n"
        "     \"variant\": \"%s\", \"team\": \"all\"},\n"
        "    {\"op\": \"transmogrify\", \"dtype\": \"u64\", \"mode\": \"exact\", \"variant\": \"avx4096/magic\"},\n"
        "    {\"op\": \"sort\", \"dtype\": \"u32\", \"mode\": \"exact\", \"variant\": \"%s\", \"team\": 13}\n"
        "  ]}\n"
        "]}\n",
        sort, pel_cpu()->id, sort, sort, some_kernel(PEL_OP_SORT, PEL_U32));
    return (size_t)length;
}
