/* cpu.h - which vector instructions this process may use.
 *
 * Each level has all of those below it on the same machine.  Code that comes in
 * several versions keeps them side by side and picks by cpu_level(); every
 * version gives the same result, byte for byte.
 *
 * WARRAQ_CPU=plain|neon|avx2|avx512 in the environment lowers the level, for
 * tests, benchmarks, and a look at whether a fault lies there.  It never raises
 * it: a level the machine does not have, or any other word, changes nothing. */
#ifndef WQ_BASE_CPU_H
#define WQ_BASE_CPU_H

enum cpu_level {
    CPU_PLAIN,  /* what every machine of its kind has: SSE2 on x86-64 */
    CPU_NEON,   /* AArch64 */
    CPU_AVX2,   /* with BMI1, BMI2, POPCNT: Haswell, Zen and later */
    CPU_AVX512, /* F BW DQ VL VBMI VBMI2: Ice Lake, Zen 4 and later */
    CPU_LEVELS
};

/* The level in force: asked of the processor (and, through it, of the operating
 * system) once, then a load.  Cannot fail.  [any] */
enum cpu_level cpu_level(void);
/* The name of a level, as WARRAQ_CPU spells it.  [any] */
const char *cpu_name(enum cpu_level level);
/* Puts the level in force to `level`, or to the machine's own if it does not
 * have that one; returns what it is now.  For tests and benchmarks.  [main] */
enum cpu_level cpu_limit(enum cpu_level level);
#endif
