#include "tests/support.h"

#include <omp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "config.h"

uint64_t test_seed(void)
{
    static uint64_t seed;
    static bool known;
    if (!known) {
        const char *given = getenv("PEL_TEST_SEED");
        struct timespec now;
        timespec_get(&now, TIME_UTC);
        seed = given ? strtoull(given, NULL, 0) : (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
        known = true;
        printf("seed %llu\n", (unsigned long long)seed);
        fflush(stdout);
    }
    return seed;
}

bool test_long(void)
{
    const char *wanted = getenv("PEL_TEST_LONG");
    return wanted && strcmp(wanted, "1") == 0;
}

bool test_slowed(void)
{
#ifdef PEL_SANITIZED
    return true;
#else
    return getenv("PEL_TEST_EMULATOR");
#endif
}

static int pretended;

void test_set_processors(int processors)
{
    pretended = processors;
    omp_set_num_threads(processors);
}

int test_start_with_many_processors(void **state)
{
    (void)state;
    test_set_processors(8);
    return 0;
}

/* Stands in for the C library's, for the static library that the tests are linked with. */
int sched_getaffinity(pid_t thread, size_t bytes, cpu_set_t *mask)
{
    memset(mask, 0, bytes);
    if (pretended == 0)
        return syscall(SYS_sched_getaffinity, thread, bytes, mask) < 0 ? -1 : 0;
    for (int i = 0; i < pretended; i++)
        CPU_SET_S((size_t)i, bytes, mask);
    return 0;
}

struct test_child test_rerun(const char *task, const char *variable, const char *value)
{
    struct test_child child = {0};
    char seed[24], self[4096] = "";
    int ends[2];
    assert_true(readlink("/proc/self/exe", self, sizeof self - 1) > 0);
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)test_seed());
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        setenv("PEL_TEST_SEED", seed, 1);
        setenv(variable, value, 1);
        execl("/bin/sh", "sh", "-c", "exec $PEL_TEST_EMULATOR \"$0\" \"$@\"", self, task, value, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    for (ssize_t n, got = 0; (n = read(ends[0], child.out + got, sizeof child.out - 1 - (size_t)got)) > 0;)
        got += n;
    for (char more[256]; read(ends[0], more, sizeof more) > 0;)
        continue; /* else a child that says more would be killed */
    close(ends[0]);
    assert_int_equal(waitpid(pid, &child.status, 0), pid);
    return child;
}

/* splitmix64 of S. Vigna, which spreads a seed over the state. */
static uint64_t spread(uint64_t *seed)
{
    uint64_t z = *seed += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

struct test_random test_random_start(uint64_t seed, uint64_t stream)
{
    struct test_random random;
    seed ^= spread(&stream);
    for (int i = 0; i < 4; i++)
        random.state[i] = spread(&seed);
    return random;
}

static uint64_t rotate(uint64_t x, int left)
{
    return (x << left) | (x >> (64 - left));
}

uint64_t test_random_bits(struct test_random *random)
{
    uint64_t *s = random->state;
    uint64_t bits = rotate(s[1] * 5, 7) * 9, shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate(s[3], 45);
    return bits;
}

size_t test_random_below(struct test_random *random, size_t bound)
{
    return (size_t)(test_random_bits(random) % bound);
}

double test_random_unit(struct test_random *random)
{
    return (double)(test_random_bits(random) >> 11) * 0x1p-53;
}

void test_random_fill(struct test_random *random, void *data, size_t bytes)
{
    unsigned char *to = data;
    while (bytes > 0) {
        uint64_t bits = test_random_bits(random);
        size_t part = bytes < sizeof bits ? bytes : sizeof bits;
        memcpy(to, &bits, part);
        to += part;
        bytes -= part;
    }
}

enum { PATTERN = 0xa5 };

/* Pages: one forbidden, those of the buffer, one forbidden. */
struct guard {
    struct guard *next;
    unsigned char *pages, *data;
    size_t page, inner, bytes;
};

static struct guard *guards;

unsigned char *guard_alloc(size_t bytes, size_t offset, bool end)
{
    struct guard *guard = malloc(sizeof *guard);
    assert_non_null(guard);
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t inner = (bytes + offset + page) / page * page;
    unsigned char *pages = mmap(NULL, inner + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(pages != MAP_FAILED);
    assert_int_equal(mprotect(pages + page, inner, PROT_READ | PROT_WRITE), 0);
    memset(pages + page, PATTERN, inner);
    unsigned char *data = end ? pages + page + inner - offset - bytes : pages + page + offset;
    *guard = (struct guard){guards, pages, data, page, inner, bytes};
    guards = guard;
    return data;
}

static void check_pattern(const unsigned char *from, const unsigned char *to)
{
    for (; from < to; from++)
        assert_int_equal(*from, PATTERN);
}

void guard_free(void *data)
{
    struct guard **link = &guards;
    while (*link && (*link)->data != data)
        link = &(*link)->next;
    struct guard *guard = *link;
    assert_non_null(guard);
    *link = guard->next;
    unsigned char *first = guard->pages + guard->page;
    check_pattern(first, guard->data);
    check_pattern(guard->data + guard->bytes, first + guard->inner);
    munmap(guard->pages, guard->inner + 2 * guard->page);
    free(guard);
}
