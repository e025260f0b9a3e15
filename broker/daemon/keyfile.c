#include "broker/daemon/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#define CURVE_TEXT_MAX 256u
#define Z85_CHARS 41u /* 40 and a NUL */

static enum mu_err join(char *path, size_t size, const char *dir, const char *name)
{
    int used = snprintf(path, size, "%s/%s", dir, name);

    return used > 0 && (size_t)used < size ? MU_OK : MU_E_LIMIT;
}

enum mu_err mu_dir_make(const char *dir)
{
    struct stat about;

    if (mkdir(dir, 0700) == 0)
        return MU_OK;
    if (errno != EEXIST || stat(dir, &about) != 0 || !S_ISDIR(about.st_mode) ||
        about.st_uid != geteuid())
        return MU_E_SYSTEM;
    return MU_OK;
}

static enum mu_err write_synced(int fd, const char *text)
{
    size_t size = strlen(text);

    while (size > 0) {
        ssize_t n = write(fd, text, size);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return MU_E_SYSTEM;
        text += n;
        size -= (size_t)n;
    }
    return fsync(fd) == 0 ? MU_OK : MU_E_SYSTEM;
}

static enum mu_err sync_dir(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = fd < 0 ? -1 : fsync(fd);

    if (fd >= 0)
        close(fd);
    return rc == 0 ? MU_OK : MU_E_SYSTEM;
}

/* Written beside it, synced, then renamed: the name never stands on half a file. */
enum mu_err mu_file_write(const char *dir, const char *name, const char *text)
{
    char path[PATH_MAX], part[PATH_MAX + 8];
    enum mu_err err = join(path, sizeof path, dir, name);
    int fd;

    if (err != MU_OK)
        return err;
    snprintf(part, sizeof part, "%s.part", path);
    fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return MU_E_SYSTEM;
    err = write_synced(fd, text);
    if (close(fd) != 0 && err == MU_OK)
        err = MU_E_SYSTEM;
    if (err == MU_OK && rename(part, path) != 0)
        err = MU_E_SYSTEM;
    if (err != MU_OK) {
        unlink(part);
        return err;
    }
    return sync_dir(dir);
}

static enum mu_err read_secret(const char *dir, const char *name, char *text, size_t size)
{
    char path[PATH_MAX];
    struct stat about;
    ssize_t used = -1;
    enum mu_err err = join(path, sizeof path, dir, name);
    int fd;

    if (err != MU_OK)
        return err;
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? MU_E_ABSENT : MU_E_SYSTEM;
    if (fstat(fd, &about) != 0 || (about.st_mode & 077) != 0)
        err = MU_E_NOT_ALLOWED;
    else
        used = read(fd, text, size - 1);
    close(fd);
    if (err == MU_OK && (used < 0 || (size_t)used == size - 1))
        err = MU_E_BAD_KEY;
    text[used > 0 ? used : 0] = '\0';
    return err;
}

enum mu_err mu_keyfile_make(const char *dir, const char *name, mu_key **out)
{
    char pem[MU_KEY_PEM_MAX];
    mu_key *key = NULL;
    enum mu_err err = mu_key_make(&key);

    if (err == MU_OK)
        err = mu_key_to_pem(key, pem);
    if (err == MU_OK)
        err = mu_file_write(dir, name, pem);
    mu_wipe(pem, sizeof pem);
    if (err == MU_OK && out != NULL) {
        *out = key;
        key = NULL;
    }
    mu_key_close(&key);
    return err;
}

enum mu_err mu_keyfile_read(const char *dir, const char *name, mu_key **out)
{
    char pem[MU_KEY_PEM_MAX];
    enum mu_err err = read_secret(dir, name, pem, sizeof pem);

    if (err == MU_OK)
        err = mu_key_from_pem(pem, out);
    mu_wipe(pem, sizeof pem);
    return err;
}

static enum mu_err make_pair(struct mu_curve *out)
{
    char public[Z85_CHARS], secret[Z85_CHARS];
    enum mu_err err = MU_E_SYSTEM;

    if (zmq_curve_keypair(public, secret) == 0 && zmq_z85_decode(out->public, public) != NULL &&
        zmq_z85_decode(out->secret, secret) != NULL)
        err = MU_OK;
    mu_wipe(secret, sizeof secret);
    return err;
}

enum mu_err mu_curvefile_make(const char *dir, const char *name, struct mu_curve *out)
{
    char text[CURVE_TEXT_MAX], secret[65], public[65];
    enum mu_err err = make_pair(out);

    mu_hex(out->secret, sizeof out->secret, secret);
    mu_hex(out->public, sizeof out->public, public);
    snprintf(text, sizeof text, "secret %s\npublic %s\n", secret, public);
    if (err == MU_OK)
        err = mu_file_write(dir, name, text);
    mu_wipe(text, sizeof text);
    mu_wipe(secret, sizeof secret);
    return err;
}

enum mu_err mu_curvefile_read(const char *dir, const char *name, struct mu_curve *out)
{
    char text[CURVE_TEXT_MAX], secret[65] = "", public[65] = "";
    enum mu_err err = read_secret(dir, name, text, sizeof text);

    if (err == MU_OK &&
        (sscanf(text, "secret %64[0-9a-f] public %64[0-9a-f]", secret, public) != 2 ||
         mu_unhex(secret, out->secret, sizeof out->secret) != MU_OK ||
         mu_unhex(public, out->public, sizeof out->public) != MU_OK))
        err = MU_E_BAD_KEY;
    mu_wipe(text, sizeof text);
    mu_wipe(secret, sizeof secret);
    return err;
}
