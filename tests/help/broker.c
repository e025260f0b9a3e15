#include "tests/help/broker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zmq.h>

#include "proto/topic/filter.h"
#include "proto/wire/event.h"
#include "proto/wire/json.h"
#include "tests/help/county.h"
#include "tests/help/keys.h"

#define OTHER_SEED 104
#define CREDIT_BYTES (256u * 1024)
#define DELIVER_BYTES_MAX (200u * 1024)
#define STATUS_EXERCISE 3

static uint8_t frame_room[MU_FRAME_BYTES_MAX];
static struct mu_item items[MU_BATCH_EVENTS_MAX];

/* ---- the record ------------------------------------------------------------------------------ */

static enum mu_err node(void *from, unsigned level, uint64_t index, struct mu_hash *out)
{
    const struct help_broker *b = from;
    struct mu_hash left, right;

    if (level == 0) {
        *out = b->leaves[index];
        return MU_OK;
    }
    assert_int_equal(node(from, level - 1, index * 2, &left), MU_OK);
    assert_int_equal(node(from, level - 1, index * 2 + 1, &right), MU_OK);
    mu_node_hash(&left, &right, out);
    return MU_OK;
}

static size_t write_note(const struct help_broker *b, uint64_t size, char note[MU_NOTE_BYTES_MAX])
{
    struct mu_head head = {.epoch = b->epoch, .size = size};

    mu_tree_root(b->leaves, size, &head.root);
    if (b->lie == HELP_LIE_HEAD)
        head.root.b[0] ^= 1;
    assert_int_equal(
        mu_checkpoint_sign(&b->log, &head, b->lie == HELP_LIE_NOTE ? b->other_key : b->key, note),
        MU_OK);
    return strlen(note);
}

static struct help_broker_lane *lane_of(struct help_broker *b, const struct mu_agent_id *agent,
                                        uint64_t instance, uint8_t lane)
{
    for (size_t i = 0; i < b->lanes; i++)
        if (mu_agent_id_equal(&b->lane[i].agent, agent) && b->lane[i].instance == instance &&
            b->lane[i].lane == lane)
            return &b->lane[i];
    assert_true(b->lanes < HELP_BROKER_LANES);
    b->lane[b->lanes] =
        (struct help_broker_lane){.agent = *agent, .instance = instance, .lane = lane};
    return &b->lane[b->lanes++];
}

static struct help_broker_batch *append(struct help_broker *b, const struct mu_batch *batch,
                                        struct mu_bytes bytes)
{
    struct help_broker_lane *lane =
        lane_of(b, &batch->seal.agent, batch->seal.instance, batch->seal.lane);
    struct help_broker_batch *kept = &b->batch[b->batches++];

    assert_true(b->batches < HELP_BROKER_BATCHES);
    assert_true(b->size + batch->seal.count < HELP_BROKER_ENTRIES);
    *kept = (struct help_broker_batch){.bytes = malloc(bytes.size),
                                       .size = bytes.size,
                                       .first_number = b->size + 1,
                                       .at_ms = b->now_ms,
                                       .count = batch->seal.count};
    memcpy(kept->bytes, bytes.data, bytes.size);
    for (uint32_t i = 0; i < batch->seal.count; i++) {
        struct mu_record record = {.epoch = b->epoch,
                                   .number = b->size + 1,
                                   .accepted_at_ms = b->now_ms,
                                   .judge_version = 1,
                                   .author_leaf = batch->items[i].leaf};

        b->author[b->size] = batch->items[i].leaf;
        b->leaves[b->size++] = mu_log_leaf(&record);
    }
    lane->last.sequence = batch->seal.first_sequence + batch->seal.count - 1;
    lane->last.leaf = batch->items[batch->seal.count - 1].leaf;
    return kept;
}

void help_broker_record(struct help_broker *b, struct mu_bytes bytes)
{
    struct mu_batch batch;

    assert_int_equal(mu_batch_read(bytes, items, &batch), MU_OK);
    mu_batch_leaves(&batch);
    append(b, &batch, bytes);
}

