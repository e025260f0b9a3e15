#include "broker/daemon/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "broker/daemon/keyfile.h"
#include "broker/log/export.h"
#include "broker/log/rebuild.h"
#include "proto/base/text.h"

#define NOTE_BYTES_MAX 512u

/* ---- the note -------------------------------------------------------------------------------- */

enum mu_err mu_backup_note_write(const char *dir, const struct mu_backup_note *note)
{
    char text[NOTE_BYTES_MAX], log[65], root[65];

    mu_hex(note->log.b, 32, log);
    mu_hex(note->head.root.b, 32, root);
    snprintf(text, sizeof text,
             "log %s\nepoch %" PRIu32 "\nthrough %" PRIu64 "\nroot %s\nat_ms %" PRId64 "\n", log,
             note->head.epoch, note->head.size, root, note->at_ms);
    return mu_file_write(dir, MU_BACKUP_NOTE, text);
}

/* What stands after `word` in the line that begins here; NULL when the line is another one. */
static char *take_line(char **at, const char *word)
{
    size_t size = strlen(word);
    char *line = *at, *end = strchr(line, '\n');

    if (end == NULL || strncmp(line, word, size) != 0)
        return NULL;
    *end = '\0';
    *at = end + 1;
    return line + size;
}

static bool take_number(char **at, const char *word, int64_t *out)
{
    char *value = take_line(at, word), *end;

    if (value == NULL)
        return false;
    errno = 0;
    *out = strtoll(value, &end, 10);
    return errno == 0 && end != value && *end == '\0';
}

static bool take_hash(char **at, const char *word, struct mu_hash *out)
{
    const char *value = take_line(at, word);

    return value != NULL && mu_unhex(value, out->b, sizeof out->b) == MU_OK;
}

static bool take_note(char *text, struct mu_backup_note *note)
{
    int64_t epoch, through;

    if (!take_hash(&text, "log ", &note->log) || !take_number(&text, "epoch ", &epoch) ||
        !take_number(&text, "through ", &through) || !take_hash(&text, "root ", &note->head.root) ||
        !take_number(&text, "at_ms ", &note->at_ms) || epoch < 0 || epoch > UINT32_MAX ||
        through < 0)
        return false;
    note->head.epoch = (uint32_t)epoch;
    note->head.size = (uint64_t)through;
    return true;
}

enum mu_err mu_backup_note_read(const char *dir, struct mu_backup_note *note)
{
    char path[PATH_MAX], text[NOTE_BYTES_MAX];
    FILE *file;

    if ((size_t)snprintf(path, sizeof path, "%s/" MU_BACKUP_NOTE, dir) >= sizeof path)
        return MU_E_ABSENT;
    if ((file = fopen(path, "re")) == NULL)
        return MU_E_ABSENT;
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return take_note(text, note) ? MU_OK : MU_E_CORRUPT;
}

/* ---- auditing a file ------------------------------------------------------------------------- */

static enum mu_err take_piece(void *user, const struct mu_piece *piece)
{
    return mu_piece_audit(user, piece);
}

static void note_found(mu_audit *audit, struct mu_backup_found *found)
{
    const struct mu_audit_report *report = mu_audit_report(audit);

    found->log = report->log;
    found->head = report->head;
    found->damage_count = report->damage_count;
    if (report->damage_count > 0)
        found->damage = report->damage[0];
}

static enum mu_err audit_file(const char *file, struct mu_backup_found *found)
{
    mu_audit *audit = NULL;
    enum mu_err err = mu_audit_new(&audit);

    if (err == MU_OK)
        err = mu_source_walk(file, take_piece, audit);
    if (err == MU_E_CORRUPT) {
        mu_audit_cut(audit, 0);
        err = MU_OK;
    }
    if (err == MU_OK) {
        note_found(audit, found);
        err = found->damage_count > 0 ? MU_E_PROOF : MU_OK;
    }
    mu_audit_free(&audit);
    return err;
}

/* ---- backup ---------------------------------------------------------------------------------- */

/* What was said may be for few to read: nobody else gets at the file while it grows either. */
static FILE *open_part(const char *part)
{
    int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    FILE *file = fd >= 0 ? fdopen(fd, "wb") : NULL;

    if (fd >= 0 && file == NULL)
        close(fd);
    return file;
}

