/*
 * Who is ended first where memory runs out.
 */
#ifndef PERCH_OS_EXPENDABLE_H
#define PERCH_OS_EXPENDABLE_H

/* From now on the kernel takes this process before others of its size, such as the launcher, which
 * all clients need (/proc/PID/oom_score_adj, proc(5)). Where /proc is not there nothing changes. */
void expendable_become(void);

#endif
