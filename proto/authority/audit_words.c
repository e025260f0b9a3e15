/* What proven entries say that the audit itself goes by: who may sign, where an epoch begins, what desks
 * are said to hold.
 */
#include "proto/authority/audit_inside.h"

/* ---- the roster ---------------------------------------------------------------------------- */

static struct mu_entry entry_of(const struct mu_audit_step *step, uint32_t index)
{
    const struct mu_audit_batch *batch = step->batch;

    return (struct mu_entry){
        .epoch = batch->epoch,
        .number = step->first + index,
        .accepted_at_ms = batch->accepted_at_ms,
        .code = batch->items[index].code,
        .judge_version = batch->judge_version,
        .agent = batch->seal.agent,
        .instance = batch->seal.instance,
        .lane = batch->seal.lane,
        .sequence = batch->seal.first_sequence + index,
        .leaf = step->leaves[index],
        .body = batch->items[index].body,
        .path = "",
    };
}

static enum mu_err fold_item(mu_audit *audit, const struct mu_audit_step *step, uint32_t index)
{
    struct mu_entry entry = entry_of(step, index);
    mu_arena arena = mu_event_arena(entry.body.size);
    struct mu_fault fault;
    enum mu_err err = mu_event_unpack(entry.body, &arena, &entry.event, &fault);

    if (err == MU_OK)
        err = mu_roster_fold(audit->roster, &entry);
    if (err != MU_OK && err != MU_E_NO_MEMORY) {
        mu_audit_blame(audit, MU_DAMAGE_BYTES, entry.number, entry.number);
        err = MU_OK;
    }
    mu_arena_free(&arena);
    return err;
}

/* Hands on the accepted events whose kind is wanted. */
static enum mu_err
each_wanted(mu_audit *audit, const struct mu_audit_step *step, bool (*wanted)(uint32_t kind),
            enum mu_err (*take)(mu_audit *audit, const struct mu_audit_step *step, uint32_t index))
{
    enum mu_err err = MU_OK;

    for (uint32_t i = 0; err == MU_OK && i < step->batch->seal.count; i++) {
        const struct mu_audit_item *item = &step->batch->items[i];
        struct mu_topic topic;
        struct mu_fault fault;

        if (item->code == 0 && mu_event_scan(item->body, &topic, &fault) == MU_OK &&
            wanted(topic.kind))
            err = take(audit, step, i);
    }
    return err;
}

static enum mu_err fold_roster(mu_audit *audit, const struct mu_audit_step *step)
{
    return each_wanted(audit, step, mu_kind_is_roster, fold_item);
}

enum mu_err mu_audit_take_genesis(mu_audit *audit, const struct mu_audit_step *step)
{
    const struct mu_genesis *genesis;
    enum mu_err err = fold_roster(audit, step);

    if (err != MU_OK || (genesis = mu_roster_genesis(audit->roster)) == NULL)
        return err;
    audit->log_public = genesis->log_key;
    err = mu_verifier_open(&audit->log_public, &audit->log_key);
    return err == MU_E_NO_MEMORY ? err : MU_OK;
}

void mu_audit_judge_genesis(mu_audit *audit, const struct mu_audit_step *step)
{
    if (step->proven)
        audit->report.log = step->leaves[0];
    else
        mu_verifier_close(&audit->log_key);
}

/* ---- epochs -------------------------------------------------------------------------------- */

/* Only what the broker says of them is believed; that is rare, so only then is the root worked out. */
static bool is_brokers(const mu_audit *audit, const struct mu_audit_batch *batch)
{
    const struct mu_genesis *genesis = mu_roster_genesis(audit->roster);

    return genesis != NULL && mu_agent_id_equal(&genesis->broker, &batch->seal.agent);
}

void mu_audit_note_before(mu_audit *audit, struct mu_audit_step *step)
{
    step->rooted = !audit->trunk.lost && is_brokers(audit, step->batch);
    if (step->rooted)
        mu_edge_root(&audit->trunk.edge, &step->before);
}

static enum mu_err take_epoch(mu_audit *audit, const struct mu_audit_step *step, bool *fits)
{
    const struct mu_audit_item *item = &step->batch->items[0];
    mu_arena arena = mu_event_arena(item->body.size);
    const Muster__Event *event;
    struct mu_fault fault;
    enum mu_err err = mu_event_unpack(item->body, &arena, &event, &fault);

    *fits = err == MU_OK;
    if (err == MU_OK)
        err = mu_breaks_take(&audit->breaks, event->epoch, step->batch->epoch, step->first,
                             step->rooted ? &step->before : NULL, fits);
    mu_arena_free(&arena);
    return err == MU_E_NO_MEMORY ? err : MU_OK;
}

