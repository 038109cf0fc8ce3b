/*
 * Strikes perch at every system call that a request makes once its head is known, and looks at what
 * is left.
 *
 *     strike kill|fail PERCH FOLDER [STEP [OPTION ...]]
 *
 * kill: ends it with SIGKILL before each call, and once each is made.
 * fail: each call fails with each error that it can give, once and for good; is cut short; ends.
 * Of all these shots only every STEP-th is made, from all scenes alike. OPTIONs are perch's. The
 * FOLDER is emptied again and again.
 *
 * A line for each scene and for each violation; the last line is the sum.
 */
#include "errors.h"
#include "folder.h"
#include "message.h"
#include "scene.h"
#include "trace.h"

#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KILL_PIECES = 16, FAIL_PIECES = 3 };

static char *perch, *folder;
static char *const *more_options;
static unsigned step = 1, shots, passed, failed, named_all_the_same, resumed;

static const struct shot none = {.harm = HARM_NONE};

/* ---- Running ---- */

static void run_perch(const struct scene *scene, const struct request *request,
                      const struct shot *shot, struct run *run)
{
    char *argv[2 * OPTIONS_MAX + 4] = {perch, "--directory", folder};
    unsigned argc = 3;
    for (unsigned i = 0; i < OPTIONS_MAX && scene->options[i]; i++)
        argv[argc++] = (char *)scene->options[i];
    for (unsigned i = 0; i < OPTIONS_MAX && more_options[i]; i++)
        argv[argc++] = more_options[i];
    trace_run(argv, request, scene->without, shot, run);
}

static void run_scene(const struct scene *scene, const struct shot *shot, struct run *run)
{
    folder_set_up(scene);
    run_perch(scene, message_of(scene), shot, run);
}

/* ---- Judging ---- */

/* The status of the answer; 0 where there is none, -1 where there are several. */
static int status_of(const struct run *run)
{
    int status = 0;
    for (const char *at = run->answer; (at = strstr(at, "HTTP/1.1 ")); at += 9) {
        int said = (int)strtol(at + 9, NULL, 10);
        if (said >= 200)
            status = status == 0 ? said : -1;
    }
    return status;
}

static bool is_kill(const struct shot *shot)
{
    return shot->harm == HARM_KILL_BEFORE || shot->harm == HARM_KILL_AFTER;
}

static bool says_nothing_is_there(int error)
{
    return error == ENOENT || error == ENOTDIR || error == ELOOP || error == ENXIO ||
           error == ENODEV || error == ENAMETOOLONG || error == EXDEV || error == ESTALE ||
           /* of a folder, which can't be: */ error == EBUSY || error == ETXTBSY || error == EISDIR;
}

static const char *judge_end(const struct shot *shot, const struct run *run)
{
    if (run->hung)
        return "hangs";
    if (run->count == CALLS_MAX)
        return "makes calls without end";
    if (strstr(run->said, "Sanitizer") || strstr(run->said, "runtime error"))
        return "is told off by a sanitizer";
    if (is_kill(shot) && run->hit)
        return WIFSIGNALED(run->wait_status) && WTERMSIG(run->wait_status) == SIGKILL
                   ? NULL
                   : "survives a kill";
    if (WIFSIGNALED(run->wait_status))
        return strsignal(WTERMSIG(run->wait_status));
    return WEXITSTATUS(run->wait_status) ? "ends with an exit code" : NULL;
}

/* The folder's own sync comes last: where it fails the new file stands there, and the client is
 * told that it may not last. */
static bool is_sync_of_folder(const struct call *call)
{
    return call->number == SYS_fsync && call->on_folder;
}

static const char *judge_answer(const struct scene *scene, const struct shot *shot,
                                const struct run *run, enum state state)
{
    int status = status_of(run);
    const struct call *hit = run->hit ? &run->calls[shot->when - 1] : NULL;
    if (status < 0)
        return "answers more than once";
    if (status >= 200 && status < 300)
        return state == scene_goal(scene) ? NULL : "says it is done, and it is not";
    if (status == 0)
        return is_kill(shot) || (hit && hit->on_peer) ? NULL : "does not answer";
    if (state == scene_start(scene))
        return NULL;
    if (!hit || !is_sync_of_folder(hit))
        return "says it failed, and has changed the file";
    named_all_the_same++;
    return NULL;
}

/* Of a resumable upload the state and what came may stay, so that it can go on, and a copy that is
 * being made of what came; behind the end only the state. */
