/* Where the agent lives: --dir, $MUSTER_DIR, ~/.muster, a running demo; in that order. Who has a place in a
 * real record does not speak into an exercise because one happens to run: --as asks for it by name. */
#include "agents/cli/cli.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum mu_err put(char *out, size_t size, const char *a, const char *b, const char *c)
{
    int length = snprintf(out, size, "%s%s%s", a, b, c);

    return length > 0 && (size_t)length < size ? MU_OK : MU_E_CONFIG;
}

static bool is_directory(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* A directory somebody else could have put there would hand us their keys. */
static bool is_ours(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == getuid() &&
           (st.st_mode & 022) == 0;
}

enum mu_err mu_cli_demo_root(char *dir, size_t size)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    char uid[32];

    if (runtime != NULL && runtime[0] == '/')
        return put(dir, size, runtime, "/muster-demo", "");
    snprintf(uid, sizeof uid, "%u", (unsigned)getuid());
    return put(dir, size, "/tmp/muster-demo-", uid, "");
}

/* An entry's name is the process that plays it; one that ended has left no demo behind. */
static bool is_running(const char *name)
{
    char *end;
    long pid = strtol(name, &end, 10);

    return end != name && *end == '\0' && pid > 0 && pid <= INT_MAX &&
           (kill((pid_t)pid, 0) == 0 || errno == EPERM);
}

static time_t started(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? st.st_mtime : 0;
}

/* The newest running demo of this user. */
static enum mu_err find_demo(char *out, size_t size)
{
    char root[PATH_MAX];
    enum mu_err err = mu_cli_demo_root(root, sizeof root);
    DIR *dir = err == MU_OK && is_ours(root) ? opendir(root) : NULL;
    time_t newest = -1;

    if (dir == NULL)
        return MU_E_ABSENT;
    err = MU_E_ABSENT;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char path[PATH_MAX];

        if (!is_running(entry->d_name) ||
            put(path, sizeof path, root, "/", entry->d_name) != MU_OK || !is_directory(path) ||
            started(path) <= newest)
            continue;
        newest = started(path);
        err = put(out, size, path, "", "");
    }
    closedir(dir);
    return err;
}

/* agents/CODE of a demo's directory; `as` NULL: agents/default. */
static enum mu_err agency_of(const char *demo, const char *as, char *out, size_t size)
{
    char agents[PATH_MAX];
    enum mu_err err = put(agents, sizeof agents, demo, "/agents/", "");

    if (err != MU_OK)
        return err;
    if (as != NULL && (strchr(as, '/') != NULL || as[0] == '.'))
        return MU_E_BAD_VALUE;
    err = put(out, size, agents, as == NULL ? "default" : as, "");
    return err == MU_OK && !is_directory(out) ? MU_E_ABSENT : err;
}

/* This user's own agent: a directory that was joined or made. */
static bool has_home(const char *home, char *dir, size_t size)
{
    char conf[PATH_MAX];

    return home != NULL && home[0] == '/' && put(dir, size, home, "/.muster", "") == MU_OK &&
           put(conf, sizeof conf, dir, "/agent.conf", "") == MU_OK && access(conf, F_OK) == 0;
}

enum mu_err mu_cli_place(const struct mu_cli *cli, char *dir, size_t size)
{
    const char *given = cli->dir != NULL ? cli->dir : getenv("MUSTER_DIR");
    const char *home = getenv("HOME");
    char demo[PATH_MAX];

    if (given != NULL && given[0] != '\0')
        return cli->as != NULL ? agency_of(given, cli->as, dir, size)
                               : put(dir, size, given, "", "");
    if (cli->as == NULL && has_home(home, dir, size))
        return MU_OK;
    if (find_demo(demo, sizeof demo) == MU_OK)
        return agency_of(demo, cli->as, dir, size);
    if (cli->as != NULL || home == NULL || home[0] != '/')
        return MU_E_ABSENT;
    return put(dir, size, home, "/.muster", "");
}
