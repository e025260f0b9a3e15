/* Feeding followers.
 *
 * The usual path: a commit moves the head on; each follower with credit gets a bundle of what lies
 * between its place and the head; its place moves on, its credit goes down. Ways to wait:
 *   no credit            until CREDIT; the log keeps what it has not got
 *   its pipe is full     the frame stays with the follower and is tried again shortly
 *   the house is full    (bytes in flight to all): a follower gets no more than its share of a quarter of
 *                        it, or one frame; so those that stall do not take it from the others
 *   nothing matched      `through` is told at most ten times a second, or at once when the clock moves in
 *                        steps, because then programs wait for it
 *   a damaged batch      it stands there; the operator is told; the others are not concerned
 */
#include "broker/daemon/feed.h"

#include <stdlib.h>
#include <string.h>

/* One DELIVER on a fast link: large frames, few encryptions. Among very many followers smaller ones,
 * halved until one for each is no more than a quarter of the house. */
#define DELIVER_BYTES (192u * 1024u)
#define DELIVER_BYTES_CROWDED (12u * 1024u)
#define DELIVER_BYTES_MIN 1024u
#define FRAGMENT_BYTES_MIN 256u
/* What one pass may send before frames are heard again. */
#define PASS_BYTES_MAX (4u * 1024u * 1024u)
#define RETRY_MS 5
#define TELL_EVERY_MS 100
#define DAMAGE_EVERY_MS 60000
/* A follow without credit for so long, in the middle of a frame, was left. */
#define LEFT_MS 2000

/* ---- follows --------------------------------------------------------------------------------- */
static void free_follower(struct mu_daemon *d, struct mu_follower *f)
{
    d->in_flight -= f->in_flight;
    d->follower_count--;
    free(f->frame);
    free(f);
}

/* Unlinked from its peer at once, from the list with the next feed: one may be walking it. */
static void end_follower(struct mu_peer *peer, size_t index)
{
    if (peer->follower[index] != NULL)
        peer->follower[index]->peer = NULL;
    peer->follower[index] = NULL;
}

void mu_feed_end(struct mu_daemon *d, struct mu_peer *peer)
{
    (void)d;
    for (size_t i = 0; i < MU_FOLLOWS_MAX; i++)
        end_follower(peer, i);
}

static struct mu_follower **place_of(struct mu_peer *peer, uint32_t id)
{
    struct mu_follower **empty = NULL;

    for (size_t i = 0; i < MU_FOLLOWS_MAX; i++) {
        struct mu_follower **at = &peer->follower[i];

        if (*at != NULL && (*at)->id == id) {
            end_follower(peer, i);
            return at;
        }
        if (*at == NULL && empty == NULL)
            empty = at;
    }
    return empty;
}

static struct mu_follower *find_follower(const struct mu_peer *peer, uint32_t id)
{
    for (size_t i = 0; i < MU_FOLLOWS_MAX; i++)
        if (peer->follower[i] != NULL && peer->follower[i]->id == id)
            return peer->follower[i];
    return NULL;
}

/* What is half sent must be finished, whoever follows now. */
static void take_rest(struct mu_follower *f, struct mu_follower *before)
{
    if (before == NULL || before->frame_at == 0)
        return;
    f->frame = before->frame;
    f->frame_size = before->frame_size;
    f->frame_at = before->frame_at;
    before->frame = NULL;
}

static enum mu_err check_follow(const struct mu_daemon *d, const struct mu_follow *follow)
{
    if (follow->epoch != 0 && follow->epoch != d->head.epoch)
        return MU_E_OTHER_EPOCH;
    return follow->from <= d->head.size + 1 ? MU_OK : MU_E_OTHER_EPOCH;
}

enum mu_err mu_feed_follow(struct mu_daemon *d, struct mu_peer *peer,
                           const struct mu_follow *follow)
{
    struct mu_follower *before = find_follower(peer, follow->id), **place, *f;
    size_t at;
    enum mu_err err = check_follow(d, follow);

    if (err != MU_OK)
        return err;
    if ((place = place_of(peer, follow->id)) == NULL)
        return MU_E_BUSY;
    if ((f = calloc(1, sizeof *f)) == NULL)
        return MU_E_BUSY;
    if ((err = mu_filter_read(follow->filter, &f->filter, &at)) != MU_OK) {
        free(f);
        return err;
    }
    f->peer = peer;
    f->id = follow->id;
    f->at = follow->from;
    f->lanes = follow->lanes;
    f->credit = follow->credit_bytes;
    f->window = follow->credit_bytes;
    f->credited_ms = d->now.machine_ms;
    f->everything = follow->lanes == (1u << MU_LANES) - 1 && mu_filter_is_everything(&f->filter);
    take_rest(f, before);
    f->next = d->followers;
    d->followers = f;
    d->follower_count++;
    *place = f;
    return MU_OK;
}