uint64_t help_broker_events_of(const struct help_broker *b, const struct mu_agent_id *agent)
{
    uint64_t count = 0;

    for (size_t i = 0; i < b->batches; i++) {
        struct mu_reader r = mu_reader((struct mu_bytes){b->batch[i].bytes, MU_SEAL_BYTES});
        struct mu_seal seal;

        assert_int_equal(mu_seal_read(&r, &seal), MU_OK);
        count += mu_agent_id_equal(&seal.agent, agent) ? seal.count : 0;
    }
    return count;
}

void help_broker_forget(struct help_broker *b, size_t batches)
{
    b->lanes = 0;
    while (batches-- > 0) {
        b->size -= b->batch[--b->batches].count;
        free(b->batch[b->batches].bytes);
    }
    for (size_t i = 0; i < b->batches; i++) {
        struct mu_batch batch;

        assert_int_equal(
            mu_batch_read((struct mu_bytes){b->batch[i].bytes, b->batch[i].size}, items, &batch),
            MU_OK);
        mu_batch_leaves(&batch);
        lane_of(b, &batch.seal.agent, batch.seal.instance, batch.seal.lane)->last =
            (struct mu_lane_mark){batch.seal.first_sequence + batch.seal.count - 1,
                                  batch.items[batch.seal.count - 1].leaf};
    }
}

/* ---- genesis and enrolments ------------------------------------------------------------------ */

static void know(struct help_broker *b, const struct mu_public *public)
{
    assert_true(b->knowns < HELP_BROKER_AGENTS);
    b->known[b->knowns].agent = mu_public_id(public);
    assert_int_equal(mu_verifier_open(public, &b->known[b->knowns++].verifier), MU_OK);
}

static const mu_verifier *verifier_of(const struct help_broker *b, const struct mu_agent_id *agent)
{
    for (size_t i = 0; i < b->knowns; i++)
        if (mu_agent_id_equal(&b->known[i].agent, agent))
            return b->known[i].verifier;
    return NULL;
}

static size_t seal_one(struct mu_seal *seal, const Muster__Event *event, const mu_key *key,
                       uint8_t *bytes, size_t room, struct mu_hash *leaf)
{
    uint8_t *body = malloc(mu_event_size(event));
    struct mu_bytes bodies = {body, mu_event_pack(event, body)};
    struct mu_writer w = mu_writer(bytes, room);

    assert_int_equal(mu_batch_write(&w, seal, &bodies, 1, key, leaf), MU_OK);
    free(body);
    return w.used;
}

static void write_genesis(struct help_broker *b)
{
    static uint8_t bytes[8192];
    struct county_genesis g;
    struct mu_public admin;
    struct mu_seal seal = {.agent = mu_public_id(&b->log_key),
                           .instance = 1,
                           .lane = mu_kind_lane(MUSTER__EVENT__BODY_GENESIS, 0),
                           .first_sequence = 1};
    size_t size;

    county_genesis(&g);
    g.genesis.broker_curve_key.data = b->curve;
    size = seal_one(&seal, &g.event, b->key, bytes, sizeof bytes, &b->log);
    help_broker_record(b, (struct mu_bytes){bytes, size});
    mu_key_public(b->admin_key, &admin);
    know(b, &b->log_key);
    know(b, &admin);
}

static void read_request(const char *dir, mu_arena *arena, Muster__Event **event)
{
    static char text[8192];
    char path[512];
    struct mu_fault fault;
    FILE *file;
    size_t size;

    snprintf(path, sizeof path, "%s/request", dir);
    file = fopen(path, "r");
    assert_non_null(file);
    size = fread(text, 1, sizeof text, file);
    fclose(file);
    assert_int_equal(
        mu_event_from_json((struct mu_bytes){(const uint8_t *)text, size}, arena, event, &fault),
        MU_OK);
}

void help_broker_enrol(struct help_broker *b, const char *dir)
{
    static uint8_t bytes[8192];
    mu_arena arena = mu_arena_make(1u << 20);
    Muster__Event *event;
    struct mu_public admin, public;
    struct mu_seal seal = {.instance = 1,
                           .origin = b->log,
                           .first_sequence = ++b->admin_sequence,
                           .previous = b->admin_leaf};
    size_t size;

    read_request(dir, &arena, &event);
    assert_int_equal(event->body_case, MUSTER__EVENT__BODY_ENROLMENT);
    mu_key_public(b->admin_key, &admin);
    seal.agent = mu_public_id(&admin);
    seal.lane = mu_kind_lane(MUSTER__EVENT__BODY_ENROLMENT, 0);
    size = seal_one(&seal, event, b->admin_key, bytes, sizeof bytes, &b->admin_leaf);
    help_broker_record(b, (struct mu_bytes){bytes, size});
    memcpy(public.b, event->enrolment->sign_key.data, sizeof public.b);
    know(b, &public);
    mu_arena_free(&arena);
}

