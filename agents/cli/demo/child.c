#include "agents/cli/demo/demo.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STOP_MS 3000 /* a broker finishes its turn in far less */
#define LAST_WORDS 2000

void mu_child_make(struct mu_child *child, const struct mu_demo_place *place, const char *name)
{
    char path[PATH_MAX + 2 * MU_NAME_BYTES_MAX];

    *child = (struct mu_child){.pid = 0};
    snprintf(child->name, sizeof child->name, "%s", name);
    snprintf(path, sizeof path, "%s/%s", place->programs, name);
    mu_child_arg(child, path);
}

void mu_child_arg(struct mu_child *child, const char *arg)
{
    size_t length = strlen(arg) + 1;

    MU_CHECK(child->count < MU_DEMO_ARGS_MAX && length <= sizeof child->text - child->used);
    memcpy(child->text + child->used, arg, length);
    child->args[child->count++] = child->text + child->used;
    child->args[child->count] = NULL;
    child->used += length;
}

/* In the child, between fork and exec: nothing here allocates or locks. */
static void become(const struct mu_child *child, pid_t parent)
{
    int log = -1;
    sigset_t none;

    /* It goes when we go, however we go; and if we went already, now. */
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127);
    /* Ctrl-C is for the supervisor: it stops its children in order. */
    (void)setpgid(0, 0);
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    if (child->log[0] != '\0') {
        log = open(child->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (log < 0 || dup2(log, STDOUT_FILENO) < 0 || dup2(log, STDERR_FILENO) < 0)
            _exit(127);
    }
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0)
        _exit(127);
    execv(child->args[0], child->args);
    _exit(127);
}

enum mu_err mu_child_start(struct mu_child *child)
{
    pid_t parent = getpid();

    if (access(child->args[0], X_OK) != 0)
        return MU_E_ABSENT;
    pid_t pid = fork();
    if (pid < 0)
        return MU_E_SYSTEM;
    if (pid == 0)
        become(child, parent);
    child->pid = pid;
    return MU_OK;
}

bool mu_child_ended(struct mu_child *child)
{
    int status;

    if (child->pid == 0)
        return true;
    if (waitpid(child->pid, &status, WNOHANG) != child->pid)
        return false;
    child->pid = 0;
    child->status = status;
    return true;
}

int mu_child_code(const struct mu_child *child)
{
    return WIFSIGNALED(child->status) ? 128 + WTERMSIG(child->status) : WEXITSTATUS(child->status);
}

int mu_child_wait(struct mu_child *child)
{
    int status;

    if (child->pid == 0)
        return mu_child_code(child);
    while (waitpid(child->pid, &status, 0) != child->pid)
        if (errno != EINTR)
            return 127;
    child->pid = 0;
    child->status = status;
    return mu_child_code(child);
}

void mu_child_stop(struct mu_child *child)
{
    const struct timespec moment = {.tv_nsec = 10000000};
    int64_t until = mu_talk_machine_ms() + STOP_MS;

    if (mu_child_ended(child))
        return;
    (void)kill(child->pid, SIGTERM);
    while (!mu_child_ended(child) && mu_talk_machine_ms() < until)
        (void)nanosleep(&moment, NULL);
    if (child->pid != 0)
        (void)kill(child->pid, SIGKILL);
    (void)mu_child_wait(child);
}

void mu_child_words(const struct mu_child *child, struct mu_text *out)
{
    FILE *log = child->log[0] == '\0' ? NULL : fopen(child->log, "rb");
    char words[LAST_WORDS + 1];
    size_t size;

    if (log == NULL)
        return;
    if (fseek(log, -LAST_WORDS, SEEK_END) != 0)
        rewind(log);
    size = fread(words, 1, LAST_WORDS, log);
    words[size] = '\0';
    fclose(log);
    for (char *line = strtok(words, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        mu_text_add(out, "  ");
        mu_clean(out, line);
        mu_text_add(out, "\n");
    }
}
