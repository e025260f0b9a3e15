/* One DELIVER: hashed, held against its checkpoint, its seals checked, its entries handed out.
 *
 * In this order, and each step for the whole frame before the next, but where the roster may change:
 * there the frame is taken in runs. A number missing from a follow of everything, a root that does not
 * match, a checkpoint that does not fit the entries below it: MU_E_PROOF, and the broker is left. What
 * was handed out before stands on its own.
 */
#include "agents/sdk/reading.h"

/* ---- handing out ----------------------------------------------------------------------------- */

static bool hand_out(struct mu_agent *agent, struct mu_entry *entry)
{
    mu_arena *arena = &agent->reading.arena;
    struct mu_fault fault;

    mu_clock_passed(agent, entry->accepted_at_ms);
    if (agent->calls.on_entry == NULL)
        return true;
    if (!agent->lazy && entry->code == 0) {
        mu_arena_reset(arena);
        arena->limit = mu_event_arena(entry->body.size).limit;
        /* Of a kind newer than this program it stays NULL: bytes and identity are still good. */
        if (mu_event_unpack(entry->body, arena, &entry->event, &fault) != MU_OK)
            entry->event = NULL;
    }
    agent->stop = agent->calls.on_entry(agent->calls.user, entry);
    return agent->stop == MU_OK;
}

/* A filter cannot be asked about a body that is gone, so refusals go only to who wants everything. */
static bool is_wanted(const struct mu_follower *f, const struct mu_slice_item *item)
{
    return item->what == MU_SLICE_FULL || (item->what == MU_SLICE_REFUSED && f->everything);
}

/* False: the program ended the turn, or wants something else now. */
static bool hand_out_slice(struct mu_frame *frame, const struct mu_hashed *hashed)
{
    struct mu_follower *f = frame->follower;
    struct mu_bytes left = hashed->slice.items;
    uint32_t serial = f->serial;

    for (uint32_t i = 0; i < hashed->slice.count; i++) {
        struct mu_slice_item item;
        struct mu_entry entry;
        char path[MU_PATH_BYTES_MAX];

        MU_CHECK(mu_slice_item_next(&left, &item) == MU_OK); /* it was hashed before */
        if (hashed->slice.first_number + i < f->next)
            continue;
        f->next = hashed->slice.first_number + i + 1;
        if (!is_wanted(f, &item))
            continue;
        mu_reading_entry(frame->deliver, hashed, i, &item, path, &entry);
        mu_witness_take(frame->agent, &entry); /* seen, whatever the program answers */
        if (!hand_out(frame->agent, &entry) || f->serial != serial)
            return false;
    }
    return true;
}

/* ---- the frame against the record's own head ------------------------------------------------- */

static void grow_edge(const struct mu_deliver *deliver, const struct mu_hashed *hashed,
                      struct mu_edge *edge)
{
    struct mu_bytes left = hashed->slice.items;
    struct mu_record record = {.epoch = deliver->epoch,
                               .number = hashed->slice.first_number,
                               .accepted_at_ms = hashed->slice.accepted_at_ms,
                               .judge_version = hashed->slice.judge_version};

    for (uint32_t i = 0; i < hashed->slice.count; i++, record.number++) {
        struct mu_slice_item item;
        struct mu_hash leaf;

        MU_CHECK(mu_slice_item_next(&left, &item) == MU_OK);
        if (record.number != edge->size + 1)
            continue;
        record.code = item.what == MU_SLICE_FULL ? 0 : item.code;
        record.author_leaf = hashed->leaves[i];
        leaf = mu_log_leaf(&record);
        mu_edge_add(edge, &leaf);
    }
}

static enum mu_err check_note(struct mu_frame *frame, const struct mu_edge *edge)
{
    const struct mu_deliver *deliver = frame->deliver;
    struct mu_head head;
    struct mu_hash root;
    enum mu_err err;

    if (deliver->note.size == 0)
        return MU_OK;
    if ((err = mu_head_read(frame->agent, deliver->note, deliver->epoch, &head)) != MU_OK)
        return err;
    if (head.size != deliver->through)
        return MU_E_PROOF;
    if (edge != NULL && edge->size == head.size) {
        mu_edge_root(edge, &root);
        if (!mu_hash_equal(&root, &head.root))
            return MU_E_PROOF;
    }
    return mu_head_believe(frame->agent, &head, deliver->note, false);
}

/* A number may be seen twice (a frame that waited, a turn that was ended): the edge takes it once. */
static enum mu_err check_head(struct mu_frame *frame)
{
    struct mu_follower *f = frame->follower;
    struct mu_edge edge = f->edge;
    enum mu_err err = MU_OK;

    if (!f->edged)
        return check_note(frame, NULL);
    for (size_t i = 0; i < frame->count && err == MU_OK; i++) {
        grow_edge(frame->deliver, &frame->hashed[i], &edge);
        err = mu_split_root(frame, &edge);
    }
    if (err == MU_OK && (err = check_note(frame, &edge)) == MU_OK)
        f->edge = edge;
    else
        mu_roots_cut(&f->roots, f->edge.size);
    return err;
}

/* ---- the frame, hashed ----------------------------------------------------------------------- */

/* A follow of everything has no gaps, not even at the end. */
static enum mu_err hash_frame(struct mu_frame *frame)
{
    struct mu_reading *reading = &frame->agent->reading;
    const struct mu_deliver *deliver = frame->deliver;
    struct mu_bytes left = deliver->slice_bytes;
    struct mu_hash *leaves = reading->leaves;
    uint64_t next = frame->follower->next;

