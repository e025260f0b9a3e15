/* The walk keeps four things: the roster (who could sign), the right edge of the tree (what the head
 * must be), the last mark of every author's lane (what the next batch must continue), and the damage.
 *
 * After damage it goes on with the leaf the record had stored, so that one bad entry is named once
 * and does not make everything after it look bad; a record that stored no leaves loses that, and
 * its next checkpoint is reported as the range that does not fit.
 */
#include "proto/authority/audit.h"

#include <stdlib.h>

#include "proto/sign/digest.h"

struct lane_mark {
    struct mu_agent_id agent;
    uint64_t instance;
    uint8_t lane;
    uint64_t sequence; /* last one seen; 0: empty slot */
    struct mu_hash leaf;
};

struct mu_audit {
    mu_roster *roster;
    struct mu_edge edge;
    int64_t last_accepted_ms;
    struct lane_mark *marks; /* open hash table, power of two */
    size_t mark_room, mark_count;
    bool holes; /* something before here is missing, so a lane may continue from what is not seen */
    struct mu_agent_id *signers;
    size_t signer_count;
    struct mu_verifier *log_key;
    struct mu_public log_public;
    struct mu_audit_report report;
};

enum mu_err mu_audit_new(mu_audit **out)
{
    mu_audit *audit = calloc(1, sizeof *audit);
    enum mu_err err = MU_OK;

    if (audit == NULL)
        return MU_E_NO_MEMORY;
    audit->mark_room = 64;
    audit->marks = calloc(audit->mark_room, sizeof *audit->marks);
    err = audit->marks == NULL ? MU_E_NO_MEMORY : mu_roster_new(&audit->roster);
    if (err != MU_OK)
        mu_audit_free(&audit);
    *out = audit;
    return err;
}

void mu_audit_free(mu_audit **audit)
{
    if (*audit == NULL)
        return;
    mu_roster_free(&(*audit)->roster);
    mu_verifier_close(&(*audit)->log_key);
    free((*audit)->marks);
    free((*audit)->signers);
    free(*audit);
    *audit = NULL;
}

static void add_damage(mu_audit *audit, enum mu_damage_kind kind, uint64_t first, uint64_t last)
{
    struct mu_audit_report *report = &audit->report;

    if (report->damage_count < MU_DAMAGE_MAX)
        report->damage[report->damage_count] = (struct mu_damage){kind, first, last};
    report->damage_count++;
}

/* ---- author lanes -------------------------------------------------------------------------- */

static struct lane_mark *find_mark(struct lane_mark *marks, size_t room, const struct mu_seal *seal)
{
    uint64_t hash = mu_get_u64(seal->agent.b) ^ (seal->instance * 0x9E3779B97F4A7C15u) ^ seal->lane;
    size_t at = (size_t)(hash & (room - 1));

    while (marks[at].sequence != 0) {
        if (marks[at].instance == seal->instance && marks[at].lane == seal->lane &&
            mu_agent_id_equal(&marks[at].agent, &seal->agent))
            break;
        at = (at + 1) & (room - 1);
    }
    return &marks[at];
}

static enum mu_err grow_marks(mu_audit *audit)
{
    size_t room = audit->mark_room * 2;
    struct lane_mark *marks = calloc(room, sizeof *marks);

    if (marks == NULL)
        return MU_E_NO_MEMORY;
    for (size_t i = 0; i < audit->mark_room; i++) {
        const struct lane_mark *old = &audit->marks[i];
        struct mu_seal key = {.agent = old->agent, .instance = old->instance, .lane = old->lane};

        if (old->sequence != 0)
            *find_mark(marks, room, &key) = *old;
    }
    free(audit->marks);
    audit->marks = marks;
    audit->mark_room = room;
    return MU_OK;
}

/* Whether the batch continues its author's lane; the lane goes on from it either way. */
static enum mu_err continue_lane(mu_audit *audit, const struct mu_seal *seal,
                                 const struct mu_hash *last_leaf, bool *continues)
{
    struct lane_mark *mark;

    if (audit->mark_count * 2 >= audit->mark_room && grow_marks(audit) != MU_OK)
        return MU_E_NO_MEMORY;
    mark = find_mark(audit->marks, audit->mark_room, seal);
    *continues = (seal->first_sequence == mark->sequence + 1 &&
                  mu_hash_equal(&seal->previous, &mark->leaf)) ||
                 (audit->holes && seal->first_sequence > mark->sequence + 1);
    if (mark->sequence == 0)
        audit->mark_count++;
    *mark = (struct lane_mark){.agent = seal->agent,
                               .instance = seal->instance,
                               .lane = seal->lane,
                               .sequence = seal->first_sequence + seal->count - 1,
                               .leaf = *last_leaf};
    return MU_OK;
}

