#include "serve/access.h"

#include "base/diag.h"
#include "base/rare.h"
#include "http/authorization.h"
#include "os/secret.h"

#include <string.h>
#include <sysexits.h>

static RARE struct secrets secrets;

const char *access_take_required(void *member, const char *value)
{
    bool *all = member;
    *all = strcmp(value, "all") == 0;
    return *all || strcmp(value, "write") == 0 ? NULL : "is no such thing; give write or all";
}

void access_open(const struct settings *settings)
{
    if (!settings->token_file && settings->token_for_all)
        diag_die(EX_USAGE, "--require-token: there is no token; name one by --token-file FILE");
    if (!settings->token_file)
        return;
    const char *wrong = secrets_read(&secrets, settings->token_file);
    if (wrong)
        diag_die(EX_CONFIG, "--token-file: \"%s\": %s", settings->token_file, wrong);
    if (settings->directory && secrets_are_served(settings->token_file, settings->directory))
        diag_die(EX_CONFIG, "--token-file: \"%s\": is in the folder that is served; move it out",
                 settings->token_file);
}

/* NULL, or why a token does not open anything. */
static const char *judge(const struct exchange *exchange)
{
    char room[AUTHORIZATION_ROOM];
    struct span secret;
    const struct fields *fields = &exchange->head.fields;
    if (fields->lines_of[FIELD_AUTHORIZATION] > 1)
        return "there is more than one Authorization field; send one";
    if (!authorization_secret(fields_value(fields, FIELD_AUTHORIZATION), room, &secret))
        return "send the token as Authorization: Bearer TOKEN, or as the password of Basic";
    bool right = secrets_have(&secrets, secret);
    explicit_bzero(room, sizeof room);
    return right ? NULL : "this token is not one of this server's";
}

int access_check(struct exchange *exchange)
{
    if (!exchange->settings->token_for_all && method_is_safe(exchange->head.method))
        return 0;
    if (secrets.count == 0)
        return 0;
    if (exchange->head.fields.lines_of[FIELD_AUTHORIZATION] == 0)
        return S_UNAUTHORIZED;
    exchange->why = judge(exchange);
    if (!exchange->why)
        return 0;
    exchange->wrong_tokens++;
    wire_pause(exchange->wire, WRONG_TOKEN_PAUSE_MS);
    return S_UNAUTHORIZED;
}

bool access_is_exhausted(const struct exchange *exchange)
{
    return exchange->wrong_tokens >= WRONG_TOKENS_MAX;
}
