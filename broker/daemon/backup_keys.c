/* The keys a broker serves with, as one file: a line "musterd keys 1", then for each a line of name and
 * size and its bytes, then a line with the SHA-256 of all before it. Mode 0600; it belongs in a safe, not
 * beside the backups: whoever has it can speak for the county. */
#include "broker/daemon/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "broker/daemon/keyfile.h"
#include "proto/base/text.h"
#include "proto/sign/digest.h"
#include "proto/sign/key.h"

#define FIRST_LINE "musterd keys 1\n"
#define KEYS_BYTES_MAX 65536u
#define LAST_LINE_BYTES 65u /* 64 hex digits and a line feed */

/* The last two only where they are; the CA key is better kept by an admin. */
static const struct {
    const char *name;
    bool needed;
} files[] = {{"log.key", true}, {"broker.curve", true}, {"ca.key", false}, {"musterd.conf", false}};
#define FILES (sizeof files / sizeof files[0])

/* ---- saving ---------------------------------------------------------------------------------- */

static enum mu_err read_file(const char *dir, const char *name, char *text, size_t room,
                             size_t *size)
{
    char path[PATH_MAX];
    FILE *file;

    if ((size_t)snprintf(path, sizeof path, "%s/%s", dir, name) >= sizeof path)
        return MU_E_LIMIT;
    if ((file = fopen(path, "re")) == NULL)
        return errno == ENOENT ? MU_E_ABSENT : MU_E_SYSTEM;
    *size = fread(text, 1, room, file);
    fclose(file);
    return *size < room ? MU_OK : MU_E_LIMIT;
}

static enum mu_err add_file(const char *dir, size_t which, struct mu_text *all)
{
    char text[KEYS_BYTES_MAX / 4];
    size_t size = 0;
    enum mu_err err = read_file(dir, files[which].name, text, sizeof text - 1, &size);

    if (err == MU_E_ABSENT && !files[which].needed)
        return MU_OK;
    if (err == MU_OK) {
        text[size] = '\0';
        err = strlen(text) == size ? MU_OK : MU_E_BAD_KEY; /* they are texts, all of them */
    }
    if (err == MU_OK)
        mu_text_addf(all, "%s %zu\n%s", files[which].name, size, text);
    mu_wipe(text, sizeof text);
    return err;
}

static enum mu_err write_out(const char *file, const char *text)
{
    char folder[PATH_MAX], *slash;

    if ((size_t)snprintf(folder, sizeof folder, "%s", file) >= sizeof folder)
        return MU_E_LIMIT;
    slash = strrchr(folder, '/');
    if (slash == NULL)
        return mu_file_write(".", file, text);
    *slash = '\0';
    return mu_file_write(slash == folder ? "/" : folder, slash + 1, text);
}

enum mu_err mu_keys_save(const char *dir, const char *file)
{
    char *memory = malloc(KEYS_BYTES_MAX), hex[65];
    struct mu_text all = mu_text(memory, KEYS_BYTES_MAX);
    struct mu_hash hash;
    enum mu_err err = memory != NULL ? MU_OK : MU_E_NO_MEMORY;

    if (err != MU_OK)
        return err;
    mu_text_add(&all, FIRST_LINE);
    for (size_t i = 0; i < FILES && err == MU_OK; i++)
        err = add_file(dir, i, &all);
    mu_sha256(memory, all.used, &hash);
    mu_hex(hash.b, sizeof hash.b, hex);
    mu_text_addf(&all, "%s\n", hex);
    if (err == MU_OK)
        err = all.cut ? MU_E_LIMIT : write_out(file, memory);
    mu_wipe(memory, KEYS_BYTES_MAX);
    free(memory);
    return err;
}

/* ---- putting back ---------------------------------------------------------------------------- */

static enum mu_err check_whole(const char *text, size_t size)
{
    struct mu_hash hash, wanted;
    char hex[65];

    if (size < sizeof FIRST_LINE + LAST_LINE_BYTES ||
        strncmp(text, FIRST_LINE, sizeof FIRST_LINE - 1) != 0)
        return MU_E_CORRUPT;
    memcpy(hex, text + size - LAST_LINE_BYTES, 64);
    hex[64] = '\0';
    mu_sha256(text, size - LAST_LINE_BYTES, &hash);
    return mu_unhex(hex, wanted.b, sizeof wanted.b) == MU_OK && mu_hash_equal(&hash, &wanted)
               ? MU_OK
               : MU_E_CORRUPT;
}

/* One that is there already is the operator's: it stays as it is. */
static enum mu_err put_file(const char *dir, const char *name, const char *text)
{
    char path[PATH_MAX];

    if ((size_t)snprintf(path, sizeof path, "%s/%s", dir, name) >= sizeof path)
        return MU_E_LIMIT;
    return access(path, F_OK) == 0 ? MU_OK : mu_file_write(dir, name, text);
}

static bool is_known(const char *name)
{
    for (size_t i = 0; i < FILES; i++)
        if (strcmp(files[i].name, name) == 0)
            return true;
    return false;
}

/* "log.key 119" and the end of its line. */
static bool take_heading(char **at, char *name, size_t room, size_t *bytes)
{
    size_t size = strcspn(*at, " \n");
    char *end;

    if (size >= room || (*at)[size] != ' ')
        return false;
    memcpy(name, *at, size);
    name[size] = '\0';
    errno = 0;
    *bytes = strtoul(*at + size, &end, 10);
    if (errno != 0 || *end != '\n')
        return false;
    *at = end + 1;
    return true;
}

/* `text` is whole, so its lines are ours. */
static enum mu_err put_all(const char *dir, char *text, size_t size)
{
    char *at = text + sizeof FIRST_LINE - 1, *end = text + size - LAST_LINE_BYTES;
    enum mu_err err = MU_OK;

    while (at < end && err == MU_OK) {
        char name[32], kept;
        size_t bytes;

        if (!take_heading(&at, name, sizeof name, &bytes) || at > end || !is_known(name) ||
            bytes > (size_t)(end - at))
            return MU_E_CORRUPT;
        kept = at[bytes];
        at[bytes] = '\0';
        err = put_file(dir, name, at);
        at[bytes] = kept;
        at += bytes;
    }
    return err;
}

static enum mu_err read_keys(const char *path, char *text, size_t *size)
{
    struct stat about;
    FILE *file = fopen(path, "re");

    if (file == NULL)
        return errno == ENOENT ? MU_E_ABSENT : MU_E_SYSTEM;
    if (fstat(fileno(file), &about) != 0 || (about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        fclose(file);
        return MU_E_NOT_ALLOWED;
    }
    *size = fread(text, 1, KEYS_BYTES_MAX - 1, file);
    text[*size] = '\0';
    fclose(file);
    return check_whole(text, *size);
}

enum mu_err mu_keys_put_back(const char *file, const char *dir)
{
    char *text = malloc(KEYS_BYTES_MAX);
    size_t size = 0;
    enum mu_err err = text != NULL ? read_keys(file, text, &size) : MU_E_NO_MEMORY;

    if (err == MU_OK)
        err = put_all(dir, text, size);
    if (text != NULL)
        mu_wipe(text, KEYS_BYTES_MAX);
    free(text);
    return err;
}