static unsigned hidden_of_upload(const struct scene *scene, const struct shot *shot,
                                 const struct run *run)
{
    int status = status_of(run);
    if (scene->part == PART_NONE)
        return 0;
    if (status >= 200 && status < 300)
        return scene->part == PART_GO_ON;
    return is_kill(shot) ? 3 : 2;
}

static const char *judge_leftovers(const struct scene *scene, const struct shot *shot,
                                   const struct run *run, const struct sight *sight)
{
    if (sight->others)
        return "leaves a name that all can see";
    if (sight->hidden <= hidden_of_upload(scene, shot, run))
        return NULL;
    if (is_kill(shot))
        return sight->hidden <= run->hidden ? NULL : "leaves a hidden name that it took back";
    /* It can't be taken away, and the log says so; or an error says that it is gone, and lies. */
    if (run->hit && run->calls[shot->when - 1].number == SYS_unlinkat &&
        (shot->error == ENOENT || strstr(run->said, "unlink")))
        return NULL;
    return "leaves a hidden name";
}

/* A failure at its end is the end of an upload; an error that says that a file is not there makes
 * it forgotten. Else it stays. */
static bool may_be_forgotten(const struct scene *scene, const struct shot *shot,
                             const struct run *run)
{
    int status = status_of(run);
    return scene->part == PART_BEGIN || (status >= 400 && status != 404) ||
           says_nothing_is_there(shot->error);
}

/* Whoever comes later can go on with an upload that is not complete, and gets it stored. */
static const char *judge_resuming(const struct scene *scene, const struct shot *shot,
                                  const struct run *struck)
{
    static struct run run;
    char token[TOKEN_LEN + 1];
    bool resumes = scene->part == PART_GO_ON || scene->part == PART_BEGIN;
    if (!resumes || folder_look(scene).state == scene_goal(scene))
        return NULL;
    if (!folder_token(token))
        return may_be_forgotten(scene, shot, struck) ? NULL : "has forgotten the upload";
    run_perch(scene, message_state(token), &none, &run);
    const char *offset = strstr(run.answer, "Upload-Offset: ");
    if (status_of(&run) != 204 || !offset)
        return may_be_forgotten(scene, shot, struck) ? NULL : "does not find the upload again";
    run_perch(scene, message_rest(scene, token, strtoul(offset + 15, NULL, 10)), &none, &run);
    int status = status_of(&run);
    struct sight sight = folder_look(scene);
    resumed++;
    return (status == 201 || status == 204) && sight.state == scene_goal(scene) && !sight.others
               ? NULL
               : "can't go on with the upload";
}

static const char *judge(const struct scene *scene, const struct shot *shot, const struct run *run)
{
    struct sight sight = folder_look(scene);
    const char *wrong = judge_end(shot, run);
    if (!wrong && sight.state != scene_start(scene) && sight.state != scene_goal(scene))
        wrong = "leaves a file that is neither old nor new";
    if (!wrong)
        wrong = judge_answer(scene, shot, run, sight.state);
    if (!wrong)
        wrong = judge_leftovers(scene, shot, run, &sight);
    return wrong ? wrong : judge_resuming(scene, shot, run);
}

/* ---- Shots ---- */

static void complain(const struct scene *scene, const struct shot *shot, const struct run *run,
                     const char *wrong)
{
    static const char *const how[] = {"unharmed",        "killed before", "killed after", "failed",
                                      "made and failed", "ended",         "cut short"};
    const char *call = run->hit ? errors_of(run->calls[shot->when - 1].number)->name : NULL;
    printf("%s: %s call %u (%s%s): %s %s: perch %s; status %d\n%s", scene->name, how[shot->harm],
           shot->when, call ? call : "?",
           run->hit && run->calls[shot->when - 1].on_peer ? " of the connection" : "",
           shot->error ? strerrorname_np(shot->error) : "", shot->for_good ? "for good" : "once",
           wrong, status_of(run), run->said);
}

static void shoot(const struct scene *scene, const struct shot *shot)
{
    static struct run run;
    if (shots++ % step != 0)
        return;
    run_scene(scene, shot, &run);
    const char *wrong = judge(scene, shot, &run);
    if (!wrong && !run.hit)
        wrong = "does not make that call any more";
    if (wrong)
        complain(scene, shot, &run, wrong);
    failed += wrong != NULL;
    passed += wrong == NULL;
}

