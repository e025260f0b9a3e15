#include "agents/sdk/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum mu_err mu_file_path(const char *dir, const char *name, char *out)
{
    int n = snprintf(out, PATH_MAX, "%s/%s", dir, name);

    return n > 0 && n < PATH_MAX ? MU_OK : MU_E_CONFIG;
}

enum mu_err mu_file_make_dir(const char *path)
{
    if (mkdir(path, 0700) == 0)
        return MU_OK;
    if (errno != EEXIST || chmod(path, 0700) != 0)
        return MU_E_SYSTEM;
    return MU_OK;
}

static enum mu_err write_whole(int fd, struct mu_bytes bytes)
{
    size_t done = 0;

    while (done < bytes.size) {
        ssize_t n = write(fd, bytes.data + done, bytes.size - done);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return MU_E_SYSTEM;
        done += (size_t)n;
    }
    return fsync(fd) == 0 ? MU_OK : MU_E_SYSTEM;
}

static enum mu_err sync_dir(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int failed;

    if (fd < 0)
        return MU_E_SYSTEM;
    failed = fsync(fd);
    close(fd);
    return failed == 0 ? MU_OK : MU_E_SYSTEM;
}

enum mu_err mu_file_put(const char *dir, const char *name, struct mu_bytes bytes)
{
    char path[PATH_MAX], fresh[PATH_MAX], fresh_name[NAME_MAX];
    enum mu_err err;
    int fd;

    snprintf(fresh_name, sizeof fresh_name, "%s.new", name);
    if ((err = mu_file_path(dir, name, path)) != MU_OK ||
        (err = mu_file_path(dir, fresh_name, fresh)) != MU_OK)
        return err;
    unlink(fresh); /* what a crash left; O_EXCL below follows no link laid there meanwhile */
    fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return MU_E_SYSTEM;
    err = write_whole(fd, bytes);
    if (close(fd) != 0 && err == MU_OK)
        err = MU_E_SYSTEM;
    if (err == MU_OK && rename(fresh, path) != 0)
        err = MU_E_SYSTEM;
    if (err != MU_OK) {
        unlink(fresh);
        return err;
    }
    return sync_dir(dir);
}

static enum mu_err read_whole(int fd, char *out, size_t room)
{
    size_t used = 0;

    while (used < room) {
        ssize_t n = read(fd, out + used, room - used);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return MU_E_SYSTEM;
        if (n == 0) {
            out[used] = '\0';
            return MU_OK;
        }
        used += (size_t)n;
    }
    return MU_E_CONFIG; /* no room for the NUL: no file of ours is that long */
}

static enum mu_err get_file(const char *dir, const char *name, char *out, size_t room, bool secret)
{
    char path[PATH_MAX];
    struct stat st;
    enum mu_err err = mu_file_path(dir, name, path);
    int fd;

    if (err != MU_OK)
        return err;
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? MU_E_ABSENT : MU_E_SYSTEM;
    if (fstat(fd, &st) != 0)
        err = MU_E_SYSTEM;
    else if (secret && (st.st_mode & 077) != 0)
        err = MU_E_BAD_KEY;
    else
        err = read_whole(fd, out, room);
    close(fd);
    return err;
}

enum mu_err mu_file_get(const char *dir, const char *name, char *out, size_t room)
{
    return get_file(dir, name, out, room, false);
}

enum mu_err mu_file_get_secret(const char *dir, const char *name, char *out, size_t room)
{
    return get_file(dir, name, out, room, true);
}

bool mu_file_exists(const char *dir, const char *name)
{
    char path[PATH_MAX];

    return mu_file_path(dir, name, path) == MU_OK && access(path, F_OK) == 0;
}

enum mu_err mu_file_lock(const char *dir, const char *name, int *fd)
{
    char path[PATH_MAX];
    enum mu_err err = mu_file_path(dir, name, path);

    if (err != MU_OK)
        return err;
    *fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (*fd < 0)
        return MU_E_SYSTEM;
    if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
        return MU_OK;
    err = errno == EWOULDBLOCK ? MU_E_IN_USE : MU_E_SYSTEM;
    close(*fd);
    *fd = -1;
    return err;
}