static bool speaks_of_epoch(const mu_audit *audit, const struct mu_audit_step *step)
{
    const struct mu_audit_item *item = &step->batch->items[0];
    struct mu_topic topic;
    struct mu_fault fault;

    return step->proven && is_brokers(audit, step->batch) && item->code == 0 &&
           mu_event_scan(item->body, &topic, &fault) == MU_OK &&
           topic.kind == MUSTER__EVENT__BODY_EPOCH;
}

/* Where something else is wrong with the batch, or the
 * entry may be among those that are missing, that is named already. */
enum mu_err mu_audit_judge_epoch(mu_audit *audit, const struct mu_audit_step *step, bool clean,
                                 bool *returned)
{
    const struct mu_hash *last = &step->leaves[step->batch->seal.count - 1];
    enum mu_announced announced = mu_breaks_ask(&audit->breaks, step->first, last);
    bool fits = announced != MU_ANNOUNCED_OTHER;
    enum mu_err err = MU_OK;

    *returned = announced == MU_ANNOUNCED;
    if (step->first == 1)
        audit->breaks.epoch = step->batch->epoch;
    else if (speaks_of_epoch(audit, step))
        err = take_epoch(audit, step, &fits);
    else
        fits = fits && step->batch->epoch == audit->breaks.epoch;
    if (!fits && clean && !audit->gaps)
        mu_audit_blame(audit, MU_DAMAGE_EPOCH, step->first, step->last);
    if (step->bad == step->batch->seal.count || audit->breaks.epoch == 0)
        audit->breaks.epoch = step->batch->epoch;
    return err;
}

/* ---- receipts ------------------------------------------------------------------------------ */

static enum mu_err judge_sheet(mu_audit *audit, const Muster__ReceiptSheet *sheet, uint64_t number)
{
    enum mu_err err = MU_OK;

    for (size_t i = 0; i < sheet->n_receipts && err == MU_OK; i++) {
        bool whole = audit->report.damage_count == 0;
        enum mu_receipt_fault fault;

        err = mu_witnesses_judge(&audit->witnesses, audit->roster, sheet->receipts[i], number,
                                 whole, &fault);
        if (err == MU_OK && fault != MU_RECEIPT_HOLDS)
            mu_audit_blame(audit, fault == MU_RECEIPT_SPLIT ? MU_DAMAGE_SPLIT : MU_DAMAGE_RECEIPT,
                           number, number);
    }
    return err;
}

/* Only the broker writes sheets; the judge saw to that, and the fold would show another. */
static enum mu_err take_sheet(mu_audit *audit, const struct mu_audit_step *step, uint32_t index)
{
    struct mu_entry entry = entry_of(step, index);
    mu_arena arena = mu_event_arena(entry.body.size);
    const struct mu_member *author = mu_roster_member(audit->roster, &entry.agent);
    struct mu_fault fault;
    enum mu_err err = mu_event_unpack(entry.body, &arena, &entry.event, &fault);

    if (err == MU_OK && author != NULL && author->is_broker)
        err = judge_sheet(audit, entry.event->receipt_sheet, entry.number);
    else if (err != MU_E_NO_MEMORY)
        mu_audit_blame(audit, MU_DAMAGE_RECEIPT, entry.number, entry.number);
    mu_arena_free(&arena);
    return err == MU_E_NO_MEMORY ? err : MU_OK;
}

static bool is_sheet(uint32_t kind)
{
    return kind == MUSTER__EVENT__BODY_RECEIPT_SHEET;
}

/* ---- a batch ------------------------------------------------------------------------------- */

static enum mu_err tell_entries(mu_audit *audit, const struct mu_audit_step *step)
{
    enum mu_err err = MU_OK;

    if (audit->tell == NULL || !step->in_place || step->bad != step->batch->seal.count)
        return MU_OK;
    for (uint32_t i = 0; err == MU_OK && i < step->batch->seal.count; i++) {
        struct mu_entry entry = entry_of(step, i);

        err = audit->tell(audit->user, &entry);
    }
    return err;
}

enum mu_err mu_audit_take_words(mu_audit *audit, const struct mu_audit_step *step)
{
    enum mu_err err = MU_OK;

    for (uint32_t i = 0; i < step->batch->seal.count; i++)
        audit->report.refused += step->batch->items[i].code != 0;
    if (step->proven && step->first != 1)
        err = fold_roster(audit, step);
    if (err == MU_OK && step->proven && step->in_place)
        err = each_wanted(audit, step, is_sheet, take_sheet);
    return err == MU_OK && step->proven ? tell_entries(audit, step) : err;
}
