#include "broker/log/rebuild.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/sign/digest.h"
#include "proto/wire/event.h"

/* The record grows in a directory of its own, under a name no broker looks for. */
#define BESIDE "restoring"
/* One commit for so much: a sync for each turn there once was would take hours. */
#define TURN_BYTES ((size_t)2 * 1024 * 1024)

struct mu_rebuild {
    char dir[PATH_MAX];    /* where the record goes */
    char beside[PATH_MAX]; /* where it grows */
    mu_log *log;
    bool in_turn;
    size_t turn_bytes;
    uint64_t next;
    uint32_t epoch;
    uint8_t seal[MU_SEAL_BYTES];
    mu_arena arena; /* the event being looked at */
    struct mu_item items[MU_BATCH_EVENTS_MAX];
    struct mu_verdict verdicts[MU_BATCH_EVENTS_MAX];
    char paths[MU_BATCH_EVENTS_MAX][MU_PATH_BYTES_MAX];
};

/* ---- the place ------------------------------------------------------------------------------- */

static bool join(char *out, const char *dir, const char *name)
{
    return (size_t)snprintf(out, PATH_MAX, "%s/%s", dir, name) < PATH_MAX;
}

/* Only what this file itself makes: two files in a folder in a folder. */
static void remove_beside(const char *beside)
{
    static const char *const names[] = {"log/data.mdb", "log/lock.mdb"};
    char path[PATH_MAX];

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (join(path, beside, names[i]))
            (void)unlink(path);
    if (join(path, beside, "log"))
        (void)rmdir(path);
    (void)rmdir(beside);
}

static enum mu_err make_place(mu_rebuild *r, const char *dir)
{
    char log[PATH_MAX];
    struct stat about;

    if ((size_t)snprintf(r->dir, sizeof r->dir, "%s", dir) >= sizeof r->dir ||
        !join(r->beside, dir, BESIDE) || !join(log, dir, "log"))
        return MU_E_LIMIT;
    if (stat(log, &about) == 0)
        return MU_E_EXISTS;
    remove_beside(r->beside);
    return mkdir(r->beside, 0700) == 0 ? MU_OK : MU_E_SYSTEM;
}

enum mu_err mu_rebuild_open(const char *dir, mu_rebuild **out)
{
    mu_rebuild *r = calloc(1, sizeof *r);
    enum mu_err err;

    *out = NULL;
    if (r == NULL)
        return MU_E_NO_MEMORY;
    r->next = 1;
    r->arena = mu_arena_make(0);
    if ((err = make_place(r, dir)) != MU_OK) {
        r->beside[0] = '\0'; /* not ours */
        mu_rebuild_close(&r);
    }
    *out = r;
    return err;
}

void mu_rebuild_close(mu_rebuild **rebuild)
{
    mu_rebuild *r = *rebuild;

    *rebuild = NULL;
    if (r == NULL)
        return;
    mu_log_close(&r->log);
    if (r->beside[0] != '\0')
        remove_beside(r->beside);
    mu_arena_free(&r->arena);
    free(r);
}

/* ---- turns ----------------------------------------------------------------------------------- */

static enum mu_err begin_turn(mu_rebuild *r)
{
    enum mu_err err;

    if (r->in_turn)
        return MU_OK;
    err = mu_log_turn_begin(r->log);
    r->in_turn = err == MU_OK;
    r->turn_bytes = 0;
    return err;
}

static enum mu_err end_turn(mu_rebuild *r)
{
    if (!r->in_turn)
        return MU_OK;
    r->in_turn = false;
    return mu_log_turn_commit(r->log);
}

/* ---- a batch as it was ----------------------------------------------------------------------- */

static struct mu_hash leaf_of(const struct mu_seal *seal, const struct mu_audit_item *item,
                              uint32_t index, const struct mu_hash *previous)
{
    struct mu_author author = {.origin = seal->origin,
                               .agent = seal->agent,
                               .instance = seal->instance,
                               .lane = seal->lane,
                               .sequence = seal->first_sequence + index,
                               .previous = *previous,
                               .committed = item->committed};

    if (item->code != 0)
        return item->leaf;
    mu_sha256(item->body.data, item->body.size, &author.body);
    return mu_author_leaf(&author);
}

static void copy_path(char out[MU_PATH_BYTES_MAX], struct mu_bytes path)
{
    size_t size = path.size < MU_PATH_BYTES_MAX ? path.size : MU_PATH_BYTES_MAX - 1;

    if (size > 0)
        memcpy(out, path.data, size);
    out[size] = '\0';
}

