// Sorts and scans of the C++ world: the standard library, serial and parallel, TBB and Highway.
#include "config.h"

#include "perf/peers.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <numeric>
#include <type_traits>
#include <utility>
#include <vector>

#if defined(_OPENMP) && __has_include(<parallel/algorithm>)
#include <omp.h>
#include <parallel/algorithm>
#include <parallel/numeric>
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

// Calls act(data) with the data as what they are.
template <typename Act> void by_dtype(const peer_job *job, Act act)
{
    switch (job->dtype) {
    case PEL_F32:
        return act(static_cast<float *>(job->data));
    case PEL_F64:
        return act(static_cast<double *>(job->data));
    case PEL_I32:
        return act(static_cast<int32_t *>(job->data));
    case PEL_I64:
        return act(static_cast<int64_t *>(job->data));
    case PEL_U32:
        return act(static_cast<uint32_t *>(job->data));
    case PEL_U64:
        return act(static_cast<uint64_t *>(job->data));
    }
}

// Calls sort(first, last) on the keys.
template <typename Sort> void sort_keys(const peer_job *job, Sort sort)
{
    by_dtype(job, [&](auto *keys) { sort(keys, keys + job->n); });
}

// Calls scan(first, last, out) on the elements.
template <typename Scan> void scan_elements(const peer_job *job, Scan scan)
{
    by_dtype(job, [&](auto *out) {
        using element = std::remove_pointer_t<decltype(out)>;
        auto *in = static_cast<const element *>(job->x);
        scan(in, in + job->n, out);
    });
}

void std_sort(const peer_job *job)
{
    sort_keys(job, [](auto first, auto last) { std::sort(first, last); });
}

#ifdef HAVE_PARALLEL_MODE
void parallel_mode_sort(const peer_job *job)
{
    __gnu_parallel::default_parallel_tag team(static_cast<__gnu_parallel::_ThreadIndex>(job->threads));
    sort_keys(job, [&](auto first, auto last) { __gnu_parallel::sort(first, last, std::less<>(), team); });
}
#endif

#ifdef PEL_HAVE_TBB
void tbb_sort(const peer_job *job)
{
    // The arena stays for the next call, as it would in a program.
    static std::unique_ptr<tbb::task_arena> arena;
    if (!arena || arena->max_concurrency() != job->threads)
        arena = std::make_unique<tbb::task_arena>(job->threads);
    arena->execute([&] { sort_keys(job, [](auto first, auto last) { tbb::parallel_sort(first, last); }); });
}
#endif

#ifdef PEL_HAVE_HWY
void vqsort(const peer_job *job)
{
    static const hwy::Sorter sorter;
    sort_keys(job,
              [&](auto first, auto last) { sorter(first, static_cast<size_t>(last - first), hwy::SortAscending()); });
}
#endif

// What lies behind the keys: see workload_words_offset.
template <typename T> uint64_t *words_behind(T *keys, size_t n)
{
    size_t word = sizeof(uint64_t), bytes = (n * sizeof(T) + word - 1) / word * word;
    return reinterpret_cast<uint64_t *>(reinterpret_cast<char *>(keys) + bytes);
}

// The usual idiom: indices, compared by their keys, and among equal keys by themselves.
void std_argsort(const peer_job *job)
{
    by_dtype(job, [&](auto *keys) {
        uint64_t *index = words_behind(keys, job->n);
        std::iota(index, index + job->n, uint64_t(0));
        std::sort(index, index + job->n,
                  [=](uint64_t a, uint64_t b) { return keys[a] < keys[b] || (keys[a] == keys[b] && a < b); });
    });
}

// Records of key and value; what a program with two arrays pays for making and dissolving them is counted. The records
// stay allocated for the next call.
void std_stable_sort_pairs(const peer_job *job)
{
    by_dtype(job, [&](auto *keys) {
        using key = std::remove_pointer_t<decltype(keys)>;
        static std::vector<std::pair<key, uint64_t>> records;
        uint64_t *values = words_behind(keys, job->n);
        records.resize(job->n);
        for (size_t i = 0; i < job->n; i++)
            records[i] = {keys[i], values[i]};
        std::stable_sort(records.begin(), records.end(), [](auto &a, auto &b) { return a.first < b.first; });
        for (size_t i = 0; i < job->n; i++) {
            keys[i] = records[i].first;
            values[i] = records[i].second;
        }
    });
}

// Keys in order, then as many needles, then a word for each.
void std_lower_bound(const peer_job *job)
{
    by_dtype(job, [&](auto *keys) {
        auto *needles = keys + job->n;
        uint64_t *places = words_behind(keys, 2 * job->n);
        for (size_t i = 0; i < job->n; i++)
            places[i] = static_cast<uint64_t>(std::lower_bound(keys, needles, needles[i]) - keys);
    });
}

void std_merge(const peer_job *job)
{
    by_dtype(job, [&](auto *keys) {
        auto *middle = keys + job->n / 2, *end = keys + job->n;
        std::merge(keys, middle, middle, end, end);
    });
}

// What is behind the distinct keys is cleared, as ours is.
void std_sort_unique(const peer_job *job)
{
    by_dtype(job, [&](auto *keys) {
        auto *end = keys + job->n, *last = keys;
        uint64_t *counts = words_behind(keys, 2 * job->n);
        std::sort(keys, end);
        counts[0] = 1;
        for (auto *key = keys + 1; key < end; key++) {
            if (*key != *last) {
                *++last = *key;
                counts[last - keys] = 0;
            }
            counts[last - keys]++;
        }
        std::fill(last + 1, end, 0);
        std::fill(counts + (last + 1 - keys), counts + job->n, 0);
    });
}

