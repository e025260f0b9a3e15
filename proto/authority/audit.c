/* The walk keeps four things: the roster (who could sign), the trunk of the tree (what the head must
 * be), the lanes (what an author's next batch must go on from), and the damage.
 *
 * A batch is proven when its author is enrolled, his seal fits, and the bodies lead to the root he
 * sealed. Then a stored log leaf that differs says that something about its acceptance was changed,
 * or the leaf itself. When it is not proven, the first of these names the damage: author, seal, leaf.
 *
 * After damage the walk goes on with the leaf the record had stored, so that one bad entry is named
 * once and does not make everything after it look bad. Where leaves are missing the tree is lost:
 * later checkpoints are then read for their signature and size only.
 */
#include "proto/authority/audit_inside.h"

#include <stdlib.h>

#include "proto/sign/digest.h"

enum mu_err mu_audit_new(mu_audit **out)
{
    mu_audit *audit = calloc(1, sizeof *audit);
    enum mu_err err = MU_E_NO_MEMORY;

    *out = NULL;
    if (audit == NULL)
        return err;
    audit->leaves = calloc(MU_BATCH_EVENTS_MAX, sizeof *audit->leaves);
    if (audit->leaves == NULL || (err = mu_lanes_make(&audit->lanes)) != MU_OK ||
        (err = mu_roster_new(&audit->roster)) != MU_OK) {
        mu_audit_free(&audit);
        return err;
    }
    *out = audit;
    return MU_OK;
}

void mu_audit_free(mu_audit **audit)
{
    if (*audit == NULL)
        return;
    mu_roster_free(&(*audit)->roster);
    mu_verifier_close(&(*audit)->log_key);
    mu_lanes_free(&(*audit)->lanes);
    mu_breaks_free(&(*audit)->breaks);
    mu_witnesses_free(&(*audit)->witnesses);
    free((*audit)->signers);
    free((*audit)->leaves);
    free(*audit);
    *audit = NULL;
}

void mu_audit_tell(mu_audit *audit, mu_audit_entry_fn *tell, void *user)
{
    audit->tell = tell;
    audit->user = user;
}

/* ---- leaves -------------------------------------------------------------------------------- */

static struct mu_hash author_leaf(const struct mu_audit_batch *batch, size_t index,
                                  const struct mu_hash *previous)
{
    const struct mu_audit_item *item = &batch->items[index];
    struct mu_author author = {
        .origin = batch->seal.origin,
        .agent = batch->seal.agent,
        .instance = batch->seal.instance,
        .lane = batch->seal.lane,
        .sequence = batch->seal.first_sequence + index,
        .previous = *previous,
        .committed = item->committed,
    };

    if (item->code != 0)
        return item->leaf;
    mu_sha256(item->body.data, item->body.size, &author.body);
    return mu_author_leaf(&author);
}

static struct mu_hash log_leaf(const struct mu_audit_batch *batch, uint64_t number, size_t index,
                               const struct mu_hash *leaf)
{
    struct mu_record record = {.epoch = batch->epoch,
                               .number = number,
                               .accepted_at_ms = batch->accepted_at_ms,
                               .code = batch->items[index].code,
                               .judge_version = batch->judge_version,
                               .author_leaf = *leaf};

    return mu_log_leaf(&record);
}

/* Compute the author leaves, compare each log leaf with the stored one, extend the tree. Entries
 * after the first that differs may differ only because they are chained to it. */
static void walk_leaves(mu_audit *audit, struct mu_audit_step *step)
{
    const struct mu_audit_batch *batch = step->batch;
    const struct mu_hash *previous = &batch->seal.previous, *stored = batch->stored_leaves;

    step->bad = batch->seal.count;
    step->leaves = audit->leaves;
    for (uint32_t i = 0; i < batch->seal.count; i++) {
        struct mu_hash leaf;

        audit->leaves[i] = author_leaf(batch, i, previous);
        previous = &audit->leaves[i];
        leaf = log_leaf(batch, step->first + i, i, previous);
        if (stored != NULL && step->bad > i && !mu_hash_equal(&leaf, &stored[i]))
            step->bad = i;
        if (step->in_place) {
            mu_trunk_add(&audit->trunk, &leaf, stored == NULL ? NULL : &stored[i]);
            mu_delivered_add(&audit->witnesses.all, stored == NULL ? &leaf : &stored[i]);
        }
    }
}

/* ---- place --------------------------------------------------------------------------------- */

static bool stored_as(const struct mu_audit_batch *batch, uint64_t number)
{
    struct mu_hash leaf = author_leaf(batch, 0, &batch->seal.previous);

    leaf = log_leaf(batch, number, 0, &leaf);
    return batch->stored_leaves != NULL && mu_hash_equal(&leaf, &batch->stored_leaves[0]);
}

/* Another number than the next: either the number was changed, which the stored leaf tells, or entries
 * before it are missing, or it stands behind its place. */
