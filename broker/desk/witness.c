/* Receipts: what others have verified of this record, held against the record itself.
 *
 * The usual path: the desk of an agency states which checkpoint it verified and how far it has looked;
 * its signature holds, the root is ours at that size; the newest of each desk waits for a sheet
 * (sheet.c). Beside it waits one that was stated long before and is heard only now, for its time is the
 * only witness of what the machine had meanwhile. Whatever else it can be:
 *   not this caller's, not this log's, not its key's      the caller hears BYE
 *   of who is no desk, of an epoch that is over, stale    forgotten: it may have been on its way
 *   another root at that size, or a size not reached here the record has two faces: MU_E_SPLIT, an alarm
 */
#include "broker/desk/inside.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/base/text.h"
#include "proto/sign/digest.h"
#include "proto/topic/filter.h"

/* ---- what this record was ------------------------------------------------------------------------- */
void mu_witness_head(mu_desk *desk)
{
    desk->heads[desk->heads_at++ % MU_HEADS_KEPT] = desk->head;
}

static const struct mu_head *find_head(const mu_desk *desk, uint64_t size)
{
    if (size == desk->head.size)
        return &desk->head;
    for (size_t back = 1; back <= MU_HEADS_KEPT && back <= desk->heads_at; back++) {
        const struct mu_head *head = &desk->heads[(desk->heads_at - back) % MU_HEADS_KEPT];

        if (head->epoch != desk->head.epoch || head->size < size)
            return NULL; /* rising, the newest first */
        if (head->size == size)
            return head;
    }
    return NULL;
}

static enum mu_err read_root(mu_desk *desk, uint64_t size, struct mu_hash *root)
{
    mu_view *view = NULL;
    enum mu_err err = mu_view_open(desk->log, &view);

    if (err == MU_OK)
        err = mu_root_at(mu_view_node, view, size, root);
    mu_view_close(&view);
    return err;
}

enum mu_err mu_witness_compare(mu_desk *desk, const struct mu_head *head)
{
    const struct mu_head *known;
    struct mu_hash root;
    enum mu_err err;

    if (head->epoch != desk->head.epoch || head->size == 0)
        return MU_OK;
    if (head->size > desk->head.size)
        return MU_E_SPLIT;
    if ((known = find_head(desk, head->size)) != NULL)
        root = known->root;
    else if ((err = read_root(desk, head->size, &root)) != MU_OK)
        return err;
    return mu_hash_equal(&root, &head->root) ? MU_OK : MU_E_SPLIT;
}

/* ---- one receipt ---------------------------------------------------------------------------------- */
static enum mu_err read_receipt(const struct mu_receipt_frame *frame, struct mu_receipt *receipt)
{
    struct mu_reader r = mu_reader(frame->receipt);
    struct mu_hash digest;

    mu_sha256(frame->filter.data, frame->filter.size, &digest);
    if (mu_receipt_read(&r, receipt) != MU_OK || !mu_reader_end(&r) ||
        !mu_hash_equal(&digest, &receipt->filter))
        return MU_E_BAD_FRAME;
    return MU_OK;
}

static enum mu_err check_sender(const mu_desk *desk, const struct mu_desk_seat *seat,
                                const struct mu_receipt *receipt)
{
    const mu_verifier *key = mu_roster_verifier(desk->roster, &seat->agent);

    if (!mu_agent_id_equal(&receipt->agent, &seat->agent))
        return MU_E_WRONG_AGENT;
    if (!mu_hash_equal(&receipt->log, &desk->id))
        return MU_E_OTHER_LOG;
    return key != NULL ? mu_receipt_check(receipt, key) : MU_E_STRANGER;
}

/* Each desk has two places side by side: the first for what would be lost in the newest, then the newest. So
 * sheets name them in the order they were stated. */
static struct mu_kept_receipt *find_kept(mu_desk *desk, const struct mu_agent_id *agent)
{
    for (size_t i = 1; i < desk->receipt_count; i += 2)
        if (mu_agent_id_equal(&desk->receipts[i].receipt.agent, agent))
            return &desk->receipts[i];
    return NULL;
}

static struct mu_kept_receipt *make_kept(mu_desk *desk)
{
    struct mu_kept_receipt *more;

    if (desk->receipts == NULL || desk->receipt_count == desk->receipt_room) {
        size_t room = desk->receipt_room == 0 ? 16 : 2 * desk->receipt_room;

        if ((more = reallocarray(desk->receipts, room, sizeof *more)) == NULL)
            return NULL;
        desk->receipts = more;
        desk->receipt_room = room;
    }
    more = &desk->receipts[desk->receipt_count];
    desk->receipt_count += 2;
    more[0] = more[1] = (struct mu_kept_receipt){.filter = NULL};
    return &more[1];
}

static bool same_chain(const struct mu_receipt *a, const struct mu_receipt *b)
{
    return a->instance == b->instance && a->head.epoch == b->head.epoch &&
           mu_hash_equal(&a->filter, &b->filter);
}