/* ---- the socket ------------------------------------------------------------------------------ */

static void listen_at(struct help_broker *b, const char *endpoint)
{
    int one = 1, zero = 0;
    size_t size = sizeof b->endpoint;

    b->context = zmq_ctx_new();
    b->zap = zmq_socket(b->context, ZMQ_REP);
    assert_int_equal(zmq_bind(b->zap, "inproc://zeromq.zap.01"), 0);
    b->router = zmq_socket(b->context, ZMQ_ROUTER);
    assert_int_equal(zmq_setsockopt(b->router, ZMQ_CURVE_SERVER, &one, sizeof one), 0);
    assert_int_equal(zmq_setsockopt(b->router, ZMQ_CURVE_SECRETKEY, b->secret, 32), 0);
    assert_int_equal(zmq_setsockopt(b->router, ZMQ_LINGER, &zero, sizeof zero), 0);
    assert_int_equal(zmq_setsockopt(b->router, ZMQ_ZAP_DOMAIN, "muster", 6), 0);
    assert_int_equal(zmq_bind(b->router, endpoint), 0);
    assert_int_equal(zmq_getsockopt(b->router, ZMQ_LAST_ENDPOINT, b->endpoint, &size), 0);
}

static void hang_up(struct help_broker *b)
{
    int zero = 0;

    zmq_close(b->router);
    zmq_setsockopt(b->zap, ZMQ_LINGER, &zero, sizeof zero);
    zmq_close(b->zap);
    zmq_ctx_term(b->context);
    for (size_t i = 0; i < b->peers; i++)
        mu_session_end(&b->peer[i].session);
    b->peers = b->follows = 0;
}

void help_broker_restart(struct help_broker *b)
{
    char endpoint[sizeof b->endpoint];

    snprintf(endpoint, sizeof endpoint, "%s", b->endpoint);
    hang_up(b);
    listen_at(b, endpoint);
}

struct help_broker *help_broker_open(void)
{
    struct help_broker *b = calloc(1, sizeof *b);
    char public_z85[41], secret_z85[41];

    assert_non_null(b);
    b->leaves = calloc(HELP_BROKER_ENTRIES, sizeof *b->leaves);
    b->author = calloc(HELP_BROKER_ENTRIES, sizeof *b->author);
    b->key = help_key(COUNTY_BROKER);
    b->other_key = help_key(OTHER_SEED);
    b->admin_key = help_key(COUNTY_ADMIN);
    b->epoch = 1;
    b->now_ms = COUNTY_START_MS;
    b->welcome_credit = CREDIT_BYTES;
    mu_key_public(b->key, &b->log_key);
    assert_int_equal(zmq_curve_keypair(public_z85, secret_z85), 0);
    assert_non_null(zmq_z85_decode(b->curve, public_z85));
    assert_non_null(zmq_z85_decode(b->secret, secret_z85));
    write_genesis(b);
    listen_at(b, "tcp://127.0.0.1:*");
    return b;
}

void help_broker_close(struct help_broker **handle)
{
    struct help_broker *b = *handle;

    hang_up(b);
    for (size_t i = 0; i < b->batches; i++)
        free(b->batch[i].bytes);
    for (size_t i = 0; i < b->knowns; i++)
        mu_verifier_close(&b->known[i].verifier);
    mu_key_close(&b->key);
    mu_key_close(&b->other_key);
    mu_key_close(&b->admin_key);
    free(b->leaves);
    free(b->author);
    free(b);
    *handle = NULL;
}

