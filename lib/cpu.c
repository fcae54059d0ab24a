#include "lib/cpu.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#define PEL_X86 1
#endif

static const char *const isa_names[PEL_NISAS] = {
    [PEL_ISA_SCALAR] = "scalar", [PEL_ISA_AVX2] = "avx2", [PEL_ISA_AVX512] = "avx512", [PEL_ISA_NEON] = "neon"};

static struct pel_cpu cpu;
static pthread_once_t once = PTHREAD_ONCE_INIT;

#ifdef PEL_X86

/* Family and model with their extension fields folded in, as the vendors' manuals define them. */
static void identify(void)
{
    unsigned a, b, c, d;
    char vendor[13] = "";
    if (__get_cpuid(0, &a, &b, &c, &d)) {
        memcpy(vendor, &b, 4);
        memcpy(vendor + 4, &d, 4);
        memcpy(vendor + 8, &c, 4);
    }
    unsigned family = 0, model = 0;
    if (__get_cpuid(1, &a, &b, &c, &d)) {
        family = (a >> 8) & 15;
        model = (a >> 4) & 15;
        if (family == 6 || family == 15)
            model += (a >> 12) & 0xf0;
        if (family == 15)
            family += (a >> 20) & 255;
    }
    snprintf(cpu.id, sizeof cpu.id, "%s-%u-%u", vendor, family, model);
    for (unsigned leaf = 0; leaf < 3; leaf++) {
        unsigned part[4] = {0};
        if (__get_cpuid(0x80000002u + leaf, &part[0], &part[1], &part[2], &part[3]))
            memcpy(cpu.brand + 16 * leaf, part, sizeof part);
    }
}

/* All that the kernels are compiled with (m4/pel_isas.m4): hypervisors mask single features. The compiler's test
 * includes that of the operating system saving the registers. */
static void find_isas(void)
{
    __builtin_cpu_init();
    cpu.has[PEL_ISA_AVX2] = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                            __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
                            __builtin_cpu_supports("popcnt");
    cpu.has[PEL_ISA_AVX512] = cpu.has[PEL_ISA_AVX2] && __builtin_cpu_supports("avx512f") &&
                              __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512bw") &&
                              __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

#else

static void identify(void)
{
    unsigned long implementer = 0, part = 0;
#if defined(__aarch64__) && defined(__linux__)
    FILE *f = fopen("/sys/devices/system/cpu/cpu0/regs/identification/midr_el1", "re");
    unsigned long midr;
    if (f) {
        if (fscanf(f, "%lx", &midr) == 1) {
            implementer = (midr >> 24) & 255;
            part = (midr >> 4) & 4095;
        }
        fclose(f);
    }
#endif
    snprintf(cpu.id, sizeof cpu.id, "%s-%lu-%lu",
#ifdef __aarch64__
             "aarch64",
#else
             "generic",
#endif
             implementer, part);
}

static void find_isas(void)
{
#ifdef __aarch64__
    cpu.has[PEL_ISA_NEON] = true;
#endif
}

#endif

static void detect(void)
{
    cpu.has[PEL_ISA_SCALAR] = true;
    identify();
    find_isas();
}

const struct pel_cpu *pel_cpu(void)
{
    pthread_once(&once, detect);
    return &cpu;
}

bool pel_isa_is_of_this_family(enum pel_isa isa)
{
#ifdef PEL_X86
    return isa == PEL_ISA_SCALAR || isa == PEL_ISA_AVX2 || isa == PEL_ISA_AVX512;
#else
    return isa == PEL_ISA_SCALAR || isa == PEL_ISA_NEON;
#endif
}

const char *pel_isa_name(enum pel_isa isa)
{
    return isa < PEL_NISAS ? isa_names[isa] : "unknown";
}

enum pel_isa pel_isa_named(const char *name)
{
    enum pel_isa isa = PEL_ISA_SCALAR;
    while (isa < PEL_NISAS && strcmp(name, isa_names[isa]) != 0)
        isa++;
    return isa;
}
