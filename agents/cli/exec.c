#include "agents/cli/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agents/cli/keyvalue.h"
#include "agents/sdk/file.h"
#include "proto/base/text.h"

#define NAME_MAX_BYTES 32u

/* ---- the place ------------------------------------------------------------------------------------ */

static bool is_plain(const char *name)
{
    return *name != '\0' && strlen(name) <= NAME_MAX_BYTES && name[0] != '.' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") ==
               strlen(name);
}

/* FNV-1a: the same command on the same filter finds its place again. */
static uint64_t digest(const char *a, const char *b)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (; *a != '\0'; a++)
        hash = (hash ^ (unsigned char)*a) * UINT64_C(0x100000001b3);
    hash = (hash ^ 1) * UINT64_C(0x100000001b3);
    for (; *b != '\0'; b++)
        hash = (hash ^ (unsigned char)*b) * UINT64_C(0x100000001b3);
    return hash;
}

static void read_place(struct mu_exec *exec)
{
    char text[256];

    exec->known = mu_file_get(exec->dir, exec->file, text, sizeof text) == MU_OK;
    exec->done = exec->known ? (uint64_t)mu_keyvalue_number(text, "done") : 0;
    exec->running = exec->known ? (uint64_t)mu_keyvalue_number(text, "running") : 0;
}

static enum mu_err keep_place(struct mu_exec *exec)
{
    char text[128];
    int length = snprintf(text, sizeof text, "done %" PRIu64 "\nrunning %" PRIu64 "\n", exec->done,
                          exec->running);
    enum mu_err err = mu_file_put(exec->dir, exec->file,
                                  (struct mu_bytes){(const uint8_t *)text, (size_t)length});

    if (err != MU_OK)
        (void)mu_cli_error(exec->cli, err, exec->file);
    exec->known = true;
    return err;
}

/* Cut off while its command ran: nobody knows whether it did its work. */
static int settle_running(struct mu_exec *exec)
{
    char number[32];

    if (exec->running == 0)
        return MU_EXIT_DONE;
    snprintf(number, sizeof number, "%" PRIu64, exec->running);
    mu_cli_tell(exec->cli, exec->again ? MU_W_EXEC_AGAIN : MU_W_EXEC_UNSURE, number, NULL);
    if (!exec->again && exec->running > exec->done)
        exec->done = exec->running;
    exec->running = 0;
    return keep_place(exec) == MU_OK ? MU_EXIT_DONE : MU_EXIT_FAILED;
}

int mu_exec_open(struct mu_exec *exec, struct mu_cli *cli, const char *dir, const char *name,
                 const char *command, const char *filter)
{
    char lock[80];

    exec->cli = cli;
    exec->command = command;
    exec->lock = -1;
    snprintf(exec->dir, sizeof exec->dir, "%s", dir);
    if (name != NULL && !is_plain(name))
        return mu_cli_wrong_value(cli, "--cursor", name);
    if (name != NULL)
        snprintf(exec->file, sizeof exec->file, "watch-%s", name);
    else
        snprintf(exec->file, sizeof exec->file, "watch-%016" PRIx64, digest(command, filter));
    snprintf(lock, sizeof lock, "%s.lock", exec->file);
    enum mu_err err = mu_file_lock(dir, lock, &exec->lock);
    if (err != MU_OK)
        return mu_cli_error(cli, err, exec->file);
    read_place(exec);
    return settle_running(exec);
}

enum mu_err mu_exec_begin(struct mu_exec *exec, uint64_t number)
{
    exec->done = number;
    return keep_place(exec);
}

void mu_exec_close(struct mu_exec *exec)
{
    if (exec->lock >= 0)
        close(exec->lock);
    exec->lock = -1;
}

/* ---- one run ---------------------------------------------------------------------------------------- */

static void feed(int pipe_end, const char *json)
{
    size_t size = strlen(json), sent = 0;

    while (sent < size) {
        ssize_t part = write(pipe_end, json + sent, size - sent);

        if (part < 0 && errno == EINTR)
            continue;
        if (part <= 0)
            break; /* it did not want to read: its own affair */
        sent += (size_t)part;
    }
    (void)!write(pipe_end, "\n", 1);
}

static int spawn(const char *command, int input[2], pid_t *pid)
{
    char sh[] = "sh", c[] = "-c";
    char *argv[] = {sh, c, (char *)(uintptr_t)command, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t usual;
    int failed = posix_spawn_file_actions_init(&actions);

    if (failed != 0 || (failed = posix_spawnattr_init(&attributes)) != 0)
        return failed;
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE); /* ignored here; a command expects to be ended by it */
    failed = posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
    if (failed == 0)
        failed = posix_spawnattr_setsigdefault(&attributes, &usual);
    if (failed == 0)
        failed = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    if (failed == 0)
        failed = posix_spawn(pid, "/bin/sh", &actions, &attributes, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return failed;
}

/* The command's exit status; 128 and its number when a signal ended it; -1 when it was never run. */
static int run(const char *command, const char *json)
{
    int input[2], status;
    pid_t pid;

    if (pipe2(input, O_CLOEXEC) != 0)
        return -1;
    int failed = spawn(command, input, &pid);
    close(input[0]);
    if (failed == 0)
        feed(input[1], json);
    close(input[1]);
    if (failed != 0)
        return -1;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static enum mu_err tell_failure(struct mu_exec *exec, uint64_t number, int status)
{
    char entry[32], code[32];

    snprintf(entry, sizeof entry, "%" PRIu64, number);
    snprintf(code, sizeof code, "%d", status);
    exec->failed++;
    (void)mu_cli_fail(exec->cli, MU_EXIT_FAILED,
                      exec->keep_going ? MU_W_EXEC_FAILED_ON : MU_W_EXEC_FAILED, entry, code, NULL);
    return exec->keep_going ? MU_OK : MU_E_SYSTEM;
}

enum mu_err mu_exec_hand(struct mu_exec *exec, uint64_t number, const char *json)
{
    enum mu_err err;
    int status;

    if (number <= exec->done)
        return MU_OK;
    exec->running = number;
    if ((err = keep_place(exec)) != MU_OK)
        return err;
    if ((status = run(exec->command, json)) != 0)
        err = tell_failure(exec, number, status);
    exec->running = 0;
    if (err == MU_OK)
        exec->done = number;
    return keep_place(exec) == MU_OK ? err : MU_E_SYSTEM;
}