/* RFC 27: version, request id, domain, address, identity, mechanism, key. */
static void open_door(struct help_broker *b)
{
    uint8_t part[9][256];
    int size[9] = {0}, count = 0, more = 1;
    size_t more_size = sizeof more;

    while (more && count < 9) {
        size[count] = zmq_recv(b->zap, part[count], sizeof part[0], count == 0 ? ZMQ_DONTWAIT : 0);
        if (size[count] < 0)
            return;
        zmq_getsockopt(b->zap, ZMQ_RCVMORE, &more, &more_size);
        count++;
    }
    zmq_send(b->zap, "1.0", 3, ZMQ_SNDMORE);
    zmq_send(b->zap, part[1], (size_t)size[1], ZMQ_SNDMORE);
    zmq_send(b->zap, b->locked ? "400" : "200", 3, ZMQ_SNDMORE);
    zmq_send(b->zap, "", 0, ZMQ_SNDMORE);
    zmq_send(b->zap, "", 0, ZMQ_SNDMORE);
    zmq_send(b->zap, "", 0, 0);
}

static void say(struct help_broker *b, struct help_broker_peer *peer, uint8_t type,
                const struct mu_writer *w)
{
    assert_true(mu_writer_ok(w));
    if (b->mute || !mu_session_may_say(&peer->session, type))
        return;
    mu_session_said(&peer->session, type);
    zmq_send(b->router, peer->identity, peer->identity_size, ZMQ_SNDMORE | ZMQ_DONTWAIT);
    zmq_send(b->router, w->data, w->used, ZMQ_DONTWAIT);
}

static struct mu_writer frame_writer(void)
{
    return mu_writer(frame_room, sizeof frame_room);
}

/* ---- hearing --------------------------------------------------------------------------------- */

static void hear_hello(struct help_broker *b, struct help_broker_peer *peer,
                       const struct mu_heard *heard)
{
    struct mu_writer w = frame_writer();
    char note[MU_NOTE_BYTES_MAX];
    struct mu_welcome welcome = {.log = b->log,
                                 .epoch = b->epoch,
                                 .log_now_ms = b->now_ms,
                                 .status = STATUS_EXERCISE,
                                 .credit_bytes = b->welcome_credit};

    b->hellos++;
    b->told_fragment = heard->as.hello.fragment_bytes;
    peer->agent = heard->as.hello.agent;
    peer->instance = heard->as.hello.instance;
    for (size_t i = b->follows; i > 0; i--)
        if (b->follow[i - 1].peer == peer)
            b->follow[i - 1] = b->follow[--b->follows];
    for (uint8_t lane = 0; lane < MU_LANES && peer->instance != 0; lane++)
        welcome.lane[lane] = lane_of(b, &peer->agent, peer->instance, lane)->last;
    welcome.note = (struct mu_bytes){(uint8_t *)note, write_note(b, b->size, note)};
    mu_welcome_write(&w, &welcome);
    say(b, peer, MU_FRAME_WELCOME, &w);
}

static void refuse(struct help_broker *b, struct help_broker_peer *peer, uint8_t lane,
                   uint64_t first, enum mu_err code, uint64_t expected)
{
    struct mu_writer w = frame_writer();
    struct mu_refused refused = {.first_sequence = first,
                                 .code = (uint16_t)code,
                                 .retry_ms = mu_err_class(code) == MU_CLASS_LATER ? 1 : 0,
                                 .expected = expected};

    mu_refused_write(&w, lane, &refused);
    say(b, peer, MU_FRAME_REFUSED, &w);
}

static void accept(struct help_broker *b, struct help_broker_peer *peer,
                   const struct help_broker_batch *kept, const struct mu_seal *seal)
{
    struct mu_writer w = frame_writer(), r;
    char note[MU_NOTE_BYTES_MAX];
    uint8_t refusal[64];
    struct mu_proof proof;
    struct mu_accepted f = {.first_sequence = seal->first_sequence,
                            .count = seal->count,
                            .epoch = b->epoch,
                            .first_number = kept->first_number,
                            .accepted_at_ms = kept->at_ms,
                            .judge_version = 1};

    assert_int_equal(mu_range_prove(node, b, f.first_number - 1, f.count, b->size, &proof), MU_OK);
    f.note = (struct mu_bytes){(uint8_t *)note, write_note(b, b->size, note)};
    f.proof_count = (uint16_t)proof.count;
    f.proof = (struct mu_bytes){proof.hash[0].b, proof.count * 32};
    if (b->lie == HELP_LIE_PROOF)
        proof.hash[0].b[5] ^= 1;
    if (b->lie == HELP_LIE_NUMBER)
        f.first_number--;
    if (b->lie == HELP_LIE_TIME)
        f.accepted_at_ms++;
    if (b->lie == HELP_LIE_VERDICT) {
        r = mu_writer(refusal, sizeof refusal);
        mu_refusal_write(&r, &(struct mu_refusal){.code = MU_E_NOT_GRANTED});
        f.refusals = 1;
        f.refusal_bytes = mu_written(&r);
    }
    mu_accepted_write(&w, seal->lane, &f);
    say(b, peer, MU_FRAME_ACCEPTED, &w);
}