static struct mu_batch make_batch(mu_rebuild *r, const struct mu_audit_batch *from)
{
    struct mu_batch batch = {.seal = from->seal, .items = r->items};
    struct mu_writer w = mu_writer(r->seal, sizeof r->seal);
    const struct mu_hash *previous = &from->seal.previous;

    mu_seal_write(&w, &from->seal);
    MU_CHECK(mu_writer_ok(&w));
    batch.seal_bytes = mu_written(&w);
    for (uint32_t i = 0; i < from->seal.count; i++) {
        const struct mu_audit_item *item = &from->items[i];

        r->items[i] = (struct mu_item){.body = item->body,
                                       .has_private = item->has_private,
                                       .committed = item->committed,
                                       .leaf = leaf_of(&from->seal, item, i, previous)};
        previous = &r->items[i].leaf;
        copy_path(r->paths[i], item->path);
        r->verdicts[i] = (struct mu_verdict){item->code, item->code != 0 ? r->paths[i] : NULL};
    }
    return batch;
}

/* ---- what follows from an entry -------------------------------------------------------------- */

static enum mu_err take_finding(mu_rebuild *r, const struct mu_seal *seal,
                                const Muster__Finding *finding)
{
    struct mu_hash subject;

    if (!finding->has_wake_at_ms || finding->wake_at_ms <= 0 ||
        finding->finding_id.len != sizeof subject.b)
        return MU_OK;
    memcpy(subject.b, finding->finding_id.data, sizeof subject.b);
    return mu_log_turn_timer(r->log, finding->wake_at_ms, &seal->agent, &subject, true);
}

static enum mu_err take_tick(mu_rebuild *r, const Muster__Tick *tick)
{
    enum mu_err err = MU_OK;

    for (size_t i = 0; i < tick->n_wakes && err == MU_OK; i++) {
        const Muster__Wake *wake = tick->wakes[i];
        struct mu_agent_id asker;
        struct mu_hash subject;

        if (wake->finding_id.len != sizeof subject.b || wake->agent.len != sizeof asker.b ||
            wake->wake_at_ms < 0)
            continue;
        memcpy(subject.b, wake->finding_id.data, sizeof subject.b);
        memcpy(asker.b, wake->agent.data, sizeof asker.b);
        err = mu_log_turn_timer(r->log, wake->wake_at_ms, &asker, &subject, false);
    }
    return err;
}

static enum mu_err take_entry(mu_rebuild *r, const struct mu_seal *seal, uint64_t number,
                              struct mu_bytes body)
{
    const Muster__Event *event = NULL;
    struct mu_topic topic;
    struct mu_fault fault;

    if (mu_event_scan(body, &topic, &fault) != MU_OK)
        return MU_OK;
    if (mu_kind_is_roster(topic.kind))
        return mu_log_turn_roster(r->log, number);
    if (topic.kind != MUSTER__EVENT__BODY_FINDING && topic.kind != MUSTER__EVENT__BODY_TICK)
        return MU_OK;
    mu_arena_reset(&r->arena);
    r->arena.limit = mu_event_arena(body.size).limit;
    if (mu_event_unpack(body, &r->arena, &event, &fault) != MU_OK)
        return MU_OK;
    return topic.kind == MUSTER__EVENT__BODY_TICK ? take_tick(r, event->tick)
                                                  : take_finding(r, seal, event->finding);
}

/* What the entry says of the epoch it begins, or of the one that is. */
static enum mu_err take_epoch(mu_rebuild *r, const struct mu_audit_batch *batch)
{
    struct mu_epoch epoch = {.epoch = batch->epoch, .first = batch->first_number};
    const struct mu_audit_item *item = &batch->items[0];
    const Muster__Event *event = NULL;
    struct mu_topic topic;
    struct mu_fault fault;
    bool says = item->code == 0 && mu_event_scan(item->body, &topic, &fault) == MU_OK &&
                topic.kind == MUSTER__EVENT__BODY_EPOCH;