    for (uint16_t i = 0; i < deliver->slices; i++) {
        struct mu_slice slice;

        if (mu_slice_next(&left, &slice) != MU_OK)
            return MU_E_PROOF;
        if (slice.first_number + slice.count <= next)
            continue;
        if ((frame->follower->everything && slice.first_number > next) ||
            mu_slice_hash(&slice, &frame->agent->home.log, leaves, &frame->hashed[frame->count]) !=
                MU_OK)
            return MU_E_PROOF;
        next = slice.first_number + slice.count;
        leaves += slice.count;
        frame->count++;
    }
    return frame->follower->everything && next <= deliver->through ? MU_E_PROOF : MU_OK;
}

/* ---- believing ------------------------------------------------------------------------------- */

static enum mu_err check_seals(struct mu_frame *frame, size_t from, size_t to)
{
    mu_slice_cover(frame->hashed + from, to - from);
    for (size_t i = from; i < to; i++)
        if (!frame->hashed[i].covered &&
            mu_slice_check_seal(frame->agent->reading.roster, &frame->hashed[i]) != MU_OK)
            return MU_E_PROOF;
    for (size_t i = from; i < to; i++)
        mu_split_look(frame, &frame->hashed[i]);
    return MU_OK;
}

static enum mu_err carry_roster(struct mu_frame *frame, const struct mu_hashed *hashed, bool fold)
{
    struct mu_reading *reading = &frame->agent->reading;
    enum mu_err err = MU_OK;

    if (!mu_reading_carries_roster(reading))
        return MU_OK;
    if (fold)
        err = mu_roles_fold(frame->agent, frame->deliver, hashed);
    if (err == MU_OK && mu_hashed_end(hashed) > reading->roles.next)
        reading->roles.next = mu_hashed_end(hashed);
    return err;
}

/* Believe a run of slices and hand it out. */
static enum mu_err take_run(struct mu_frame *frame, size_t from, size_t to, bool fold)
{
    enum mu_err err = frame->stopped ? MU_OK : check_seals(frame, from, to);

    for (size_t i = from; i < to && err == MU_OK && !frame->stopped; i++) {
        err = carry_roster(frame, &frame->hashed[i], fold);
        if (err == MU_OK)
            frame->stopped = !hand_out_slice(frame, &frame->hashed[i]);
    }
    return err;
}

static const struct mu_member *author_of(const struct mu_frame *frame, size_t i)
{
    return mu_roster_member(frame->agent->reading.roster, &frame->hashed[i].seal.agent);
}

/* Runs end where the roster may change, so that the next seal is checked against the new one, and
 * where an author is not in it. Only an admin or the broker can change it. */
static enum mu_err take_hashed(struct mu_frame *frame)
{
    struct mu_reading *reading = &frame->agent->reading;
    size_t from = 0;
    enum mu_err err = MU_OK;

    for (size_t i = 0; i < frame->count && err == MU_OK; i++) {
        const struct mu_member *author = author_of(frame, i);
        uint64_t number = frame->hashed[i].slice.first_number;

        if (author != NULL && !author->is_admin && !author->is_broker)
            continue;
        if ((err = take_run(frame, from, i, false)) != MU_OK || frame->stopped)
            return err;
        from = i + 1;
        if (author == NULL && number != 1 && reading->roles.next >= number)
            return MU_E_PROOF;
        frame->wait = author == NULL && number != 1;
        if (frame->wait)
            return MU_OK;
        err = take_run(frame, i, i + 1, true);
    }
    return err == MU_OK ? take_run(frame, from, frame->count, false) : err;
}

/* ---- one frame ------------------------------------------------------------------------------- */

/* Of one who follows lane by lane: how far all of them have come. */
static uint64_t through_all(struct mu_reading *reading)
{
    uint64_t least = UINT64_MAX;
    struct mu_follower *f;

    for (size_t i = 0; (f = mu_reading_wanted(reading, i)) != NULL; i++)
        if (f->through < least)
            least = f->through;
    return least;
}

static void finish_frame(struct mu_frame *frame)
{
    struct mu_agent *agent = frame->agent;
    struct mu_follower *f = frame->follower;
    const struct mu_deliver *deliver = frame->deliver;
    uint64_t before = through_all(&agent->reading), through;

    f->through = deliver->through;
    through = through_all(&agent->reading);
    if (deliver->through >= f->next)
        f->next = deliver->through + 1;
    if (deliver->head > agent->told_head)
        agent->told_head = deliver->head;
    mu_witness_through(agent, deliver->through);
    if (agent->calls.on_through != NULL && (through > before || through == deliver->through))
        agent->stop = agent->calls.on_through(agent->calls.user, through, deliver->head);
}

enum mu_err mu_frame_read(struct mu_frame *frame)
{
    struct mu_reading *reading = &frame->agent->reading;
    uint32_t serial = frame->follower->serial;
    enum mu_err err = mu_reading_make_room(reading, frame->deliver);

    if (err != MU_OK)
        return err;
    frame->hashed = reading->hashed;
    if ((err = hash_frame(frame)) != MU_OK || (err = check_head(frame)) != MU_OK ||
        (err = take_hashed(frame)) != MU_OK || frame->wait)
        return err;
    if (!frame->stopped)
        finish_frame(frame);
    else if (frame->follower->serial == serial)
        frame->follower->asked = false; /* the rest again, from `next` */
    return MU_OK;
}