/* What it heard is off its way; more than was sent, or less than it said before, is not believed. */
static void note_heard(struct mu_daemon *d, struct mu_follower *f, uint64_t heard_bytes)
{
    uint64_t left = heard_bytes < f->sent ? f->sent - heard_bytes : 0;

    if (left >= f->in_flight)
        return;
    d->in_flight -= f->in_flight - left;
    f->in_flight = left;
}

void mu_feed_credit(struct mu_daemon *d, struct mu_peer *peer, const struct mu_credit *credit)
{
    struct mu_follower *f = find_follower(peer, credit->id);

    if (f == NULL)
        return;
    note_heard(d, f, credit->heard_bytes);
    if (f->credit < INT64_MAX / 2)
        f->credit += credit->bytes;
    f->window = f->credit > 0 ? (uint64_t)f->credit : 0;
    f->credited_ms = d->now.machine_ms;
}

/* Also of peers that are gone: nothing may point to them when they are freed. */
static void sweep(struct mu_daemon *d)
{
    struct mu_follower **at = &d->followers;

    while (*at != NULL) {
        struct mu_follower *f = *at;

        if (f->peer != NULL && f->peer->gone)
            mu_feed_end(d, f->peer);
        if (f->peer != NULL) {
            at = &f->next;
            continue;
        }
        *at = f->next;
        free_follower(d, f);
    }
}

/* ---- frames ---------------------------------------------------------------------------------- */
static void look_again(struct mu_daemon *d, int64_t in_ms)
{
    if (d->retry_ms < 0 || in_ms < d->retry_ms)
        d->retry_ms = in_ms;
}

static void spend(struct mu_daemon *d, struct mu_follower *f, size_t bytes)
{
    f->credit -= (int64_t)bytes;
    f->sent += bytes;
    f->in_flight += bytes;
    d->in_flight += bytes;
}

/* The most one message to this follower may hold. A link that carries little in a second was given
 * little credit: then what there is of it is filled with a piece, so that an answer never waits behind
 * more than that. Where much was given a frame may overdraw, and leaves whole. */
static size_t piece_bytes(const struct mu_follower *f)
{
    uint64_t bytes = f->credit > 0 ? (uint64_t)f->credit : 0;

    if (bytes < f->window / 2)
        bytes = f->window / 2;
    if (f->peer->fragment_bytes != 0 && bytes > f->peer->fragment_bytes)
        bytes = f->peer->fragment_bytes;
    if (bytes > MU_FRAME_BYTES_MAX)
        bytes = MU_FRAME_BYTES_MAX;
    return bytes < FRAGMENT_BYTES_MIN ? FRAGMENT_BYTES_MIN : (size_t)bytes;
}

/* Cuts the next fragment and sends it; *sent is its part of the frame's size. */
static enum mu_err send_fragment(struct mu_daemon *d, struct mu_follower *f, size_t *sent)
{
    static uint8_t piece[MU_FRAME_BYTES_MAX];
    struct mu_writer w = mu_writer(piece, sizeof piece);
    size_t at = f->frame_at;
    enum mu_err err;

    MU_CHECK(mu_frame_cut((struct mu_bytes){f->frame, f->frame_size}, piece_bytes(f), &at, &w));
    if ((err = mu_send(d, f->peer, mu_written(&w))) != MU_OK)
        return err;
    /* The head counts once, as the receiver counts it: with the whole frame. */
    *sent = w.used - (f->frame_at == 0 ? 0 : MU_FRAME_HEAD_BYTES);
    f->frame_at = at;
    if (at == f->frame_size) {
        free(f->frame);
        f->frame = NULL;
    }
    return MU_OK;
}

/* Sends the frame at hand, or the next piece of it. BUSY: later; ABSENT: the peer is gone. */
static enum mu_err send_frame(struct mu_daemon *d, struct mu_follower *f, size_t *sent)
{
    enum mu_err err;

    if (f->frame_at > 0 || f->frame_size > piece_bytes(f)) {
        err = send_fragment(d, f, sent);
    } else {
        err = mu_send_owned(d, f->peer, &f->frame, f->frame_size);
        *sent = err == MU_OK ? f->frame_size : 0;
    }
    if (err != MU_OK)
        return err;
    spend(d, f, *sent);
    if (f->frame == NULL)
        mu_session_said(&f->peer->session, MU_FRAME_DELIVER);
    return MU_OK;
}