static void shoot_to_kill(const struct scene *scene, const struct run *sound)
{
    for (unsigned when = 1; when <= sound->count; when++) {
        shoot(scene, &(struct shot){.harm = HARM_KILL_BEFORE, .when = when});
        if (when == sound->count)
            break; /* the last call does not return */
        shoot(scene, &(struct shot){.harm = HARM_KILL_AFTER, .when = when});
    }
}

static void shoot_short(const struct scene *scene, unsigned when, const struct call *call)
{
    if (call->result > 1)
        shoot(scene, &(struct shot){.harm = HARM_SHORT, .when = when, .count = 1});
    if (call->result > 2)
        shoot(scene,
              &(struct shot){.harm = HARM_SHORT, .when = when, .count = (size_t)call->result / 2});
    if (call->on_peer)
        shoot(scene, &(struct shot){.harm = HARM_END, .when = when});
}

/* Again and again interrupted, or asked to come back: that is no error that lasts. A connection
 * that timed out says so once, and then that it is at its end. */
static bool can_last(const struct call *call, int error)
{
    return error != EINTR && error != EAGAIN && !(call->on_peer && error == ETIMEDOUT);
}

static void shoot_to_fail(const struct scene *scene, const struct run *sound)
{
    for (unsigned when = 1; when <= sound->count; when++) {
        const struct call *call = &sound->calls[when - 1];
        const struct errors *row = errors_of(call->number);
        if (!row->name)
            continue;
        /* A descriptor is closed also where close(2) fails. */
        enum harm harm = call->number == SYS_close ? HARM_LATE_ERROR : HARM_ERROR;
        for (const int *error = call->on_peer ? row->of_peer : row->of_files; *error; error++) {
            shoot(scene, &(struct shot){harm, when, *error, 0, false});
            if (harm == HARM_ERROR && can_last(call, *error))
                shoot(scene, &(struct shot){harm, when, *error, 0, true});
        }
        if (row->counts)
            shoot_short(scene, when, call);
    }
}

/* Sends what is there before the scene. */
static void prepare(struct scene *scene)
{
    static struct run run;
    struct scene first = *scene;
    if (scene->part != PART_GO_ON && scene->part != PART_CANCEL)
        return;
    first.part = PART_FIRST;
    run_scene(&first, &none, &run);
    if (!folder_token(scene->token))
        errx(1, "%s: the first part is not kept: %s", scene->name, run.answer);
    folder_keep_hidden();
}

static void play(struct scene *scene, bool kill)
{
    static struct run sound;
    unsigned before = passed + failed;
    prepare(scene);
    run_scene(scene, &none, &sound);
    const char *wrong = judge(scene, &none, &sound);
    if (!wrong && folder_look(scene).state != scene_goal(scene))
        wrong = "fails without any harm";
    if (wrong) {
        complain(scene, &none, &sound, wrong);
        failed++;
        return;
    }
    if (kill)
        shoot_to_kill(scene, &sound);
    else
        shoot_to_fail(scene, &sound);
    printf("%4u calls, %4u shots: %s\n", sound.count, passed + failed - before, scene->name);
}

int main(int argc, char *argv[])
{
    static struct scene scenes[SCENES_MAX];
    if (argc < 4 || (strcmp(argv[1], "kill") != 0 && strcmp(argv[1], "fail") != 0))
        errx(64, "usage: strike kill|fail PERCH FOLDER [STEP [OPTION ...]]");
    bool kill = argv[1][0] == 'k';
    perch = realpath(argv[2], NULL);
    folder = realpath(argv[3], NULL);
    if (!perch || !folder || chdir(folder) != 0)
        err(66, "%s or %s", argv[2], argv[3]);
    if (argc > 4 && (step = (unsigned)strtoul(argv[4], NULL, 10)) == 0)
        errx(64, "%s is no step", argv[4]);
    more_options = argv + (argc > 5 ? 5 : argc);
    signal(SIGPIPE, SIG_IGN);
    unsigned count = scene_list(scenes, kill ? KILL_PIECES : FAIL_PIECES);
    for (unsigned i = 0; i < count; i++)
        play(&scenes[i], kill);
    printf("the folder's sync failed, told to the client, the new state stands: %u\n",
           named_all_the_same);
    printf("uploads that went on afterwards: %u\n", resumed);
    printf("%u passed, %u failed\n", passed, failed);
    return failed > 0;
}