/* A newer checkpoint alone is no news: every turn brings one. */
static bool is_news(const struct mu_receipt *old, const struct mu_receipt *receipt)
{
    if (!same_chain(old, receipt))
        return true;
    return receipt->delivered.count > old->delivered.count &&
           mu_receipt_through(receipt) >= mu_receipt_through(old) &&
           receipt->stated_at_ms >= old->stated_at_ms;
}

/* The name of a desk's place among the log's cursors: spool, epoch and filter make it. */
static struct mu_bytes place_name(const struct mu_receipt *receipt, char name[MU_NAME_BYTES_MAX])
{
    struct mu_text text = mu_text(name, MU_NAME_BYTES_MAX);
    char filter[17];

    mu_hex(receipt->filter.b, 8, filter);
    mu_text_addf(&text, "receipt-%llx-%u-%s", (unsigned long long)receipt->instance,
                 receipt->head.epoch, filter);
    MU_CHECK(!text.cut);
    return (struct mu_bytes){(const uint8_t *)name, text.used};
}

enum mu_err mu_witness_note(mu_desk *desk, const struct mu_receipt *receipt)
{
    char name[MU_NAME_BYTES_MAX];

    return mu_log_turn_cursor(desk->log, &receipt->agent, place_name(receipt, name),
                              mu_receipt_through(receipt));
}

/* The record may hold as much from before this start. */
static bool is_recorded(mu_desk *desk, const struct mu_receipt *receipt)
{
    char name[MU_NAME_BYTES_MAX];
    uint64_t through = 0;

    return mu_log_cursor(desk->log, &receipt->agent, place_name(receipt, name), &through) ==
               MU_OK &&
           through >= mu_receipt_through(receipt);
}

/* A newer one of the same chain stands for all an older one stated, but only from its own time on: that
 * may be late by what parts two sheets, not by the days a machine was away. Another chain stands for none
 * of it. */
static bool would_be_lost(const struct mu_kept_receipt *old, const struct mu_receipt *receipt)
{
    if (!old->waiting)
        return false;
    return !same_chain(&old->receipt, receipt) ||
           (uint64_t)receipt->stated_at_ms - (uint64_t)old->receipt.stated_at_ms >=
               MU_SHEET_EVERY_MS;
}

/* One, and no more: an honest desk says one again after each greeting, and others get no room for many. The
 * one that has waited longest stays. */
static void hold_before(struct mu_kept_receipt *newest)
{
    struct mu_kept_receipt *before = newest - 1;

    if (before->waiting)
        return;
    free(before->filter);
    *before = *newest;
    newest->filter = NULL;
}

static enum mu_err keep(mu_desk *desk, int64_t now_ms, const struct mu_receipt *receipt,
                        struct mu_bytes filter)
{
    struct mu_kept_receipt *kept = find_kept(desk, &receipt->agent);
    char *text;

    if ((kept != NULL && !is_news(&kept->receipt, receipt)) || is_recorded(desk, receipt))
        return MU_OK;
    if ((text = malloc(filter.size + 1)) == NULL)
        return MU_OK; /* the next one is as good */
    if (kept == NULL && (kept = make_kept(desk)) == NULL) {
        free(text);
        return MU_OK;
    }
    if (filter.size > 0)
        memcpy(text, filter.data, filter.size);
    text[filter.size] = '\0';
    if (would_be_lost(kept, receipt))
        hold_before(kept);
    free(kept->filter);
    kept->filter = text;
    kept->receipt = *receipt;
    kept->waiting = true;
    kept->in_sheet = false;
    if (desk->waiting_since_ms > now_ms)
        desk->waiting_since_ms = now_ms;
    return MU_OK;
}

static void alarm(mu_desk *desk, struct mu_desk_seat *seat, const struct mu_receipt *receipt)
{
    struct mu_proposal p = {.seat = seat};

    p.batch.seal.instance = receipt->instance;
    mu_desk_alarm(desk, &p, MU_E_SPLIT);
}

enum mu_err mu_desk_receipt(mu_desk *desk, struct mu_desk_seat *seat, int64_t now_ms,
                            const struct mu_receipt_frame *frame)
{
    const struct mu_member *member = mu_roster_member(desk->roster, &seat->agent);
    struct mu_receipt receipt;
    enum mu_err err = read_receipt(frame, &receipt);

    if (err != MU_OK || (err = check_sender(desk, seat, &receipt)) != MU_OK)
        return err;
    if (member == NULL || !member->is_desk || receipt.head.epoch != desk->head.epoch ||
        receipt.stated_at_ms > now_ms + MU_MINUTE_MS)
        return MU_OK;
    err = mu_witness_compare(desk, &receipt.head);
    if (err == MU_E_SPLIT)
        alarm(desk, seat, &receipt);
    if (err == MU_E_IO || err == MU_E_NO_MEMORY)
        return err;
    return err == MU_OK ? keep(desk, now_ms, &receipt, frame->filter) : MU_OK;
}

void mu_witness_free(mu_desk *desk)
{
    for (size_t i = 0; i < desk->receipt_count; i++)
        free(desk->receipts[i].filter);
    free(desk->receipts);
}