    if (!says)
        return batch->epoch == r->epoch ? MU_OK : MU_E_CORRUPT;
    mu_arena_reset(&r->arena);
    r->arena.limit = mu_event_arena(item->body.size).limit;
    if (mu_event_unpack(item->body, &r->arena, &event, &fault) != MU_OK)
        return MU_E_CORRUPT;
    epoch.common = event->epoch->has_common ? event->epoch->common : 0;
    epoch.known = event->epoch->has_foreign_size ? event->epoch->foreign_size : 0;
    if (batch->epoch == r->epoch && !event->epoch->has_foreign_size)
        return MU_OK;
    r->epoch = batch->epoch;
    return mu_log_turn_epoch(r->log, &epoch);
}

/* ---- pieces ---------------------------------------------------------------------------------- */

static enum mu_err take_genesis(mu_rebuild *r, const struct mu_audit_batch *from)
{
    struct mu_batch batch = make_batch(r, from);
    enum mu_err err = mu_log_create(r->beside, &batch, from->accepted_at_ms, from->judge_version);

    r->next = 2;
    r->epoch = from->epoch;
    return err == MU_OK ? mu_log_open(r->beside, NULL, &r->log) : err;
}

static enum mu_err write_batch(mu_rebuild *r, const struct mu_audit_batch *from)
{
    struct mu_batch batch = make_batch(r, from);
    uint64_t first = 0;
    enum mu_err err;

    mu_log_turn_leap(r->log); /* what is missing before it in its lane was missing there */
    err = mu_log_turn_batch(r->log, &batch, from->accepted_at_ms, from->judge_version, r->verdicts,
                            &first);
    for (uint32_t i = 0; i < from->seal.count && err == MU_OK; i++) {
        r->turn_bytes += from->items[i].body.size + 64;
        if (from->items[i].code == 0)
            err = take_entry(r, &from->seal, first + i, from->items[i].body);
    }
    r->turn_bytes += MU_SEAL_BYTES;
    return err;
}

static enum mu_err take_batch(mu_rebuild *r, const struct mu_audit_batch *from)
{
    enum mu_err err;

    if (from->first_number != r->next)
        return MU_E_CORRUPT;
    if (from->first_number == 1)
        return take_genesis(r, from);
    if ((err = begin_turn(r)) != MU_OK || (err = take_epoch(r, from)) != MU_OK ||
        (err = write_batch(r, from)) != MU_OK)
        return err;
    r->next += from->seal.count;
    return r->turn_bytes >= TURN_BYTES ? end_turn(r) : MU_OK;
}

enum mu_err mu_rebuild_take(void *user, const struct mu_piece *piece)
{
    mu_rebuild *r = user;
    enum mu_err err;

    switch (piece->kind) {
    case MU_PIECE_BATCH:
        return take_batch(r, &piece->batch);
    case MU_PIECE_CHECKPOINT:
        if (r->log == NULL)
            return MU_E_CORRUPT;
        err = begin_turn(r);
        return err == MU_OK ? mu_log_turn_checkpoint(r->log, piece->size, piece->note) : err;
    case MU_PIECE_HOLE:
        return MU_E_CORRUPT;
    case MU_PIECE_END:
        return piece->size == r->next - 1 ? MU_OK : MU_E_CORRUPT;
    }
    return MU_E_CORRUPT;
}

enum mu_err mu_rebuild_finish(mu_rebuild *r, const struct mu_head *wanted)
{
    struct mu_head head;
    enum mu_err err;

    if (r->log == NULL)
        return MU_E_CORRUPT;
    if ((err = begin_turn(r)) != MU_OK || (err = mu_log_turn_restored(r->log, true)) != MU_OK ||
        (err = end_turn(r)) != MU_OK)
        return err;
    mu_log_head(r->log, &head);
    return head.size == wanted->size && head.epoch == wanted->epoch &&
                   mu_hash_equal(&head.root, &wanted->root)
               ? MU_OK
               : MU_E_CORRUPT;
}

static enum mu_err sync_dir(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = fd >= 0 ? fsync(fd) : -1;

    if (fd >= 0)
        close(fd);
    return rc == 0 ? MU_OK : MU_E_SYSTEM;
}

enum mu_err mu_rebuild_place(mu_rebuild *r)
{
    char from[PATH_MAX], to[PATH_MAX];

    mu_log_close(&r->log);
    if (!join(from, r->beside, "log") || !join(to, r->dir, "log"))
        return MU_E_LIMIT;
    if (rename(from, to) != 0)
        return errno == ENOTEMPTY || errno == EEXIST ? MU_E_EXISTS : MU_E_SYSTEM;
    return sync_dir(r->dir);
}