void plain_gather(const peer_job *job)
{
    by_dtype(job, [&](auto *keys) {
        const uint64_t *index = words_behind(keys, 2 * job->n);
        for (size_t i = 0; i < job->n; i++)
            keys[job->n + i] = keys[index[i]];
    });
}

void std_nth_element(const peer_job *job)
{
    sort_keys(job, [&](auto first, auto last) { std::nth_element(first, first + job->n / 2, last); });
}

void std_partial_sort(const peer_job *job)
{
    sort_keys(job, [&](auto first, auto last) { std::partial_sort(first, first + job->n / 16, last); });
}

// Keys that are narrower than any dtype.
template <typename Key> void std_sort_narrow(const peer_job *job)
{
    auto *keys = static_cast<Key *>(job->data);
    std::sort(keys, keys + job->n);
}

#ifdef PEL_HAVE_HWY
template <typename Key> void vqsort_narrow(const peer_job *job)
{
    static const hwy::Sorter sorter;
    sorter(static_cast<Key *>(job->data), job->n, hwy::SortAscending());
}
#endif

void std_sort_u128(const peer_job *job)
{
    auto *keys = static_cast<pel_u128 *>(job->data);
    std::sort(keys, keys + job->n);
}

void std_scan(const peer_job *job)
{
    scan_elements(job, [](auto first, auto last, auto out) { std::inclusive_scan(first, last, out); });
}

#ifdef HAVE_PARALLEL_MODE
// It asks OpenMP for the number of threads, which is put back.
void parallel_mode_scan(const peer_job *job)
{
    int usual = omp_get_max_threads();
    omp_set_num_threads(job->threads);
    scan_elements(job, [](auto first, auto last, auto out) { __gnu_parallel::partial_sum(first, last, out); });
    omp_set_num_threads(usual);
}
#endif

constexpr unsigned every_dtype = (1u << (PEL_U64 + 1)) - 1;

} // namespace

const peer peers_cxx[] = {
#ifdef PEL_HAVE_HWY
    {"hwy vqsort", "Highway " PEL_VERSION_HWY, "sort", nullptr, every_dtype, false, vqsort, false},
#endif
#ifdef PEL_HAVE_TBB
    {"tbb parallel_sort", "oneTBB " PEL_VERSION_TBB, "sort", nullptr, every_dtype, true, tbb_sort, false},
#endif
#ifdef HAVE_PARALLEL_MODE
    {"gnu_parallel sort", "libstdc++ " STRING(_GLIBCXX_RELEASE), "sort", nullptr, every_dtype, true, parallel_mode_sort,
     false},
#endif
    {"std sort", "C++ standard library", "sort", nullptr, every_dtype, false, std_sort, false},
    {"std sort of indices", "C++ standard library", "argsort", nullptr, every_dtype, false, std_argsort, false},
    {"std stable_sort of records", "C++ standard library", "sort_pairs", nullptr, every_dtype, false,
     std_stable_sort_pairs, false},
    {"std partial_sort", "C++ standard library", "partial_sort", nullptr, every_dtype, false, std_partial_sort, false},
    {"std sort", "C++ standard library", "sort_i8", nullptr, every_dtype, false, std_sort_narrow<int8_t>, false},
    {"std sort", "C++ standard library", "sort_u8", nullptr, every_dtype, false, std_sort_narrow<uint8_t>, false},
    {"std sort", "C++ standard library", "sort_i16", nullptr, every_dtype, false, std_sort_narrow<int16_t>, false},
    {"std sort", "C++ standard library", "sort_u16", nullptr, every_dtype, false, std_sort_narrow<uint16_t>, false},
#ifdef PEL_HAVE_HWY
    {"hwy vqsort", "Highway " PEL_VERSION_HWY, "sort_i16", nullptr, every_dtype, false, vqsort_narrow<int16_t>, false},
    {"hwy vqsort", "Highway " PEL_VERSION_HWY, "sort_u16", nullptr, every_dtype, false, vqsort_narrow<uint16_t>, false},
#endif
    {"std sort", "C++ standard library", "sort_u128", nullptr, every_dtype, false, std_sort_u128, false},
    {"std lower_bound", "C++ standard library", "searchsorted", nullptr, every_dtype, false, std_lower_bound, false},
    {"std merge", "C++ standard library", "merge", nullptr, every_dtype, false, std_merge, false},
    {"std sort, then counts", "C++ standard library", "unique", nullptr, every_dtype, false, std_sort_unique, false},
    {"loop", "plain loop", "permute", nullptr, every_dtype, false, plain_gather, false},
    {"std nth_element", "C++ standard library", "select", nullptr, every_dtype, false, std_nth_element, false},
#ifdef HAVE_PARALLEL_MODE
    {"gnu_parallel partial_sum", "libstdc++ " STRING(_GLIBCXX_RELEASE), "scan", nullptr, every_dtype, true,
     parallel_mode_scan, false},
#endif
    {"std inclusive_scan", "C++ standard library", "scan", nullptr, every_dtype, false, std_scan, false},
    {nullptr, nullptr, nullptr, nullptr, 0, false, nullptr, false}};
