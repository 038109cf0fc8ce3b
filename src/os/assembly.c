#include "os/assembly.h"

#include <linux/seccomp.h>

unsigned assembly_put(struct assembly *assembly, unsigned code, uint32_t operand)
{
    assembly->code[--assembly->at] = (struct sock_filter)BPF_STMT((uint16_t)code, operand);
    return assembly->at;
}

void assembly_begin(struct assembly *assembly, uint32_t other)
{
    assembly->at = ASSEMBLY_MAX;
    assembly->allow = assembly_put(assembly, BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    assembly->kill = assembly_put(assembly, BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    assembly->other = assembly_put(assembly, BPF_RET | BPF_K, other);
}

unsigned assembly_put_jump(struct assembly *assembly, unsigned condition, uint32_t operand,
                           unsigned if_true, unsigned if_false)
{
    uint8_t jt = (uint8_t)(if_true - assembly->at), jf = (uint8_t)(if_false - assembly->at);
    assembly_put(assembly, BPF_JMP | condition | BPF_K, operand);
    assembly->code[assembly->at].jt = jt;
    assembly->code[assembly->at].jf = jf;
    return assembly->at;
}

unsigned assembly_put_load(struct assembly *assembly, size_t offset)
{
    return assembly_put(assembly, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset);
}

struct sock_fprog assembly_program(struct assembly *assembly)
{
    return (struct sock_fprog){
        .len = (unsigned short)(ASSEMBLY_MAX - assembly->at),
        .filter = assembly->code + assembly->at,
    };
}
