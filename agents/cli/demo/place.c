#include "agents/cli/demo/demo.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum mu_err join(char out[PATH_MAX], const char *a, const char *b)
{
    return snprintf(out, PATH_MAX, "%s/%s", a, b) < PATH_MAX ? MU_OK : MU_E_LIMIT;
}

enum mu_err mu_demo_path(const struct mu_demo_place *place, char out[PATH_MAX], const char *a,
                         const char *b)
{
    int length = b == NULL ? snprintf(out, PATH_MAX, "%s/%s", place->folder, a)
                           : snprintf(out, PATH_MAX, "%s/%s/%s", place->folder, a, b);

    return length < PATH_MAX ? MU_OK : MU_E_LIMIT;
}

/* ---- what is there already ------------------------------------------------------------------------ */

static enum mu_err find_programs(char out[PATH_MAX])
{
    ssize_t length = readlink("/proc/self/exe", out, PATH_MAX - 1);
    char *slash;

    if (length <= 0)
        return MU_E_SYSTEM;
    out[length] = '\0';
    slash = strrchr(out, '/');
    if (slash == NULL)
        return MU_E_ABSENT;
    *slash = '\0';
    return MU_OK;
}

/* Installed; built; built under the sanitizers. */
static const char *const homes[] = {"../share/muster/exercises", "../agents/player",
                                    "../../agents/player"};

enum mu_err mu_demo_find(struct mu_demo_place *place)
{
    enum mu_err err = find_programs(place->programs);

    for (size_t i = 0; err == MU_OK && i < sizeof homes / sizeof homes[0]; i++) {
        char file[PATH_MAX];

        if (join(place->exercises, place->programs, homes[i]) == MU_OK &&
            join(file, place->exercises, "qinghe.yaml") == MU_OK && access(file, R_OK) == 0)
            return MU_OK;
    }
    place->exercises[0] = '\0';
    return err;
}

/* ---- the folder -------------------------------------------------------------------------------------- */

static enum mu_err make_temporary(struct mu_demo_place *place)
{
    const char *base = getenv("TMPDIR");

    if (base == NULL || base[0] != '/')
        base = "/tmp";
    if (join(place->folder, base, "muster-demo-XXXXXX") != MU_OK)
        return MU_E_LIMIT;
    return mkdtemp(place->folder) == NULL ? MU_E_SYSTEM : MU_OK; /* 0700 */
}

/* rmdir takes only what is empty: a folder that holds anything, a live record above all, is refused. */
static enum mu_err make_kept(struct mu_demo_place *place, const char *keep)
{
    char here[PATH_MAX];

    if (rmdir(keep) != 0 && errno != ENOENT)
        return errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR ? MU_E_EXISTS
                                                                         : MU_E_SYSTEM;
    if (mkdir(keep, 0700) != 0)
        return MU_E_SYSTEM;
    if (realpath(keep, here) == NULL)
        return MU_E_SYSTEM;
    memcpy(place->folder, here, sizeof here);
    return MU_OK;
}

enum mu_err mu_demo_make(struct mu_demo_place *place, const char *keep)
{
    static const char *const rooms[] = {"logs", "play", "programs", "seats", "seats/agents"};
    enum mu_err err;

    place->keep = keep != NULL;
    err = place->keep ? make_kept(place, keep) : make_temporary(place);
    if (err != MU_OK)
        place->folder[0] = '\0';
    for (size_t i = 0; err == MU_OK && i < sizeof rooms / sizeof rooms[0]; i++) {
        char path[PATH_MAX];

        if ((err = mu_demo_path(place, path, rooms[i], NULL)) == MU_OK && mkdir(path, 0700) != 0)
            err = MU_E_SYSTEM;
    }
    return err;
}

/* ---- where a second terminal looks ------------------------------------------------------------------- */

/* Ours alone, or somebody else could stand in for the demo. */
static enum mu_err make_root(char root[PATH_MAX])
{
    struct stat st;
    enum mu_err err = mu_cli_demo_root(root, PATH_MAX);

    if (err != MU_OK)
        return err;
    if (mkdir(root, 0700) != 0 && errno != EEXIST)
        return MU_E_SYSTEM;
    if (lstat(root, &st) != 0)
        return MU_E_SYSTEM;
    return S_ISDIR(st.st_mode) && st.st_uid == getuid() && (st.st_mode & 077) == 0
               ? MU_OK
               : MU_E_NOT_ALLOWED;
}

enum mu_err mu_demo_publish(struct mu_demo_place *place)
{
    char root[PATH_MAX], seats[PATH_MAX], name[32];
    enum mu_err err = make_root(root);

    if (err == MU_OK)
        err = mu_demo_path(place, seats, "seats", NULL);
    if (err != MU_OK)
        return err;
    snprintf(name, sizeof name, "%ld", (long)getpid());
    if (join(place->link, root, name) != MU_OK)
        return MU_E_LIMIT;
    (void)unlink(place->link); /* of a process long gone that had our number */
    if (symlink(seats, place->link) == 0)
        return MU_OK;
    place->link[0] = '\0';
    return MU_E_SYSTEM;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
    (void)st;
    (void)type;
    (void)walk;
    return remove(path);
}

void mu_demo_remove(struct mu_demo_place *place)
{
    char root[PATH_MAX];

    if (place->link[0] != '\0')
        (void)unlink(place->link);
    if (mu_cli_demo_root(root, sizeof root) == MU_OK)
        (void)rmdir(root); /* only when no other demo is in it */
    if (place->folder[0] != '\0' && !place->keep)
        (void)nftw(place->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    place->link[0] = place->folder[0] = '\0';
}
