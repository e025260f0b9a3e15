#include "tests/help/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/help/keys.h"

/* ---- what the desk says ---------------------------------------------------------------------- */
static void keep_answer(void *user, struct mu_desk_seat *seat, struct mu_bytes frame)
{
    struct stage *stage = user;
    struct stage_answer *answer = &stage->answer[stage->answers];
    struct mu_frame_head head;
    struct mu_reader r;

    assert_true(stage->answers < STAGE_ANSWERS_MAX && frame.size <= sizeof answer->bytes);
    stage->answers++;
    memcpy(answer->bytes, frame.data, frame.size);
    r = mu_reader((struct mu_bytes){answer->bytes, frame.size});
    assert_int_equal(mu_frame_head_read(&r, &head), MU_OK);
    answer->seat = seat;
    answer->type = head.type;
    answer->lane = head.lane;
    if (head.type == MU_FRAME_ACCEPTED) {
        assert_int_equal(mu_accepted_read(&r, &answer->accepted), MU_OK);
        return;
    }
    assert_int_equal(head.type, MU_FRAME_REFUSED);
    assert_int_equal(mu_refused_read(&r, &answer->refused), MU_OK);
}

static void keep_alarm(void *user, const struct mu_desk_seat *seat, const struct mu_seal *seal,
                       enum mu_err code)
{
    struct stage *stage = user;

    (void)seat;
    (void)seal;
    stage->alarms++;
    stage->alarm = code;
}

/* ---- opening --------------------------------------------------------------------------------- */
static void open_desk(struct stage *stage)
{
    static uint64_t instance = 100;

    assert_int_equal(mu_desk_open(stage->county.log, help_key(COUNTY_BROKER), ++instance,
                                  &stage->options, &stage->desk),
                     MU_OK);
}

struct stage *stage_open(const struct mu_log_options *log, const struct mu_desk_options *options)
{
    struct stage *stage = calloc(1, sizeof *stage);
    struct stage_answer *answer;

    assert_non_null(stage);
    founded_make(&stage->county, log);
    if (options != NULL)
        stage->options = *options;
    stage->options.answer = keep_answer;
    stage->options.alarm = keep_alarm;
    stage->options.user = stage;
    stage->time = (struct mu_desk_time){COUNTY_START_MS, 1000};
    open_desk(stage);
    stage_speaker_open(stage, &stage->admin, COUNTY_ADMIN);
    stage_speaker_open(stage, &stage->em, 30);
    answer = stage_say(stage, &stage->admin, MU_LANE_ROUTINE,
                       founded_enrolment(&stage->county, 30, "EM", "emergency_management", NULL));
    assert_int_equal(answer->type, MU_FRAME_ACCEPTED);
    assert_int_equal(answer->accepted.refusals, 0);
    return stage;
}

void stage_close(struct stage **stage)
{
    stage_speaker_close(&(*stage)->admin);
    stage_speaker_close(&(*stage)->em);
    mu_desk_close(&(*stage)->desk);
    founded_remove(&(*stage)->county);
    free(*stage);
    *stage = NULL;
}

void stage_restart(struct stage *stage, const struct mu_log_options *log)
{
    mu_desk_close(&stage->desk);
    founded_reopen(&stage->county, log);
    open_desk(stage);
}

void stage_speaker_open(struct stage *stage, struct stage_speaker *speaker, uint8_t seed)
{
    *speaker = (struct stage_speaker){.seed = seed};
    for (uint8_t lane = 0; lane < MU_LANES; lane++)
        help_author_open(&speaker->lane[lane], seed, &stage->county.id, lane);
    speaker->seat.agent = speaker->lane[0].seal.agent;
}

void stage_speaker_close(struct stage_speaker *speaker)
{
    for (uint8_t lane = 0; lane < MU_LANES; lane++)
        help_author_close(&speaker->lane[lane]);
}

void stage_instance(struct stage_speaker *speaker, uint64_t instance)
{
    for (uint8_t lane = 0; lane < MU_LANES; lane++) {
        struct mu_seal *seal = &speaker->lane[lane].seal;

        seal->instance = instance;
        seal->first_sequence = 1;
        memset(&seal->previous, 0, sizeof seal->previous);
    }
}

/* ---- turns ----------------------------------------------------------------------------------- */
void stage_begin(struct stage *stage)
{
    stage->answers = 0;
    stage->time.machine_ms += 10;
    assert_int_equal(mu_desk_turn_begin(stage->desk, &stage->time), MU_OK);
}

void stage_end(struct stage *stage)
{
    assert_int_equal(mu_desk_turn_end(stage->desk), MU_OK);
}

/* The bytes are gone after the call: a desk must not keep what it was lent. */
void stage_submit(struct stage *stage, struct stage_speaker *speaker, uint8_t lane,
                  struct mu_bytes batch)
{
    uint8_t *copy = malloc(batch.size);

    assert_non_null(copy);
    memcpy(copy, batch.data, batch.size);
    assert_int_equal(
        mu_desk_submit(stage->desk, &speaker->seat, lane, (struct mu_bytes){copy, batch.size}),
        MU_OK);
    free(copy);
}

