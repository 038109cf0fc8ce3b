/*
 * Names that nobody can guess and that nothing bears by chance.
 */
#ifndef PERCH_OS_RANDOM_H
#define PERCH_OS_RANDOM_H

/* Hexadecimal digits: 128 bits, of which no two are ever the same. */
enum { RANDOM_NAME_LEN = 32 };

/* Writes that many, without a NUL. */
void random_name(char out[RANDOM_NAME_LEN]);

#endif
