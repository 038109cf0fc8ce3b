#include "serve/storing.h"

#include "http/condition.h"
#include "os/clock.h"
#include "serve/reply.h"
#include "serve/representation.h"

static int judge(const void *context, const struct file *current)
{
    const struct storing_conditions *conditions = context;
    struct validators validators;
    if (current)
        representation_validators(&validators, current, (struct span){NULL, 0});
    return condition_judge(conditions->fields, conditions->method, current ? &validators : NULL,
                           clock_seconds());
}

const struct precondition *storing_conditions(struct storing_conditions *room,
                                              const struct fields *fields, enum method method)
{
    *room = (struct storing_conditions){{judge, room}, fields, method};
    return condition_is_given(fields, method) ? &room->precondition : NULL;
}

void storing_reply(struct exchange *exchange, enum method method, bool replaced,
                   const struct file *file, const char *path)
{
    struct validators validators;
    representation_validators(&validators, file, (struct span){NULL, 0});
    reply_head(exchange, &(struct reply){
                             .status = method == METHOD_PUT && replaced ? S_NO_CONTENT : S_CREATED,
                             .validators = &validators,
                             .location = path,
                         });
}