static uint8_t slowest_lane(uint8_t lanes)
{
    return (lanes & 4) != 0 ? MU_LANE_ROUTINE : (lanes & 2) != 0 ? MU_LANE_URGENT : MU_LANE_LIFE;
}

static uint8_t lane_of(const uint8_t *frame)
{
    return frame[3];
}

static enum mu_err write_frame(struct mu_daemon *d, struct mu_follower *f,
                               const struct mu_bundle *bundle)
{
    struct mu_deliver deliver = {
        .id = f->id,
        .epoch = bundle->epoch,
        .through = bundle->through,
        .head = d->head.size,
        .slices = bundle->slices,
        .slice_bytes = bundle->bytes,
        .lane = slowest_lane(f->lanes),
    };
    struct mu_writer w = mu_writer(NULL, 0);

    if (bundle->through == d->head.size)
        deliver.note = d->note;
    mu_deliver_write(&w, &deliver);
    if ((f->frame = malloc(w.used)) == NULL)
        return MU_E_NO_MEMORY;
    w = mu_writer(f->frame, w.used);
    mu_deliver_write(&w, &deliver);
    MU_CHECK(mu_writer_ok(&w) && w.used <= MU_FRAME_BYTES_MAX);
    f->frame_size = w.used;
    f->frame_at = 0;
    f->at = bundle->through + 1;
    f->told = bundle->through;
    f->told_ms = d->now.machine_ms;
    return MU_OK;
}

/* ---- what next ------------------------------------------------------------------------------- */
static size_t share_bytes(const struct mu_daemon *d)
{
    size_t share = (size_t)(d->config->budget_bytes / 4 / d->follower_count);
    size_t bytes = DELIVER_BYTES;

    while (bytes > share && bytes > DELIVER_BYTES_CROWDED)
        bytes /= 2;
    return bytes;
}

/* A frame is of use when it is whole, and lost when the link breaks in its middle: on a slow one it
 * holds about half a second. Halved, not fitted, so that followers share what was encoded. */
static size_t deliver_bytes(const struct mu_daemon *d, const struct mu_follower *f)
{
    size_t bytes = share_bytes(d);

    while (bytes > f->window / 2 && bytes > 2 * DELIVER_BYTES_MIN)
        bytes /= 2;
    if (f->peer->deliver_bytes == 0 || f->peer->deliver_bytes > bytes)
        return bytes;
    return f->peer->deliver_bytes < DELIVER_BYTES_MIN ? DELIVER_BYTES_MIN : f->peer->deliver_bytes;
}

static enum mu_err get_bundle(struct mu_daemon *d, const struct mu_follower *f,
                              struct mu_bundle *out)
{
    const mu_roster *roster = mu_desk_roster(d->desk);
    bool reads_all = mu_authority_reads_all(roster, &f->peer->seat.agent);
    struct mu_wish wish = {
        .from = f->at,
        .lanes = f->lanes,
        .everything = f->everything && reads_all,
        .filter = &f->filter,
        .only = reads_all ? NULL : &f->peer->seat.agent,
        .bytes_max = deliver_bytes(d, f),
        .head = d->head.size,
    };

    return mu_bundles_get(d->bundles, d->log, roster, mu_broker_clock_at(&d->clock, &d->now), &wish,
                          out);
}

static void tell_damage(struct mu_daemon *d, uint64_t number)
{
    static int64_t told_ms;

    if (told_ms != 0 && d->now.machine_ms - told_ms < DAMAGE_EVERY_MS)
        return;
    told_ms = d->now.machine_ms;
    mu_tell("entry %llu does not match its hash and is not served: run muster-replay verify",
            (unsigned long long)number);
}

/* Whether a bundle without slices is worth a frame now. */
static bool must_tell(struct mu_daemon *d, const struct mu_follower *f, uint64_t through)
{
    bool steps = !d->clock.is_wall && d->clock.clock.rate_milli == 0;
    int64_t since_ms = d->now.machine_ms - f->told_ms;

    if (through <= f->told && f->told_ms != 0)
        return false;
    if (steps || f->told_ms == 0 || since_ms >= TELL_EVERY_MS)
        return true;
    look_again(d, TELL_EVERY_MS - since_ms);
    return false;
}

/* Makes the next frame for this follower, if there is one to make. */
static enum mu_err next_frame(struct mu_daemon *d, struct mu_follower *f)
{
    struct mu_bundle bundle = {d->head.epoch, f->at, d->head.size, 0, {NULL, 0}};
    enum mu_err err;

