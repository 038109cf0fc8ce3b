#include "os/secret.h"

#include "os/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *take_line(struct secrets *secrets, struct span line)
{
    line = span_trim(line);
    if (line.len && line.at[line.len - 1] == '\r')
        line.len--;
    if (line.len == 0 || line.at[0] == '#')
        return NULL;
    if (line.len < SECRET_BYTES_MIN)
        return "has a token of fewer than " BOUND_TEXT(SECRET_BYTES_MIN) " bytes; make it longer";
    if (line.len > SECRET_BYTES_MAX)
        return "has a token of more than " BOUND_TEXT(SECRET_BYTES_MAX) " bytes; make it shorter";
    if (secrets->count == SECRETS_MAX)
        return "has more than " BOUND_TEXT(SECRETS_MAX) " tokens; leave some out";
    for (size_t i = 0; i < line.len; i++)
        if (line.at[i] <= ' ' || line.at[i] > '~')
            return "has a token with blanks or other than printable ASCII; choose other characters";
    struct secret *secret = &secrets->at[secrets->count++];
    memcpy(secret->text, line.at, line.len);
    secret->len = line.len;
    return NULL;
}

static const char *read_secrets(struct secrets *secrets, int fd)
{
    char text[SECRETS_BYTES_MAX + 1];
    struct stat facts;
    if (fstat(fd, &facts) != 0)
        return strerror(errno);
    if (facts.st_mode & S_IRWXO)
        return "can be read by every user; chmod o= it";
    long len = whole_read(fd, text, sizeof text);
    if (len < 0)
        return strerror(errno);
    struct span rest = {text, (size_t)len};
    const char *wrong = NULL;
    if (len > SECRETS_BYTES_MAX)
        wrong = "is larger than " BOUND_TEXT(SECRETS_BYTES_MAX) " bytes; leave out comments";
    while (rest.len && !wrong)
        wrong = take_line(secrets, span_cut(&rest, '\n'));
    explicit_bzero(text, sizeof text);
    if (!wrong && secrets->count == 0)
        return "has no token; write one on a line of its own";
    return wrong;
}

const char *secrets_read(struct secrets *secrets, const char *file)
{
    secrets->count = 0;
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return strerror(errno);
    const char *wrong = read_secrets(secrets, fd);
    close(fd);
    return wrong;
}

bool secrets_are_served(const char *file, const char *directory)
{
    char real_file[PATH_MAX], real_directory[PATH_MAX];
    if (!realpath(file, real_file) || !realpath(directory, real_directory))
        return false;
    struct span name = span_of(real_file), folder = span_of(real_directory);
    if (span_equal(folder, SPAN("/")))
        folder.len = 0;
    return span_starts(name, folder) && name.at[folder.len] == '/' &&
           !strstr(name.at + folder.len, "/.");
}

/* 0 where they are equal; all octets are looked at, whatever they are. */
static unsigned difference(const struct secret *secret, const unsigned char *candidate, size_t len)
{
    size_t lengths = secret->len ^ len;
    unsigned differs = lengths != 0;
    for (size_t i = 0; i < SECRET_BYTES_MAX; i++)
        differs |= (unsigned)(secret->text[i] ^ candidate[i]);
    return differs;
}

/* Not inline: a test counts what it does. */
__attribute__((noinline)) bool secrets_have(const struct secrets *secrets, struct span candidate)
{
    unsigned char padded[SECRET_BYTES_MAX] = {0};
    bool found = false;
    if (candidate.len > SECRET_BYTES_MAX)
        return false;
    if (candidate.len)
        memcpy(padded, candidate.at, candidate.len);
    for (unsigned i = 0; i < secrets->count; i++)
        found |= difference(&secrets->at[i], padded, candidate.len) == 0;
    return found;
}