static enum mu_err count_signer(mu_audit *audit, const struct mu_agent_id *agent)
{
    struct mu_agent_id *more;

    for (size_t i = 0; i < audit->signer_count; i++)
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

/* Compute the author leaves, compare each log leaf with the stored one, extend the tree. The first
 * entry that differs is the damaged one; those after it differ only because they are chained. */
static void walk_leaves(mu_audit *audit, const struct mu_audit_batch *batch, struct mu_hash *leaves)
{
    struct mu_hash previous = batch->seal.previous;
    bool named = false;

    for (size_t i = 0; i < batch->seal.count; i++) {
        struct mu_record record = {.epoch = batch->epoch,
                                   .number = batch->first_number + i,
                                   .accepted_at_ms = batch->accepted_at_ms,
                                   .code = batch->items[i].code,
                                   .judge_version = batch->judge_version};
        struct mu_hash log_leaf;

        leaves[i] = author_leaf(batch, i, &previous);
        previous = leaves[i];
        record.author_leaf = leaves[i];
        log_leaf = mu_log_leaf(&record);
        if (batch->stored_leaves != NULL && !mu_hash_equal(&log_leaf, &batch->stored_leaves[i])) {
            if (!named)
                add_damage(audit, MU_DAMAGE_BYTES, record.number, record.number);
            named = true;
            log_leaf = batch->stored_leaves[i];
        }
        mu_edge_add(&audit->edge, &log_leaf);
        audit->report.refused += batch->items[i].code != 0;
    }
}

/* ---- authors ------------------------------------------------------------------------------- */

static enum mu_err fold_item(mu_audit *audit, const struct mu_audit_batch *batch, size_t index,
                             const struct mu_hash *leaf)
{
    struct mu_entry entry = {
        .epoch = batch->epoch,
        .number = batch->first_number + index,
        .accepted_at_ms = batch->accepted_at_ms,
        .judge_version = batch->judge_version,
        .agent = batch->seal.agent,
        .instance = batch->seal.instance,
        .lane = batch->seal.lane,
        .sequence = batch->seal.first_sequence + index,
        .leaf = *leaf,
        .body = batch->items[index].body,
        .path = "",
    };
    mu_arena arena = mu_event_arena(entry.body.size);
    struct mu_fault fault;
    enum mu_err err = mu_event_unpack(entry.body, &arena, &entry.event, &fault);

    if (err == MU_OK)
        err = mu_roster_fold(audit->roster, &entry);
    if (err != MU_OK && err != MU_E_NO_MEMORY) {
        add_damage(audit, MU_DAMAGE_BYTES, entry.number, entry.number);
        err = MU_OK;
    }
    mu_arena_free(&arena);
    return err;
}

static enum mu_err fold_roster(mu_audit *audit, const struct mu_audit_batch *batch,
                               const struct mu_hash *leaves)
{
    for (size_t i = 0; i < batch->seal.count; i++) {
        struct mu_topic topic;
        struct mu_fault fault;
        enum mu_err err;

        if (batch->items[i].code != 0)
            continue;
        err = mu_event_scan(batch->items[i].body, &topic, &fault);
        if (err == MU_OK && mu_kind_is_roster(topic.kind))
            err = fold_item(audit, batch, i, &leaves[i]);
        if (err == MU_E_NO_MEMORY)
            return err;
    }
    return MU_OK;
}

/* Entry 1 brings the keys that its own seal is checked with; its leaf is the log id. */
static enum mu_err take_genesis(mu_audit *audit, const struct mu_audit_batch *batch,
                                const struct mu_hash *leaves)
{
    const struct mu_genesis *genesis;
    enum mu_err err = fold_roster(audit, batch, leaves);

    genesis = err == MU_OK ? mu_roster_genesis(audit->roster) : NULL;
    audit->report.log = leaves[0];
    if (genesis == NULL)
        return err;
    audit->log_public = genesis->log_key;
    err = mu_verifier_open(&audit->log_public, &audit->log_key);
    return err == MU_E_NO_MEMORY ? err : MU_OK;
}

static bool author_known(const mu_audit *audit, const struct mu_seal *seal, bool is_genesis)
{
    if (is_genesis ? !mu_hash_is_none(&seal->origin)
                   : !mu_hash_equal(&seal->origin, &audit->report.log))
        return false;
    return mu_roster_verifier(audit->roster, &seal->agent) != NULL;
}

static void check_seal(mu_audit *audit, const struct mu_audit_batch *batch,
                       const struct mu_hash *leaves, size_t damage_before)
{
    uint64_t last = batch->first_number + batch->seal.count - 1;
    struct mu_hash root;

    if (!author_known(audit, &batch->seal, batch->first_number == 1)) {
        add_damage(audit, MU_DAMAGE_AUTHOR, batch->first_number, last);
        return;
    }
    mu_tree_root(leaves, batch->seal.count, &root);
    if (mu_seal_check(&batch->seal, mu_roster_verifier(audit->roster, &batch->seal.agent)) !=
            MU_OK ||
        (!mu_hash_equal(&root, &batch->seal.root) && audit->report.damage_count == damage_before))
        add_damage(audit, MU_DAMAGE_SEAL, batch->first_number, last);
}

/* Numbers stay right; the tree is lost, and the next checkpoint shows it. */
static void miss_entries(mu_audit *audit, uint64_t next)
{
    if (next <= audit->edge.size) {
        add_damage(audit, MU_DAMAGE_CHAIN, next, audit->edge.size);
        return;
    }
    add_damage(audit, MU_DAMAGE_MISSING, audit->edge.size + 1, next - 1);
    audit->holes = true;
    audit->edge = (struct mu_edge){.size = next - 1};
}

static enum mu_err audit_batch(mu_audit *audit, const struct mu_audit_batch *batch,
                               struct mu_hash *leaves)
{
    size_t damage_before = audit->report.damage_count;
    uint64_t last = batch->first_number + batch->seal.count - 1;
    bool continues = true;
    enum mu_err err = MU_OK;

