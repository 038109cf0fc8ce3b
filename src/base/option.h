/*
 * The command line: a table of options, one row each, from which parsing and --help come.
 *
 * Options are long ones, "--name", "--name VALUE" or "--name=VALUE". A mistake ends the program
 * with one line that names the option and the fix, and EX_USAGE.
 */
#ifndef PERCH_BASE_OPTION_H
#define PERCH_BASE_OPTION_H

#include <stddef.h>

struct option_row {
    const char *name;  /* without the dashes */
    const char *value; /* what the help calls the value; NULL for a switch. "[=NAME]": the value may
                        * be left out, and stands behind a "=" where it is there */
    const char *help;  /* one line */
    size_t offset;     /* of the member of the settings that it sets */
    /* Reads a value, NULL where there is none, into that member. NULL, or what is wrong and what to
     * give instead, said so that it reads well behind "--name: ". */
    const char *(*take)(void *member, const char *value);
};

/* A heading in --help. */
struct option_group {
    const char *title;
    const char *first; /* the name of the row that it stands above */
};

struct option_program {
    const char *name;
    const char *usage; /* the lines above the options in --help */
    const char *notes; /* the lines below them */
    const struct option_row *rows;
    size_t count;
    const struct option_group *groups; /* a title of NULL ends them */
    /* Names that the program whose arguments these may be has besides, for suggestions; a NULL ends
     * them. NULL: none. */
    const char *const *also;
};

/*
 * Reads argv[1] and on into settings. --help and --version print and exit.
 * Where others is NULL, an argument that the table doesn't have is a mistake; else others, which
 * has room for all of argv, gets such arguments in their order, and a NULL behind them.
 */
void option_parse(const struct option_program *program, char *argv[], void *settings,
                  const char **others);

/* ---- Kinds of values, for the rows ---- */

/* bool; a switch. */
const char *option_switch(void *member, const char *value);

/* const char *; "" where the value was left out. */
const char *option_text(void *member, const char *value);

/* uint64_t, bytes: digits, and K, M, G or T (powers of 1024) behind them. */
const char *option_size(void *member, const char *value);

/* int, milliseconds: seconds with up to three decimals, 0 to 86400. */
const char *option_seconds(void *member, const char *value);

/* unsigned, 1 to 1000000; or 0 to that. */
const char *option_count(void *member, const char *value);
const char *option_count_or_none(void *member, const char *value);

#endif