static void find_place(mu_audit *audit, struct mu_audit_step *step)
{
    const struct mu_audit_batch *batch = step->batch;
    uint64_t next = mu_audit_next(audit);
    bool possible = batch->first_number != 0 && batch->first_number < UINT64_MAX / 2;

    mu_audit_take_back_cut(audit, batch->first_number);
    step->in_place = true;
    step->first = next;
    if (batch->first_number != next && (!possible || stored_as(batch, next))) {
        mu_audit_blame(audit, MU_DAMAGE_BYTES, next, next);
    } else if (batch->first_number > next) {
        step->first = batch->first_number;
        mu_audit_hole(audit, &(struct mu_audit_hole){.kind = MU_DAMAGE_MISSING,
                                                     .first = next,
                                                     .last = step->first - 1});
    } else if (batch->first_number < next) {
        step->first = batch->first_number;
        step->in_place = false;
    }
    step->last = step->first + batch->seal.count - 1;
    if (!step->in_place)
        mu_audit_blame_place(audit, step->first, step->last);
}

/* ---- the seal ------------------------------------------------------------------------------ */

static const mu_verifier *author_key(const mu_audit *audit, const struct mu_audit_step *step)
{
    const struct mu_seal *seal = &step->batch->seal;
    bool fits = step->first == 1 ? mu_hash_is_none(&seal->origin)
                                 : mu_hash_equal(&seal->origin, &audit->report.log);

    return fits ? mu_roster_verifier(audit->roster, &seal->agent) : NULL;
}

static void prove(const mu_audit *audit, struct mu_audit_step *step)
{
    const struct mu_seal *seal = &step->batch->seal;
    const mu_verifier *key = author_key(audit, step);
    struct mu_hash root;

    step->known = key != NULL;
    step->sealed = step->known && mu_seal_check(seal, key) == MU_OK;
    if (!step->sealed)
        return;
    mu_tree_root(step->leaves, seal->count, &root);
    step->proven = mu_hash_equal(&root, &seal->root);
}

static void name_damage(mu_audit *audit, const struct mu_audit_step *step)
{
    bool leaves_fit = step->bad == step->batch->seal.count;

    if (!step->known)
        mu_audit_blame(audit, MU_DAMAGE_AUTHOR, step->first, step->last);
    else if (!step->sealed || (!step->proven && leaves_fit))
        mu_audit_blame(audit, MU_DAMAGE_SEAL, step->first, step->last);
    else if (!leaves_fit)
        mu_audit_blame(audit, MU_DAMAGE_BYTES, step->first + step->bad, step->first + step->bad);
}

/* ---- time and lanes ------------------------------------------------------------------------ */

/* A time is believed only when a leaf binds it. */
static void check_time(mu_audit *audit, const struct mu_audit_step *step)
{
    if (step->bad != step->batch->seal.count)
        return;
    if (step->batch->accepted_at_ms < audit->last_accepted_ms)
        mu_audit_blame(audit, MU_DAMAGE_TIME, step->first, step->last);
    audit->last_accepted_ms = step->batch->accepted_at_ms;
}

static enum mu_err count_signer(mu_audit *audit, const struct mu_agent_id *agent)
{
    struct mu_agent_id *more;

    /* The one who spoke last is likely to go on. */
    for (size_t i = audit->signer_count; i-- > 0;)
        if (mu_agent_id_equal(&audit->signers[i], agent))
            return MU_OK;
    more = realloc(audit->signers, (audit->signer_count + 1) * sizeof *more);
    if (more == NULL)
        return MU_E_NO_MEMORY;
    more[audit->signer_count++] = *agent;
    audit->signers = more;
    audit->report.signers = audit->signer_count;
    return MU_OK;
}

/* A seal that does not fit may name any lane: it moves none, and is a gap in the one it was of. */
static enum mu_err follow_lane(mu_audit *audit, const struct mu_audit_step *step, bool returned)
{
    const struct mu_seal *seal = &step->batch->seal;
    const struct mu_hash *last_leaf = step->proven ? &step->leaves[seal->count - 1] : NULL;
    bool continues = true;
    enum mu_err err;

    if (!step->sealed) {
        audit->gaps = true;
        return MU_OK;
    }
    err = mu_lanes_continue(&audit->lanes, seal, last_leaf, audit->gaps || returned, &continues);
    if (err == MU_OK && !continues)
        mu_audit_blame(audit, MU_DAMAGE_CHAIN, step->first, step->last);
    return err == MU_OK ? count_signer(audit, &seal->agent) : err;
}

/* ---- witnesses ----------------------------------------------------------------------------- */

/* Where the tree is lost nothing later can be told. */
static enum mu_err note_root(mu_audit *audit, uint32_t epoch)
{
    return audit->trunk.lost ? MU_OK
                             : mu_witnesses_grow(&audit->witnesses, epoch, &audit->trunk.edge);
}

static void check_seen(mu_audit *audit, const struct mu_audit_step *step)
{
    if (step->sealed && mu_roots_ask(&audit->witnesses.roots, &step->batch->seal.seen,
                                     step->first) == MU_PAST_OTHER)
        mu_audit_blame(audit, MU_DAMAGE_SPLIT, step->first, step->last);
}

