#include "broker/daemon/epoch.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "broker/daemon/backup.h"

#define TELL_EVERY_MS 60000

/* ---- telling --------------------------------------------------------------------------------- */

static void tell_held(const struct mu_daemon *d, const struct mu_peer *peer,
                      const struct mu_desk_held *held)
{
    const struct mu_member *member = mu_roster_member(mu_desk_roster(d->desk), &peer->seat.agent);
    const char *agency = member != NULL ? member->agency : "?";
    char agent[33];

    mu_hex(peer->seat.agent.b, sizeof peer->seat.agent.b, agent);
    if (held->proved)
        mu_tell("THIS RECORD WAS RESTORED: agent %s (%s) proves %" PRIu64
                " entries of epoch %u; what was lost is taken back from those who kept it",
                agent, agency, held->head.size, held->head.epoch);
    else
        mu_tell("agent %s (%s) claims a record of %" PRIu64
                " entries of epoch %u that does not fit this one, without a checkpoint of ours: "
                "nothing follows from it",
                agent, agency, held->head.size, held->head.epoch);
}

void mu_epoch_tell(struct mu_daemon *d, const struct mu_peer *peer, const struct mu_desk_held *held)
{
    int64_t *told = &d->told_foreign_ms[held->proved];

    if (!held->foreign || (*told != 0 && d->now.machine_ms - *told < TELL_EVERY_MS))
        return;
    *told = d->now.machine_ms;
    tell_held(d, peer, held);
}

/* ---- the first turn -------------------------------------------------------------------------- */

enum mu_err mu_epoch_open(struct mu_daemon *d)
{
    struct mu_desk_time time = {mu_broker_clock_at(&d->clock, &d->now), d->now.machine_ms};
    enum mu_err err = mu_log_restored(d->log);

    if (err != MU_OK)
        return err == MU_E_ABSENT ? MU_OK : err;
    if ((err = mu_desk_turn_begin(d->desk, &time)) != MU_OK ||
        (err = mu_desk_turn_end(d->desk)) != MU_OK)
        return err;
    d->note = mu_desk_note(d->desk, &d->head);
    if (mu_log_restored(d->log) != MU_E_ABSENT)
        return MU_E_FULL;
    mu_tell("this record was restored from a backup: epoch %u begins with entry %" PRIu64
            "; what was said after the backup is taken back from those who kept it",
            d->head.epoch, d->head.size);
    return MU_OK;
}

/* ---- the last backup ------------------------------------------------------------------------- */

/* A note of another record, or of one that has since been restored to something else, says nothing. */
static bool is_of_this(struct mu_daemon *d, const struct mu_backup_note *note)
{
    struct mu_hash root;
    mu_view *view = NULL;
    bool same;

    if (!mu_hash_equal(&note->log, mu_log_id(d->log)) || note->head.size == 0 ||
        note->head.size > d->head.size || mu_view_open(d->log, &view) != MU_OK)
        return false;
    same = mu_root_at(mu_view_node, view, note->head.size, &root) == MU_OK &&
           mu_hash_equal(&root, &note->head.root);
    mu_view_close(&view);
    return same;
}

void mu_backup_look(struct mu_daemon *d)
{
    struct mu_backup_note note;
    struct stat about;
    char path[4096];
    int64_t modified_ns;

    if ((size_t)snprintf(path, sizeof path, "%s/" MU_BACKUP_NOTE, d->dir) >= sizeof path ||
        stat(path, &about) != 0)
        return;
    modified_ns = (int64_t)about.st_mtim.tv_sec * 1000000000 + about.st_mtim.tv_nsec;
    if (modified_ns == d->backup.modified_ns)
        return;
    d->backup.modified_ns = modified_ns;
    d->backup.through = 0;
    if (mu_backup_note_read(d->dir, &note) == MU_OK && is_of_this(d, &note))
        d->backup.through = note.head.size;
}