struct mu_bytes stage_bytes(const struct help_batch *batch)
{
    return (struct mu_bytes){batch->bytes, batch->size};
}

struct stage_answer *stage_send(struct stage *stage, struct stage_speaker *speaker, uint8_t lane,
                                const struct help_batch *batch)
{
    stage_begin(stage);
    stage_submit(stage, speaker, lane, stage_bytes(batch));
    stage_end(stage);
    assert_int_equal(stage->answers, 1);
    assert_int_equal(stage->answer[0].lane, lane);
    return &stage->answer[0];
}

struct stage_answer *stage_say(struct stage *stage, struct stage_speaker *speaker, uint8_t lane,
                               struct mu_bytes body)
{
    struct help_batch *batch = help_seal_bodies(&speaker->lane[lane], &body, NULL, 1);
    struct stage_answer *answer = stage_send(stage, speaker, lane, batch);

    help_batch_free(&batch);
    return answer;
}

/* ---- looking --------------------------------------------------------------------------------- */
static uint16_t code_of(const struct mu_accepted *accepted, uint32_t index)
{
    struct mu_bytes left = accepted->refusal_bytes;
    struct mu_refusal refusal;

    for (uint16_t i = 0; i < accepted->refusals; i++) {
        assert_int_equal(mu_refusal_next(&left, &refusal), MU_OK);
        if (refusal.index == index)
            return refusal.code;
    }
    return 0;
}

void stage_proves(const struct stage *stage, const struct stage_answer *answer,
                  const struct help_batch *batch)
{
    const struct mu_accepted *a = &answer->accepted;
    mu_verifier *log_key = help_verifier(COUNTY_BROKER);
    struct mu_hash leaves[MU_BATCH_EVENTS_MAX], root;
    struct mu_proof proof = {.count = a->proof_count};
    struct mu_head head;

    assert_int_equal(answer->type, MU_FRAME_ACCEPTED);
    assert_int_equal(a->count, batch->batch.seal.count);
    assert_int_equal(a->first_sequence, batch->batch.seal.first_sequence);
    for (uint32_t i = 0; i < a->count; i++) {
        struct mu_record record = {a->epoch,      a->first_number + i, a->accepted_at_ms,
                                   code_of(a, i), a->judge_version,    batch->items[i].leaf};

        leaves[i] = mu_log_leaf(&record);
    }
    memcpy(proof.hash, a->proof.data, a->proof.size);
    assert_int_equal(mu_checkpoint_read(a->note, &stage->county.id, log_key, NULL, &head), MU_OK);
    assert_int_equal(mu_range_root(leaves, a->first_number - 1, a->count, head.size, &proof, &root),
                     MU_OK);
    assert_memory_equal(root.b, head.root.b, sizeof root.b);
    mu_verifier_close(&log_key);
}

void stage_refuses(const struct stage_answer *answer, enum mu_err code)
{
    assert_int_equal(answer->type, MU_FRAME_REFUSED);
    assert_string_equal(mu_err_code((enum mu_err)answer->refused.code), mu_err_code(code));
}

void stage_refuses_event(const struct stage_answer *answer, enum mu_err code, const char *path)
{
    struct mu_bytes left = answer->accepted.refusal_bytes;
    struct mu_refusal refusal;

    assert_int_equal(answer->type, MU_FRAME_ACCEPTED);
    assert_int_equal(answer->accepted.refusals, 1);
    assert_int_equal(mu_refusal_next(&left, &refusal), MU_OK);
    assert_string_equal(mu_err_code((enum mu_err)refusal.code), mu_err_code(code));
    assert_int_equal(refusal.path.size, strlen(path));
    assert_memory_equal(refusal.path.data, path, strlen(path));
}

uint64_t stage_head(const struct stage *stage)
{
    struct mu_head head;

    mu_log_head(stage->county.log, &head);
    return head.size;
}

struct mu_entry stage_entry(struct stage *stage, uint64_t number)
{
    mu_view *view = NULL;
    struct mu_stored stored;
    struct mu_entry entry = {.number = number, .path = ""};
    struct mu_fault fault;
    const struct mu_stored_item *item;

    assert_int_equal(mu_view_open(stage->county.log, &view), MU_OK);
    assert_int_equal(mu_view_batch(view, number, &stored), MU_OK);
    item = &stored.items[number - stored.first_number];
    entry.code = item->code;
    entry.agent = stored.seal.agent;
    entry.lane = stored.seal.lane;
    entry.accepted_at_ms = stored.accepted_at_ms;
    entry.leaf = item->leaf;
    if (item->code == 0) {
        entry.body.data = mu_arena_copy(&stage->county.arena, item->body.data, item->body.size);
        entry.body.size = item->body.size;
        assert_int_equal(mu_event_unpack(entry.body, &stage->county.arena, &entry.event, &fault),
                         MU_OK);
    }
    mu_view_close(&view);
    return entry;
}
