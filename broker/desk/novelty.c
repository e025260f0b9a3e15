/* Novelty: new, the same again, or something that must not be.
 *
 * A lane of an instance is one chain: each author leaf holds the one before. So two histories that
 * agree on the leaf of one sequence agree on all before it, and one comparison at the last sequence
 * both have tells a repeat or a recut from a fork. No clock and no window is asked: the lanes kept in
 * the record are all there is to know, for ever.
 */
#include "broker/desk/inside.h"

/* The author leaf recorded for `sequence`. BUSY when its batch is of this turn: views see only what
 * is committed. */
static enum mu_err recorded_leaf(mu_desk *desk, const struct mu_seal *seal, uint64_t sequence,
                                 struct mu_hash *leaf)
{
    struct mu_origin origin;
    struct mu_stored stored;
    mu_view *view = NULL;
    enum mu_err err =
        mu_log_origin(desk->log, &seal->agent, seal->instance, seal->lane, sequence, &origin);

    if (err != MU_OK)
        return err == MU_E_ABSENT ? MU_E_CORRUPT : err;
    if (origin.first_number > desk->head.size)
        return MU_E_BUSY;
    if ((err = mu_view_open(desk->log, &view)) != MU_OK)
        return err;
    err = mu_view_batch(view, origin.first_number, &stored);
    if (err == MU_OK) {
        MU_CHECK(sequence - stored.seal.first_sequence < stored.seal.count);
        *leaf = stored.items[sequence - stored.seal.first_sequence].leaf;
    }
    mu_view_close(&view);
    return err;
}

/* Whether this batch's history is the recorded one, as far as both go. */
static enum mu_err compare_histories(mu_desk *desk, const struct mu_batch *batch,
                                     const struct mu_sequence *last, bool *same)
{
    const struct mu_seal *seal = &batch->seal;
    uint64_t end = seal->first_sequence + seal->count - 1;
    struct mu_hash recorded = last->leaf;
    const struct mu_hash *claimed;
    enum mu_err err = MU_OK;

    if (end >= last->sequence) {
        claimed = &batch->items[last->sequence - seal->first_sequence].leaf;
    } else {
        claimed = &batch->items[seal->count - 1].leaf;
        err = recorded_leaf(desk, seal, end, &recorded);
    }
    *same = err == MU_OK && mu_hash_equal(claimed, &recorded);
    return err;
}

/* A cloned or restored spool: none of its lanes is believed again. */
static enum mu_err fence(mu_desk *desk, const struct mu_seal *seal)
{
    enum mu_err err = mu_record_begin(desk);

    for (uint8_t lane = 0; lane < MU_LANES && err == MU_OK; lane++)
        err = mu_log_turn_fence(desk->log, &seal->agent, seal->instance, lane);
    return err == MU_OK || err == MU_E_FULL ? MU_E_FORK : err;
}

/* Whether what this batch overlaps is its own history, and then whether it is the very batch. */
static enum mu_err look_for(mu_desk *desk, struct mu_proposal *p, const struct mu_sequence *last,
                            bool *same)
{
    const struct mu_seal *seal = &p->batch.seal;
    enum mu_err err = compare_histories(desk, &p->batch, last, same);

    if (err != MU_OK || !*same)
        return err;
    err = mu_log_origin(desk->log, &seal->agent, seal->instance, seal->lane, seal->first_sequence,
                        &p->origin);
    if (err != MU_OK)
        return err == MU_E_ABSENT ? MU_E_CORRUPT : err;
    p->again = p->origin.count == seal->count && mu_hash_equal(&p->origin.root, &seal->root);
    return MU_OK;
}

static enum mu_err judge_overlap(mu_desk *desk, struct mu_proposal *p,
                                 const struct mu_sequence *last)
{
    bool same;
    enum mu_err err = look_for(desk, p, last, &same);

    if (err != MU_OK)
        return err;
    if (!same)
        return p->proved ? MU_E_FORK : fence(desk, &p->batch.seal);
    if (p->again)
        return MU_OK;
    p->expected = last->sequence + 1;
    return MU_E_RECUT;
}

/* Of a fenced instance nothing new is believed, but what was recorded before is: who lost the answer to
 * it must hear that it landed, or he would say it again under a new instance. It is a fact of the record,
 * told to whoever holds those bytes, and changes nothing. */
static enum mu_err judge_fenced(mu_desk *desk, struct mu_proposal *p,
                                const struct mu_sequence *last)
{
    bool same;
    enum mu_err err;

    if (p->batch.seal.first_sequence > last->sequence)
        return MU_E_FENCED;
    err = look_for(desk, p, last, &same);
    if (err == MU_E_CORRUPT) /* in a gap, or damaged: at any rate not there */
        return MU_E_FENCED;
    if (err != MU_OK)
        return err;
    return p->again ? MU_OK : MU_E_FENCED;
}

/* What was accepted before may come back into a gap: of what stood there nobody may be left. */
static enum mu_err judge_gap(mu_desk *desk, struct mu_proposal *p, bool *gap)
{
    const struct mu_seal *seal = &p->batch.seal;
    struct mu_origin origin;
    enum mu_err err = mu_log_origin(desk->log, &seal->agent, seal->instance, seal->lane,
                                    seal->first_sequence + seal->count - 1, &origin);

    *gap = err == MU_E_ABSENT;
    return *gap ? MU_OK : err;
}

enum mu_err mu_novelty_judge(mu_desk *desk, struct mu_proposal *p)
{
    const struct mu_seal *seal = &p->batch.seal;
    struct mu_sequence last = {0};
    enum mu_err err = mu_log_sequence(desk->log, &seal->agent, seal->instance, seal->lane, &last);

    if (err != MU_OK && err != MU_E_ABSENT)
        return err;
    if (last.fenced)
        return judge_fenced(desk, p, &last);
    if (p->proved) {
        bool gap;

        if ((err = judge_gap(desk, p, &gap)) != MU_OK || gap)
            return err;
    }
    if (seal->first_sequence <= last.sequence)
        return judge_overlap(desk, p, &last);
    if (seal->first_sequence > last.sequence + 1) {
        p->expected = last.sequence + 1;
        return MU_E_GAP;
    }
    /* The next number, but after another history: what came before was said differently. */
    return mu_hash_equal(&seal->previous, &last.leaf) ? MU_OK : fence(desk, seal);
}
