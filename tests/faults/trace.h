/*
 * One run of perch under ptrace(2): fed a request piece by piece, each piece when perch comes to
 * read it, so that a scenario makes the same calls each time; and hit once, at one call.
 *
 * Calls are counted from the one that brought the head's last octet: the first call that is made
 * with the request known is number 1.
 */
#ifndef PERCH_FAULTS_TRACE_H
#define PERCH_FAULTS_TRACE_H

#include <stdbool.h>
#include <stddef.h>

enum { CALLS_MAX = 512, PIECES_MAX = 64, ANSWER_MAX = 4096, SAID_MAX = 4096 };

/* What befalls the call that is hit. */
enum harm {
    HARM_NONE,
    HARM_KILL_BEFORE, /* killed when it is about to make it */
    HARM_KILL_AFTER,  /* killed when the kernel has made it */
    HARM_ERROR,       /* not made; returns an error */
    HARM_LATE_ERROR,  /* made; returns an error all the same */
    HARM_END,         /* not made; returns 0, as at the end of a file */
    HARM_SHORT,       /* made with a smaller count */
};

struct shot {
    enum harm harm;
    unsigned when; /* which call, from 1 */
    int error;     /* of HARM_ERROR and HARM_LATE_ERROR */
    size_t count;  /* of HARM_SHORT */
    bool for_good; /* HARM_ERROR: all later calls of the same name too */
};

/* What the file system can't do, from the start on. */
enum {
    WITHOUT_UNNAMED = 1,    /* O_TMPFILE */
    WITHOUT_EMPTY_PATH = 2, /* linkat(2) by AT_EMPTY_PATH, as without the capability */
    WITHOUT_LINKS = 4,
    WITHOUT_FALLOCATE = 8,
};

struct piece {
    const char *at;
    size_t len;
};

struct request {
    struct piece pieces[PIECES_MAX]; /* the first one is the head */
    unsigned count;
};

struct call {
    long number;
    long args[6];
    long result;
    bool on_peer;   /* its first argument is the connection */
    bool on_folder; /* its first argument is a folder */
};

struct run {
    struct call calls[CALLS_MAX]; /* those that were counted; calls[0] is number 1 */
    unsigned count;
    unsigned hidden; /* hidden names that it has made and not taken away, as its calls tell */
    bool hit;
    bool hung;
    int wait_status;
    size_t answer_len, said_len;
    char answer[ANSWER_MAX]; /* what the client got */
    char said[SAID_MAX];     /* on its standard error */
};

/* argv as for execv(3), with an absolute program. Ends the test program where the tracing itself
 * fails. */
void trace_run(char *const argv[], const struct request *request, unsigned without,
               const struct shot *shot, struct run *run);

#endif