static enum mu_err write_part(const struct mu_backup *backup, const char *part)
{
    struct mu_export out = {.buffer = malloc(MU_EXPORT_RECORD_MAX)};
    enum mu_err err = out.buffer != NULL ? MU_OK : MU_E_NO_MEMORY;

    if (err == MU_OK && (out.file = open_part(part)) == NULL)
        err = MU_E_SYSTEM;
    if (err == MU_OK)
        err = mu_source_walk(backup->dir, mu_export_take, &out);
    if (err == MU_OK && fsync(fileno(out.file)) != 0)
        err = MU_E_IO;
    if (out.file != NULL && fclose(out.file) != 0 && err == MU_OK)
        err = MU_E_IO;
    free(out.buffer);
    return err;
}

static enum mu_err sync_folder_of(const char *file)
{
    char copy[PATH_MAX];
    int fd, rc;

    snprintf(copy, sizeof copy, "%s", file);
    fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    rc = fd >= 0 ? fsync(fd) : -1;
    if (fd >= 0)
        close(fd);
    return rc == 0 ? MU_OK : MU_E_SYSTEM;
}

/* The name appears only on a file that was read back and found whole. */
static enum mu_err write_file(const struct mu_backup *backup, struct mu_backup_found *found)
{
    char part[PATH_MAX];
    enum mu_err err;

    if ((size_t)snprintf(part, sizeof part, "%s.part", backup->file) >= sizeof part)
        return MU_E_LIMIT;
    if ((err = write_part(backup, part)) == MU_OK)
        err = audit_file(part, found);
    if (err == MU_OK && rename(part, backup->file) != 0)
        err = MU_E_SYSTEM;
    if (err != MU_OK) {
        (void)unlink(part);
        return err;
    }
    return sync_folder_of(backup->file);
}

enum mu_err mu_backup(const struct mu_backup *backup, struct mu_backup_found *found)
{
    struct mu_backup_note note = {.at_ms = backup->now_ms};
    enum mu_err err = write_file(backup, found);

    if (err == MU_OK && backup->keys != NULL)
        err = mu_keys_save(backup->dir, backup->keys);
    if (err != MU_OK)
        return err;
    note.log = found->log;
    note.head = found->head;
    return mu_backup_note_write(backup->dir, &note);
}

/* ---- restore --------------------------------------------------------------------------------- */

static enum mu_err rebuild(const struct mu_backup *backup, bool check,
                           const struct mu_backup_found *found)
{
    mu_rebuild *r = NULL;
    enum mu_err err = mu_rebuild_open(backup->dir, &r);

    if (err == MU_OK)
        err = mu_source_walk(backup->file, mu_rebuild_take, r);
    if (err == MU_OK)
        err = mu_rebuild_finish(r, &found->head);
    if (err == MU_OK && !check)
        err = mu_rebuild_place(r);
    mu_rebuild_close(&r);
    return err;
}

/* A broker without these cannot serve this record: agents know its keys. */
static void find_missing(const char *dir, struct mu_backup_found *found)
{
    static const char *const needed[] = {"log.key", "broker.curve"};
    struct mu_text text = mu_text(found->missing, sizeof found->missing);
    char path[PATH_MAX];

    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        if ((size_t)snprintf(path, sizeof path, "%s/%s", dir, needed[i]) < sizeof path &&
            access(path, R_OK) == 0)
            continue;
        mu_text_addf(&text, "%s%s", text.used > 0 ? ", " : "", needed[i]);
    }
}

/* A directory made for a check goes again; one that was there stays. */
enum mu_err mu_restore(const struct mu_backup *backup, bool check, struct mu_backup_found *found)
{
    bool made;
    enum mu_err err = audit_file(backup->file, found);

    if (err != MU_OK)
        return err;
    made = mkdir(backup->dir, 0700) == 0;
    if (!made && errno != EEXIST)
        return MU_E_SYSTEM;
    err = rebuild(backup, check, found);
    if (err == MU_OK && !check && backup->keys != NULL)
        err = mu_keys_put_back(backup->keys, backup->dir);
    if (made && (check || err != MU_OK))
        (void)rmdir(backup->dir);
    find_missing(backup->dir, found);
    return err;
}