static const struct help_broker_batch *find_batch(const struct help_broker *b,
                                                  const struct mu_seal *seal)
{
    for (size_t i = 0; i < b->batches; i++) {
        struct mu_reader r = mu_reader((struct mu_bytes){b->batch[i].bytes, MU_SEAL_BYTES});
        struct mu_seal other;

        assert_int_equal(mu_seal_read(&r, &other), MU_OK);
        if (mu_agent_id_equal(&other.agent, &seal->agent) && other.instance == seal->instance &&
            other.lane == seal->lane && other.first_sequence == seal->first_sequence &&
            mu_hash_equal(&other.root, &seal->root))
            return &b->batch[i];
    }
    return NULL;
}

static void fence(struct help_broker *b, const struct mu_seal *seal)
{
    for (uint8_t lane = 0; lane < MU_LANES; lane++)
        lane_of(b, &seal->agent, seal->instance, lane)->fenced = true;
}

static void hear_submit(struct help_broker *b, struct help_broker_peer *peer,
                        const struct mu_heard *heard)
{
    const struct help_broker_batch *again;
    struct help_broker_lane *lane;
    struct mu_batch batch;
    struct mu_seal *seal = &batch.seal;

    b->submits++;
    assert_int_equal(mu_batch_read(heard->as.batch, items, &batch), MU_OK);
    if (verifier_of(b, &seal->agent) == NULL) {
        refuse(b, peer, heard->lane, seal->first_sequence, MU_E_STRANGER, 0);
        return;
    }
    assert_int_equal(mu_batch_check(&batch, verifier_of(b, &seal->agent)), MU_OK);
    lane = lane_of(b, &seal->agent, seal->instance, seal->lane);
    again = find_batch(b, seal);
    if (b->refusals > 0) {
        b->refusals--;
        refuse(b, peer, seal->lane, seal->first_sequence, b->refuse, 0);
    } else if (again != NULL) {
        accept(b, peer, again, seal);
    } else if (lane->fenced) {
        refuse(b, peer, seal->lane, seal->first_sequence, MU_E_FENCED, 0);
    } else if (seal->first_sequence <= lane->last.sequence) {
        fence(b, seal);
        refuse(b, peer, seal->lane, seal->first_sequence, MU_E_FORK, 0);
    } else if (seal->first_sequence > lane->last.sequence + 1) {
        refuse(b, peer, seal->lane, seal->first_sequence, MU_E_GAP, lane->last.sequence + 1);
    } else if (!mu_hash_equal(&seal->previous, &lane->last.leaf)) {
        fence(b, seal);
        refuse(b, peer, seal->lane, seal->first_sequence, MU_E_FORK, 0);
    } else {
        accept(b, peer, append(b, &batch, heard->as.batch), seal);
    }
}

static void hear_follow(struct help_broker *b, struct help_broker_peer *peer,
                        const struct mu_heard *heard)
{
    const struct mu_follow *f = &heard->as.follow;
    struct help_broker_follow *follow = &b->follow[b->follows++];

    assert_true(b->follows <= HELP_BROKER_FOLLOWS);
    *follow = (struct help_broker_follow){
        .peer = peer, .id = f->id, .next = f->from, .credit = f->credit_bytes};
    memcpy(follow->filter, f->filter.data, f->filter.size);
}

static void hear_credit(struct help_broker *b, struct help_broker_peer *peer,
                        const struct mu_heard *heard)
{
    for (size_t i = 0; i < b->follows; i++)
        if (b->follow[i].peer == peer && b->follow[i].id == heard->as.credit.id)
            b->follow[i].credit += heard->as.credit.bytes;
}

