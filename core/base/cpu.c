/* cpu.c - asks the processor what it can do, once. */
#include "base/cpu.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[CPU_LEVELS] = {
    [CPU_PLAIN] = "plain",
    [CPU_NEON] = "neon",
    [CPU_AVX2] = "avx2",
    [CPU_AVX512] = "avx512",
};

/* The level in force + 1; 0: not asked yet.  Threads that ask at the same time
 * find the same answer. */
static atomic_int known;

static enum cpu_level of_machine(void)
{
#if defined __x86_64__
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi")
        || !__builtin_cpu_supports("bmi2") || !__builtin_cpu_supports("popcnt"))
        return CPU_PLAIN;
    if (!__builtin_cpu_supports("avx512f")
        || !__builtin_cpu_supports("avx512bw")
        || !__builtin_cpu_supports("avx512dq")
        || !__builtin_cpu_supports("avx512vl")
        || !__builtin_cpu_supports("avx512vbmi")
        || !__builtin_cpu_supports("avx512vbmi2"))
        return CPU_AVX2;
    return CPU_AVX512;
#elif defined __aarch64__
    return CPU_NEON;
#else
    return CPU_PLAIN;
#endif
}

enum cpu_level cpu_limit(enum cpu_level level)
{
    enum cpu_level most = of_machine();
    if (level > most || level == CPU_NEON) level = most;
    atomic_store_explicit(&known, (int)level + 1, memory_order_relaxed);
    return level;
}

enum cpu_level cpu_level(void)
{
    int level = atomic_load_explicit(&known, memory_order_relaxed);
    if (level) return (enum cpu_level)(level - 1);
    enum cpu_level limit = CPU_LEVELS;
    const char *wanted = getenv("WARRAQ_CPU");
    for (int i = 0; wanted && i < CPU_LEVELS; i++)
        if (strcmp(wanted, names[i]) == 0) limit = (enum cpu_level)i;
    return cpu_limit(limit);
}

const char *cpu_name(enum cpu_level level)
{
    return names[level];
}
