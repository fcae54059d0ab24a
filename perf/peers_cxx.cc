// Sorts of the C++ world: the standard library, serial and parallel, TBB and Highway.
#include "config.h"

#include "perf/peers.h"

#include <algorithm>
#include <functional>
#include <memory>

#if defined(_OPENMP) && __has_include(<parallel/algorithm>)
#include <parallel/algorithm>
#define HAVE_PARALLEL_MODE
#endif
#ifdef PEL_HAVE_TBB
#include <tbb/parallel_sort.h>
#include <tbb/task_arena.h>
#endif
#ifdef PEL_HAVE_HWY
#include <hwy/contrib/sort/vqsort.h>
#endif

#define STRING_(x) #x
#define STRING(x)  STRING_(x)

namespace
{

// Calls sort(first, last) on the keys as what they are.
template <typename Sort> void by_dtype(const peer_job *job, Sort sort)
{
    auto as = [&](auto *keys) { sort(keys, keys + job->n); };
    switch (job->dtype) {
    case PEL_F32:
        return as(static_cast<float *>(job->data));
    case PEL_F64:
        return as(static_cast<double *>(job->data));
    case PEL_I32:
        return as(static_cast<int32_t *>(job->data));
    case PEL_I64:
        return as(static_cast<int64_t *>(job->data));
    case PEL_U32:
        return as(static_cast<uint32_t *>(job->data));
    case PEL_U64:
        return as(static_cast<uint64_t *>(job->data));
    }
}

void std_sort(const peer_job *job)
{
    by_dtype(job, [](auto first, auto last) { std::sort(first, last); });
}

#ifdef HAVE_PARALLEL_MODE
void parallel_mode_sort(const peer_job *job)
{
    __gnu_parallel::default_parallel_tag team(static_cast<__gnu_parallel::_ThreadIndex>(job->threads));
    by_dtype(job, [&](auto first, auto last) { __gnu_parallel::sort(first, last, std::less<>(), team); });
}
#endif

#ifdef PEL_HAVE_TBB
void tbb_sort(const peer_job *job)
{
    // The arena stays for the next call, as it would in a program.
    static std::unique_ptr<tbb::task_arena> arena;
    if (!arena || arena->max_concurrency() != job->threads)
        arena = std::make_unique<tbb::task_arena>(job->threads);
    arena->execute([&] { by_dtype(job, [](auto first, auto last) { tbb::parallel_sort(first, last); }); });
}
#endif

#ifdef PEL_HAVE_HWY
void vqsort(const peer_job *job)
{
    static const hwy::Sorter sorter;
    by_dtype(job,
             [&](auto first, auto last) { sorter(first, static_cast<size_t>(last - first), hwy::SortAscending()); });
}
#endif

constexpr unsigned every_dtype = (1u << (PEL_U64 + 1)) - 1;

} // namespace

const peer peers_cxx[] = {
#ifdef PEL_HAVE_HWY
    {"hwy vqsort", "Highway " PEL_VERSION_HWY, "sort", nullptr, every_dtype, false, vqsort},
#endif
#ifdef PEL_HAVE_TBB
    {"tbb parallel_sort", "oneTBB " PEL_VERSION_TBB, "sort", nullptr, every_dtype, true, tbb_sort},
#endif
#ifdef HAVE_PARALLEL_MODE
    {"gnu_parallel sort", "libstdc++ " STRING(_GLIBCXX_RELEASE), "sort", nullptr, every_dtype, true,
     parallel_mode_sort},
#endif
    {"std sort", "C++ standard library", "sort", nullptr, every_dtype, false, std_sort},
    {nullptr, nullptr, nullptr, nullptr, 0, false, nullptr}};