static void hear_ping(struct help_broker *b, struct help_broker_peer *peer,
                      const struct mu_heard *heard)
{
    struct mu_writer w = frame_writer();
    struct mu_pong pong = {
        .echo_ms = heard->as.ping.wall_ms, .log_now_ms = b->now_ms, .all_idle_through = UINT64_MAX};

    b->pings++;
    if (b->deaf_to_pings)
        return;
    peer->idle_through = heard->as.ping.idle_through;
    for (size_t i = 0; i < b->peers; i++)
        if (b->peer[i].idle_through < pong.all_idle_through)
            pong.all_idle_through = b->peer[i].idle_through;
    mu_pong_write(&w, &pong);
    say(b, peer, MU_FRAME_PONG, &w);
}

static void hear_clock(struct help_broker *b, struct help_broker_peer *peer,
                       const struct mu_heard *heard)
{
    struct mu_writer w = frame_writer();

    b->clocks++;
    b->clock_wanted = b->now_ms = heard->as.clock.log_ms;
    mu_clock_frame_write(&w, &(struct mu_clock_frame){.log_ms = b->now_ms});
    say(b, peer, MU_FRAME_CLOCK, &w);
}

static void (*const hear[MU_FRAME_TYPES])(struct help_broker *, struct help_broker_peer *,
                                          const struct mu_heard *) = {
    [MU_FRAME_HELLO] = hear_hello,   [MU_FRAME_SUBMIT] = hear_submit,
    [MU_FRAME_FOLLOW] = hear_follow, [MU_FRAME_CREDIT] = hear_credit,
    [MU_FRAME_PING] = hear_ping,     [MU_FRAME_CLOCK] = hear_clock,
};

static struct help_broker_peer *peer_of(struct help_broker *b, const uint8_t *identity, size_t size)
{
    for (size_t i = 0; i < b->peers; i++)
        if (b->peer[i].identity_size == size && memcmp(b->peer[i].identity, identity, size) == 0)
            return &b->peer[i];
    assert_true(b->peers < HELP_BROKER_PEERS);
    b->peer[b->peers] = (struct help_broker_peer){.identity_size = size};
    memcpy(b->peer[b->peers].identity, identity, size);
    b->peer[b->peers].session = mu_session(MU_SIDE_BROKER, NULL);
    return &b->peer[b->peers++];
}

static bool hear_one(struct help_broker *b)
{
    static uint8_t message[MU_FRAME_BYTES_MAX];
    uint8_t identity[8];
    struct help_broker_peer *peer;
    struct mu_heard heard;
    struct mu_writer w = frame_writer();
    enum mu_err err;
    int identity_size = zmq_recv(b->router, identity, sizeof identity, ZMQ_DONTWAIT), size;

    if (identity_size < 0)
        return false;
    size = zmq_recv(b->router, message, sizeof message, 0);
    peer = peer_of(b, identity, (size_t)identity_size);
    if (size > 1 && message[1] == MU_FRAME_SUBMIT)
        b->submit_bytes += (size_t)size;
    err = mu_session_hear(&peer->session, (struct mu_bytes){message, (size_t)size}, &heard);
    if (err != MU_OK) {
        mu_bye_write(&w, &(struct mu_bye){.code = (uint16_t)err});
        say(b, peer, MU_FRAME_BYE, &w);
    } else if (hear[heard.type] != NULL) {
        hear[heard.type](b, peer, &heard);
    }
    return true;
}

/* ---- delivering ------------------------------------------------------------------------------ */

static bool wants(const char *text, struct mu_bytes body)
{
    static struct mu_filter filter;
    struct mu_bytes all = {(const uint8_t *)text, strlen(text)};
    struct mu_topic topic;
    struct mu_fault fault;
    size_t at;

    assert_int_equal(mu_filter_read(all, &filter, &at), MU_OK);
    if (mu_filter_is_everything(&filter))
        return true;
    assert_int_equal(mu_event_scan(body, &topic, &fault), MU_OK);
    return mu_filter_wants(
        &filter, &(struct mu_filter_facts){.kind = {(const uint8_t *)mu_kind_name(topic.kind),
                                                    strlen(mu_kind_name(topic.kind))},
                                           .area = topic.area,
                                           .agency = topic.agency,
                                           .incident = topic.incident,
                                           .severity = topic.severity});
}