    if (batch->first_number != audit->edge.size + 1)
        miss_entries(audit, batch->first_number);
    if (batch->accepted_at_ms < audit->last_accepted_ms)
        add_damage(audit, MU_DAMAGE_TIME, batch->first_number, last);
    audit->last_accepted_ms = batch->accepted_at_ms;
    walk_leaves(audit, batch, leaves);
    if (batch->first_number == 1)
        err = take_genesis(audit, batch, leaves);
    check_seal(audit, batch, leaves, damage_before);
    if (err == MU_OK)
        err = count_signer(audit, &batch->seal.agent);
    if (err == MU_OK)
        err = continue_lane(audit, &batch->seal, &leaves[batch->seal.count - 1], &continues);
    if (!continues && audit->report.damage_count == damage_before)
        add_damage(audit, MU_DAMAGE_CHAIN, batch->first_number, last);
    if (err == MU_OK && batch->first_number != 1)
        err = fold_roster(audit, batch, leaves);
    audit->report.batches++;
    return err;
}

enum mu_err mu_audit_batch(mu_audit *audit, const struct mu_audit_batch *batch)
{
    struct mu_hash *leaves = malloc(batch->seal.count * sizeof *leaves);
    enum mu_err err;

    if (leaves == NULL)
        return MU_E_NO_MEMORY;
    err = audit_batch(audit, batch, leaves);
    free(leaves);
    return err;
}

void mu_audit_unreadable(mu_audit *audit, uint64_t first, uint64_t last, uint64_t damaged,
                         const struct mu_hash *stored_leaves)
{
    static const struct mu_hash none;

    if (damaged != 0)
        add_damage(audit, MU_DAMAGE_BYTES, damaged, damaged);
    else
        add_damage(audit, MU_DAMAGE_BYTES, first, last);
    audit->holes = true;
    for (uint64_t n = first; n <= last; n++)
        mu_edge_add(&audit->edge, stored_leaves != NULL ? &stored_leaves[n - first] : &none);
}

void mu_audit_checkpoint(mu_audit *audit, uint64_t size, struct mu_bytes note)
{
    struct mu_audit_report *report = &audit->report;
    uint64_t from = report->checkpoint_at + 1;
    struct mu_head head;
    struct mu_hash root;

    if (audit->log_key == NULL ||
        mu_checkpoint_read(note, &report->log, audit->log_key, &audit->log_public, &head) !=
            MU_OK ||
        head.size != size) {
        add_damage(audit, MU_DAMAGE_CHECKPOINT, from, size);
        return;
    }
    mu_edge_root(&audit->edge, &root);
    if (head.size > audit->edge.size)
        add_damage(audit, MU_DAMAGE_CUT, audit->edge.size + 1, head.size);
    else if (head.size != audit->edge.size || !mu_hash_equal(&root, &head.root))
        add_damage(audit, MU_DAMAGE_CHECKPOINT, from, size);
    else {
        report->checkpoints++;
        report->checkpoint_at = size;
        report->head.epoch = head.epoch;
    }
}

void mu_audit_cut(mu_audit *audit, uint64_t size)
{
    uint64_t next = audit->edge.size + 1;

    add_damage(audit, MU_DAMAGE_CUT, next, size > next ? size : next);
}

uint64_t mu_audit_next(const mu_audit *audit)
{
    return audit->edge.size + 1;
}

const struct mu_audit_report *mu_audit_report(mu_audit *audit)
{
    audit->report.head.size = audit->edge.size;
    mu_edge_root(&audit->edge, &audit->report.head.root);
    return &audit->report;
}

const mu_roster *mu_audit_roster(const mu_audit *audit)
{
    return audit->roster;
}