    if (f->at > d->head.size)
        return must_tell(d, f, d->head.size) ? write_frame(d, f, &bundle) : MU_OK;
    err = get_bundle(d, f, &bundle);
    if (err == MU_E_CORRUPT) {
        tell_damage(d, f->at);
        return MU_OK;
    }
    if (err != MU_OK)
        return err;
    d->more = d->more || bundle.through < d->head.size;
    if (bundle.slices > 0 || must_tell(d, f, bundle.through))
        return write_frame(d, f, &bundle);
    f->at = bundle.through + 1;
    return MU_OK;
}

/* PROTOCOL §4.3: fragments of one lane do not mix, so one DELIVER of a peer and lane is cut at a time. */
static bool another_is_cut(const struct mu_follower *f)
{
    uint8_t lane = slowest_lane(f->lanes);

    for (size_t i = 0; i < MU_FOLLOWS_MAX; i++) {
        const struct mu_follower *other = f->peer->follower[i];

        if (other != NULL && other != f && other->frame != NULL && other->frame_at > 0 &&
            lane_of(other->frame) == lane)
            return true;
    }
    return false;
}

/* What may come in is of the same budget; a quarter is always for what goes out. */
static uint64_t house_bytes(const struct mu_daemon *d)
{
    uint64_t least = d->config->budget_bytes / 4;

    return d->peers.granted + least < d->config->budget_bytes
               ? d->config->budget_bytes - d->peers.granted
               : least;
}

static bool house_has_room(const struct mu_daemon *d, const struct mu_follower *f)
{
    uint64_t share = d->config->budget_bytes / 4 / d->follower_count;

    return d->in_flight < house_bytes(d) || f->in_flight == 0 ||
           f->in_flight + share_bytes(d) <= share;
}

/* What is half sent stands in the way of its lane. A follow that is alive gets credit and goes on; one
 * that was left, because another took its place, gets none: then its frame is finished without. */
static bool stands_in_the_way(const struct mu_daemon *d, const struct mu_follower *f)
{
    if (f->frame == NULL || f->frame_at == 0 || d->now.machine_ms - f->credited_ms < LEFT_MS)
        return false;
    for (size_t i = 0; i < MU_FOLLOWS_MAX; i++) {
        const struct mu_follower *other = f->peer->follower[i];

        if (other != NULL && other != f && other->credit > 0 &&
            slowest_lane(other->lanes) == lane_of(f->frame))
            return true;
    }
    return false;
}

static bool may_be_sent(const struct mu_daemon *d, const struct mu_follower *f)
{
    return f->peer != NULL && !f->peer->gone &&
           (stands_in_the_way(d, f) || (f->credit > 0 && house_has_room(d, f))) &&
           mu_session_may_say(&f->peer->session, MU_FRAME_DELIVER) && !another_is_cut(f);
}

/* One frame, or one piece of it, for one follower. */
static enum mu_err feed_one(struct mu_daemon *d, struct mu_follower *f, size_t *sent)
{
    enum mu_err err;

    *sent = 0;
    if (!may_be_sent(d, f))
        return MU_OK;
    if (f->frame == NULL && (err = next_frame(d, f)) != MU_OK)
        return err;
    if (f->frame == NULL)
        return MU_OK;
    err = send_frame(d, f, sent);
    if (err == MU_E_BUSY)
        look_again(d, RETRY_MS);
    return MU_OK;
}

void mu_feed_stand(struct mu_daemon *d)
{
    const mu_roster *roster = mu_desk_roster(d->desk);
    int64_t now_ms = mu_broker_clock_at(&d->clock, &d->now);

    for (struct mu_follower *f = d->followers; f != NULL; f = f->next) {
        struct mu_peer *peer = f->peer;
        enum mu_err standing;

        if (peer == NULL)
            continue;
        standing = mu_authority_standing(roster, &peer->seat.agent, now_ms);
        if (standing == MU_OK)
            continue;
        mu_send_bye(d, peer, standing);
        mu_feed_end(d, peer);
    }
}

enum mu_err mu_feed(struct mu_daemon *d)
{
    size_t total = 0, before;
    enum mu_err err = MU_OK;

    do { /* a frame each, round and round */
        before = total;
        for (struct mu_follower *f = d->followers; f != NULL && err == MU_OK; f = f->next) {
            size_t sent;

            err = feed_one(d, f, &sent);
            total += sent;
        }
    } while (err == MU_OK && total > before && total < PASS_BYTES_MAX);
    d->more = d->more || total >= PASS_BYTES_MAX;
    sweep(d);
    return err == MU_E_NO_MEMORY ? MU_OK : err; /* memory may be back with the next pass */
}

void mu_feed_close(struct mu_daemon *d)
{
    while (d->followers != NULL) {
        struct mu_follower *f = d->followers;

        d->followers = f->next;
        free_follower(d, f);
    }
}
