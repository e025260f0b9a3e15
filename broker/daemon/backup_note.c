#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "broker/daemon/backup.h"
#include "broker/daemon/keyfile.h"

enum mu_err mu_backup_note_write(const char *dir, const struct mu_backup_note *note)
{
    char text[512], log[65], root[65];

    mu_hex(note->log.b, 32, log);
    mu_hex(note->head.root.b, 32, root);
    snprintf(text, sizeof text,
             "log %s\nepoch %" PRIu32 "\nthrough %" PRIu64 "\nroot %s\nat_ms %" PRId64 "\n", log,
             note->head.epoch, note->head.size, root, note->at_ms);
    return mu_file_write(dir, MU_BACKUP_NOTE, text);
}

enum mu_err mu_backup_note_read(const char *dir, struct mu_backup_note *note)
{
    char path[4096], log[65], root[65];
    FILE *file;
    int got;

    if ((size_t)snprintf(path, sizeof path, "%s/" MU_BACKUP_NOTE, dir) >= sizeof path)
        return MU_E_ABSENT;
    if ((file = fopen(path, "re")) == NULL)
        return MU_E_ABSENT;
    got = fscanf(file,
                 "log %64[0-9a-f] epoch %" SCNu32 " through %" SCNu64
                 " root %64[0-9a-f] at_ms %" SCNd64,
                 log, &note->head.epoch, &note->head.size, root, &note->at_ms);
    fclose(file);
    if (got != 5 || mu_unhex(log, note->log.b, 32) != MU_OK ||
        mu_unhex(root, note->head.root.b, 32) != MU_OK)
        return MU_E_CORRUPT;
    return MU_OK;
}