/* False when the filter wants nothing of this batch. */
static bool write_slice(struct help_broker *b, const char *filter,
                        const struct help_broker_batch *kept, struct mu_writer *w)
{
    static uint8_t room[MU_FRAME_BYTES_MAX], copy[MU_FRAME_BYTES_MAX];
    struct mu_writer written = mu_writer(room, sizeof room);
    struct mu_batch batch;
    struct mu_slice slice = {.first_number = kept->first_number,
                             .accepted_at_ms = kept->at_ms,
                             .judge_version = 1,
                             .count = kept->count};
    bool any = false;

    memcpy(copy, kept->bytes, kept->size);
    if (b->lie == HELP_LIE_BODY && kept->first_number > 1)
        copy[kept->size - 1] ^= 1;
    if (b->lie == HELP_LIE_SEAL && kept->first_number > 1)
        copy[MU_SEAL_BYTES - 1] ^= 1;
    assert_int_equal(mu_batch_read((struct mu_bytes){copy, kept->size}, items, &batch), MU_OK);
    for (uint32_t i = 0; i < kept->count; i++) {
        bool wanted = wants(filter, batch.items[i].body);
        struct mu_slice_item item = {.what = wanted ? MU_SLICE_FULL : MU_SLICE_LEFT_OUT,
                                     .leaf = b->author[kept->first_number - 1 + i],
                                     .body = batch.items[i].body};

        any = any || wanted;
        mu_slice_item_write(&written, &item);
    }
    slice.seal = batch.seal_bytes;
    slice.items = mu_written(&written);
    if (any)
        mu_slice_write(w, &slice);
    return any;
}

static const struct help_broker_batch *batch_at(const struct help_broker *b, uint64_t number)
{
    for (size_t i = 0; i < b->batches; i++)
        if (number >= b->batch[i].first_number &&
            number < b->batch[i].first_number + b->batch[i].count)
            return &b->batch[i];
    return NULL;
}

static bool deliver(struct help_broker *b, struct help_broker_follow *follow)
{
    static uint8_t room[MU_FRAME_BYTES_MAX];
    struct mu_writer slices = mu_writer(room, sizeof room), w = frame_writer();
    struct mu_deliver f = {
        .id = follow->id, .epoch = b->epoch, .through = follow->next - 1, .head = b->size};
    const struct help_broker_batch *batch;
    char note[MU_NOTE_BYTES_MAX];
    uint32_t seen = 0;

    if (follow->credit <= 0 || follow->told >= b->size)
        return false;
    while ((batch = batch_at(b, follow->next)) != NULL && slices.used < DELIVER_BYTES_MAX &&
           (b->slice_batches == 0 || seen < b->slice_batches)) {
        if (b->lie != HELP_LIE_GAP || batch->first_number != 2)
            f.slices = (uint16_t)(f.slices + write_slice(b, follow->filter, batch, &slices));
        f.through = batch->first_number + batch->count - 1;
        follow->next = f.through + 1;
        seen++;
    }
    f.slice_bytes = mu_written(&slices);
    f.note = (struct mu_bytes){(uint8_t *)note, write_note(b, f.through, note)};
    mu_deliver_write(&w, &f);
    if (b->lie == HELP_LIE_FLIP && b->flip_bit / 8 < w.used)
        frame_room[b->flip_bit / 8] ^= (uint8_t)(1u << b->flip_bit % 8);
    follow->told = f.through;
    follow->credit -= (int64_t)w.used;
    say(b, follow->peer, MU_FRAME_DELIVER, &w);
    return true;
}

void help_broker_turn(struct help_broker *b, int timeout_ms)
{
    zmq_pollitem_t poll[] = {{.socket = b->router, .events = ZMQ_POLLIN},
                             {.socket = b->zap, .events = ZMQ_POLLIN}};

    zmq_poll(poll, 2, timeout_ms);
    open_door(b);
    while (hear_one(b))
        continue;
    for (size_t i = 0; i < b->follows; i++)
        while (deliver(b, &b->follow[i]))
            continue;
}