/* ---- a batch ------------------------------------------------------------------------------- */

enum mu_err mu_audit_batch(mu_audit *audit, const struct mu_audit_batch *batch)
{
    struct mu_audit_step step = {.batch = batch};
    uint64_t blames = audit->blames;
    bool genesis, returned = false;
    enum mu_err err = MU_OK;

    MU_CHECK(batch->seal.count >= 1 && batch->seal.count <= MU_BATCH_EVENTS_MAX);
    find_place(audit, &step);
    genesis = step.first == 1 && step.in_place;
    mu_audit_note_before(audit, &step);
    walk_leaves(audit, &step);
    if (genesis)
        err = mu_audit_take_genesis(audit, &step);
    if (err != MU_OK)
        return err;
    prove(audit, &step);
    name_damage(audit, &step);
    if (genesis)
        mu_audit_judge_genesis(audit, &step);
    if (step.in_place) {
        check_time(audit, &step);
        err = mu_audit_judge_epoch(audit, &step, audit->blames == blames, &returned);
        if (err == MU_OK)
            err = follow_lane(audit, &step, returned);
        check_seen(audit, &step);
        if (err == MU_OK)
            err = note_root(audit, batch->epoch);
        audit->report.head.epoch = batch->epoch;
    }
    if (batch->altered && audit->blames == blames)
        mu_audit_blame(audit, MU_DAMAGE_BYTES, step.first, step.last);
    audit->report.batches++;
    return err == MU_OK ? mu_audit_take_words(audit, &step) : err;
}

/* Where batches end in a hole is not known: any of its sizes may have been signed. What does not fit in
 * memory is not compared. */
static void add_leaf(mu_audit *audit, const struct mu_hash *leaf)
{
    mu_trunk_add(&audit->trunk, leaf, NULL);
    mu_delivered_add(&audit->witnesses.all, leaf);
    if (note_root(audit, audit->report.head.epoch) != MU_OK)
        audit->trunk.lost = true;
}

void mu_audit_hole(mu_audit *audit, const struct mu_audit_hole *hole)
{
    uint64_t next = mu_audit_next(audit);

    if (hole->blame_first != 0)
        mu_audit_blame(audit, hole->kind, hole->blame_first, hole->blame_last);
    else
        mu_audit_blame(audit, hole->kind, hole->first, hole->last);
    audit->gaps = true;
    if (hole->last < next)
        return;
    if (hole->leaves == NULL || hole->first != next)
        mu_trunk_skip(&audit->trunk, hole->last);
    else
        for (uint64_t n = 0; n <= hole->last - hole->first; n++)
            add_leaf(audit, &hole->leaves[n]);
}

/* ---- checkpoints and the end --------------------------------------------------------------- */

void mu_audit_checkpoint(mu_audit *audit, uint64_t size, struct mu_bytes note)
{
    struct mu_audit_report *report = &audit->report;
    uint64_t walked = audit->trunk.edge.size, to = size < walked ? size : walked;
    uint64_t from = report->checkpoint_at < to ? report->checkpoint_at + 1 : to;
    struct mu_head head;

    if (audit->log_key == NULL && report->damage_count > 0)
        return; /* without a genesis there is nothing to check it with, and that is named */
    if (audit->log_key == NULL ||
        mu_checkpoint_read(note, &report->log, audit->log_key, &audit->log_public, &head) !=
            MU_OK ||
        head.size != size) {
        mu_audit_blame(audit, MU_DAMAGE_CHECKPOINT, from, to);
    } else if (size > walked) {
        mu_audit_blame_cut(audit, size);
    } else if (audit->trunk.lost) {
        return;
    } else if (size != walked || head.epoch != audit->breaks.epoch ||
               !mu_trunk_fits(&audit->trunk, &head.root)) {
        mu_audit_blame(audit, MU_DAMAGE_CHECKPOINT, from, to);
        mu_roots_cut(&audit->witnesses.roots, report->checkpoint_at);
        audit->trunk.lost = size == walked;
    } else {
        report->checkpoints++;
        report->checkpoint_at = size;
    }
}

void mu_audit_cut(mu_audit *audit, uint64_t size)
{
    mu_audit_blame_cut(audit, size);
}

uint64_t mu_audit_next(const mu_audit *audit)
{
    return audit->trunk.edge.size + 1;
}

const struct mu_audit_report *mu_audit_report(mu_audit *audit)
{
    static const struct mu_hash none;
    struct mu_head *head = &audit->report.head;

    audit->report.receipts = audit->witnesses.receipts;
    audit->report.witnessed = mu_witnessed(&audit->witnesses);
    audit->report.breaks = &audit->breaks;
    head->size = audit->trunk.edge.size;
    head->root = none;
    if (!audit->trunk.lost)
        mu_edge_root(&audit->trunk.edge, &head->root);
    return &audit->report;
}

const mu_roster *mu_audit_roster(const mu_audit *audit)
{
    return audit->roster;
}
