/*
 * A program for the kernel's packet filter, as seccomp(2) takes it, which looks at a system call
 * and decides.
 *
 * It is written from its end to its beginning: a jump, which can only lead ahead, leads to what is
 * there already, and needs no second pass. Places are indexes of code; what puts an instruction
 * returns its place. Whoever writes sees to it that it fits.
 */
#ifndef PERCH_OS_ASSEMBLY_H
#define PERCH_OS_ASSEMBLY_H

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

enum { ASSEMBLY_MAX = 192 }; /* below 256: so far a jump reaches */

struct assembly {
    struct sock_filter code[ASSEMBLY_MAX];
    unsigned at;                 /* the first instruction */
    unsigned allow, kill, other; /* the places of its three ends */
};

/* Puts the ends: allow and kill are what they say, other returns that SECCOMP_RET_. */
void assembly_begin(struct assembly *assembly, uint32_t other);

/* An instruction, such as BPF_RET | BPF_K. */
unsigned assembly_put(struct assembly *assembly, unsigned code, uint32_t operand);

/* condition: BPF_JEQ, BPF_JGE or BPF_JSET, of the accumulator and the operand. */
unsigned assembly_put_jump(struct assembly *assembly, unsigned condition, uint32_t operand,
                           unsigned if_true, unsigned if_false);

/* Loads 32 bits at an offset of struct seccomp_data into the accumulator. */
unsigned assembly_put_load(struct assembly *assembly, size_t offset);

/* The program from its first instruction on; points into the assembly. */
struct sock_fprog assembly_program(struct assembly *assembly);

#endif
